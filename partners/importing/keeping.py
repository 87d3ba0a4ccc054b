"""What a journal takes when rows are settled: the values that change, as they were, by set-based statements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partners.columns import TABLES
from partners.vocabulary import Field, FieldType, Subject

if TYPE_CHECKING:  # the staging table calls these
    from partners.importing.staging import Stage

CUSTOM_BEFORE = (
    "coalesce((SELECT jsonb_object_agg(k, OLD.custom -> k) FROM jsonb_each(s.custom) e(k, v)"
    " WHERE nullif(v, 'null') IS DISTINCT FROM OLD.custom -> k), '{}')"
)
DELETED_BEFORE = (
    "CASE WHEN OLD.deleted_at IS NULL THEN '{}'::jsonb ELSE jsonb_build_object('deleted_at', OLD.deleted_at::text) END"
)


def before(stage: Stage) -> str:
    """What an UPDATE of records `t` by rows `s` returns for the journal: a JSON object of the values it changes, as they
    were, written as the API writes them."""
    pieces = [_before(field, stage.slots[field.name].column, *stage.new_value(field.name)) for field in stage.fields]
    return " || ".join([*pieces, *[CUSTOM_BEFORE] * stage.custom, DELETED_BEFORE])


def _before(field: Field, column: str, have: str, want: str) -> str:
    """A JSON object of one field's value, empty where the row does not change it."""
    have, want = (f"OLD.{column}", f"NEW.{column}") if column else (have, want)
    if field.name == "partners":
        value = (
            "(SELECT jsonb_agg(b.external_id ORDER BY b.external_id) FROM partners_customer_partners m"
            " JOIN partners_partner b ON b.id = m.partner_id WHERE m.customer_id = t.id AND b.deleted_at IS NULL)"
        )
    elif field.refers_to == "user":
        value = f"(SELECT b.email FROM people_user b WHERE b.id = OLD.{column})"
    elif field.refers_to:
        value = f"(SELECT b.external_id FROM {TABLES[Subject(field.refers_to)]} b WHERE b.id = OLD.{column})"
    elif field.type is FieldType.MULTI_CHOICE:
        value = f"to_jsonb(OLD.{column})"
    else:
        value = f"nullif(OLD.{column}::text, '')"
    return f"CASE WHEN {have} IS DISTINCT FROM {want} THEN jsonb_build_object('{field.name}', {value}) ELSE '{{}}'::jsonb END"


def keep_made(stage: Stage, parameters: dict[str, Any]) -> None:
    """Keep which records were made."""
    stage.run(
        "UPDATE partners_journal SET made = made || (SELECT array_agg(t.id ORDER BY t.id)"
        f" FROM {stage.name} s JOIN {stage.table} t ON t.external_id = s.external_id WHERE s.is_new)"
        " WHERE id = %(journal)s",
        parameters,
    )
