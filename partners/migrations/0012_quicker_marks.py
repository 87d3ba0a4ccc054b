"""Marks of a changed record in one pass: which fields changed is a number until the groups are known."""

from importlib import import_module

from django.db import migrations

before = import_module("partners.migrations.0003_touched")
REFERENCES = ("parent_id", "channel_manager_id")


def changed(subject):
    """A mark per set of fields that changed; values that only moved in provenance or time leave none."""
    columns = before.COLUMNS[subject].split()
    names = [column.removesuffix("_id") if column in REFERENCES else column for column in columns]
    bits = " + ".join(
        f"CASE WHEN o.{column} IS DISTINCT FROM n.{column} THEN {2**place} ELSE 0 END" for place, column in enumerate(columns)
    )
    named = ", ".join(f"CASE WHEN bits & {2**place} > 0 THEN '{name}' END" for place, name in enumerate(names))
    keys = (
        "CASE WHEN o.custom IS DISTINCT FROM n.custom THEN ARRAY(SELECT k FROM (SELECT jsonb_object_keys(o.custom) k"
        " UNION SELECT jsonb_object_keys(n.custom)) u WHERE o.custom -> k IS DISTINCT FROM n.custom -> k ORDER BY k) END"
    )
    return (
        "EXECUTE $q$WITH made AS (INSERT INTO partners_touched (subject, ids, fields)"
        f" SELECT '{subject}', array_agg(id ORDER BY id),"
        f" CASE WHEN is_same THEN array_remove(ARRAY[{named}], NULL) || keys END"
        f" FROM (SELECT n.id, s.is_same, CASE WHEN s.is_same THEN {bits} END AS bits, CASE WHEN s.is_same THEN {keys} END AS keys"
        " FROM new_rows n JOIN old_rows o USING (id)"
        " CROSS JOIN LATERAL (SELECT (o.deleted_at IS NULL) = (n.deleted_at IS NULL) AS is_same) s OFFSET 0) c"
        " WHERE NOT is_same OR bits > 0 OR keys IS NOT NULL GROUP BY is_same, bits, keys"
        " RETURNING ids, fields) SELECT ids FROM made WHERE fields IS NULL$q$ INTO gone;"
        f" IF gone IS NOT NULL THEN {before.LINKED[subject]} END IF;"
    )


def function(subject, body):
    """The function that the trigger of the subject calls."""
    return (
        f"CREATE OR REPLACE FUNCTION partners_touch_{subject}_update() RETURNS trigger LANGUAGE plpgsql AS $body$"
        f" DECLARE gone bigint[]; BEGIN {body} RETURN NULL; END $body$;"
    )


class Migration(migrations.Migration):
    dependencies = [("partners", "0011_disclosures")]

    operations = [
        migrations.RunSQL(function(subject, changed(subject)), function(subject, before.changed(subject)))
        for subject in before.COLUMNS
    ]
