"""Marks of change, and the triggers that write them."""

import django.contrib.postgres.fields
import django.db.models.functions.datetime
from django.db import migrations, models
from django.db.models.expressions import RawSQL

COLUMNS = {
    "partner": "external_id name partner_type tier employees annual_revenue region country city verticals specialisations"
    " certifications lifecycle_stage joined_on parent_id channel_manager_id alignment",
    "customer": "external_id name industry employees annual_revenue region country city technologies needs adoption_level"
    " lifecycle_stage competitor",
}
LINKED = {
    "partner": """
        INSERT INTO partners_touched (subject, ids, fields)
        SELECT 'partner', array_agg(DISTINCT p.id), '{parent,subsidiaries}' FROM partners_partner p
        WHERE p.parent_id = ANY(gone) OR p.id IN (SELECT q.parent_id FROM partners_partner q WHERE q.id = ANY(gone))
        HAVING count(*) > 0;
        INSERT INTO partners_touched (subject, ids, fields)
        SELECT 'customer', array_agg(DISTINCT m.customer_id), '{partners}' FROM partners_customer_partners m
        WHERE m.partner_id = ANY(gone) HAVING count(*) > 0;
    """,
    "customer": """
        INSERT INTO partners_touched (subject, ids, fields)
        SELECT 'partner', array_agg(DISTINCT m.partner_id), '{customers}' FROM partners_customer_partners m
        WHERE m.customer_id = ANY(gone) HAVING count(*) > 0;
    """,
}


def trigger(name, table, event, body, declare=""):
    """A trigger of statements, which sees all their rows at once. Plans are made anew: one row today, a million tomorrow."""
    seen = {
        "INSERT": "REFERENCING NEW TABLE AS new_rows",
        "DELETE": "REFERENCING OLD TABLE AS old_rows",
        "UPDATE": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    }[event]
    function = f"partners_touch_{name}_{event.lower()}"
    return migrations.RunSQL(
        f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $body$ {declare} BEGIN {body}"
        f" RETURN NULL; END $body$; CREATE TRIGGER {function} AFTER {event} ON {table} {seen}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {function}();",
        f"DROP TRIGGER {function} ON {table}; DROP FUNCTION {function}();",
    )


def everything(subject, rows):
    """A mark of all the rows, in everything."""
    return (
        f"EXECUTE $q$INSERT INTO partners_touched (subject, ids) SELECT '{subject}', array_agg(id ORDER BY id)"
        f" FROM {rows} HAVING count(*) > 0$q$;"
    )


def changed(subject):
    """A mark per set of fields that changed; values that only moved in provenance or time leave none."""
    differs = ", ".join(
        f"CASE WHEN o.{column} IS DISTINCT FROM n.{column} THEN '{column.removesuffix('_id') if column in _REFERENCES else column}' END"
        for column in COLUMNS[subject].split()
    )
    keys = (
        "CASE WHEN o.custom IS DISTINCT FROM n.custom THEN ARRAY(SELECT k FROM (SELECT jsonb_object_keys(o.custom) k"
        " UNION SELECT jsonb_object_keys(n.custom)) u WHERE o.custom -> k IS DISTINCT FROM n.custom -> k ORDER BY k) END"
    )
    fields = (
        f"CASE WHEN (o.deleted_at IS NULL) = (n.deleted_at IS NULL) THEN array_remove(ARRAY[{differs}], NULL) || {keys} END"
    )
    gone = (
        "EXECUTE $q$SELECT array_agg(n.id) FROM new_rows n JOIN old_rows o USING (id)"
        " WHERE (o.deleted_at IS NULL) <> (n.deleted_at IS NULL)$q$ INTO gone;"
    )
    return (
        f"EXECUTE $q$INSERT INTO partners_touched (subject, ids, fields) SELECT '{subject}', array_agg(id ORDER BY id), f"
        f" FROM (SELECT n.id, {fields} AS f FROM new_rows n JOIN old_rows o USING (id)) c"
        f" WHERE f IS NULL OR f <> '{{}}' GROUP BY f$q$; {gone} IF gone IS NOT NULL THEN {LINKED[subject]} END IF;"
    )


_REFERENCES = ("parent_id", "channel_manager_id")


def related(subject, column, relation, rows, condition="true"):
    """A mark on the subjects that the rows belong to."""
    return (
        f"EXECUTE $q$INSERT INTO partners_touched (subject, ids, fields) SELECT '{subject}',"
        f" array_agg(DISTINCT {column}), '{{{relation}}}' FROM {rows} WHERE {column} IS NOT NULL AND {condition}"
        " HAVING count(*) > 0$q$;"
    )


BOTH = "(SELECT * FROM old_rows UNION ALL SELECT * FROM new_rows) r"
ROWS = {"INSERT": "new_rows", "UPDATE": BOTH, "DELETE": "old_rows"}


class Migration(migrations.Migration):
    dependencies = [("partners", "0002_people")]

    operations = [
        migrations.CreateModel(
            name="Touched",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "subject",
                    models.CharField(
                        choices=[("partner", "Partner"), ("customer", "Customer"), ("deal", "Deal")], max_length=10
                    ),
                ),
                ("ids", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                (
                    "fields",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=63), null=True, size=None
                    ),
                ),
                (
                    "transaction",
                    models.BigIntegerField(db_default=RawSQL("(pg_current_xact_id()::text)::bigint", [])),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("followed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name_plural": "touched",
                "indexes": [
                    models.Index(
                        condition=models.Q(("followed_at", None)), fields=["id"], name="touched_to_follow"
                    ),
                    models.Index(fields=["transaction"], name="touched_by_transaction"),
                    models.Index(fields=["followed_at"], name="touched_by_followed_at"),
                ],
            },
        ),
        *(
            operation
            for subject in COLUMNS
            for operation in (
                trigger(subject, f"partners_{subject}", "INSERT", everything(subject, "new_rows")),
                trigger(subject, f"partners_{subject}", "DELETE", everything(subject, "old_rows")),
                trigger(subject, f"partners_{subject}", "UPDATE", changed(subject), "DECLARE gone bigint[];"),
            )
        ),
        *(
            trigger(
                "deals",
                "partners_deal",
                event,
                related("partner", "partner_id", "deals", rows) + related("customer", "customer_id", "deals", rows),
            )
            for event, rows in ROWS.items()
        ),
        *(
            trigger(
                "activities", "partners_activity", event, related("partner", "partner_id", "activities", rows)
            )
            for event, rows in ROWS.items()
        ),
        *(
            trigger(
                "links",
                "partners_customer_partners",
                event,
                related("partner", "partner_id", "customers", rows)
                + related("customer", "customer_id", "partners", rows),
            )
            for event, rows in ROWS.items()
        ),
        migrations.RunSQL(
            "CREATE FUNCTION partners_touch_manager() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN"
            " INSERT INTO partners_touched (subject, ids, fields) SELECT 'partner', array_agg(id), '{channel_manager}'"
            " FROM partners_partner WHERE channel_manager_id = NEW.id HAVING count(*) > 0; RETURN NULL; END $body$;"
            " CREATE TRIGGER partners_touch_manager AFTER UPDATE OF email ON people_user FOR EACH ROW"
            " WHEN (OLD.email IS DISTINCT FROM NEW.email) EXECUTE FUNCTION partners_touch_manager();",
            "DROP TRIGGER partners_touch_manager ON people_user; DROP FUNCTION partners_touch_manager();",
        ),
    ]
