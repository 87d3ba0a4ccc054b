"""What a journal takes before rows are settled: the values that will change, as they were, by set-based statements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from partners.columns import TABLES
from partners.vocabulary import Field, FieldType, Subject

if TYPE_CHECKING:  # the staging table calls these
    from partners.importing.staging import Stage

CUSTOM_BEFORE = (
    "coalesce((SELECT jsonb_object_agg(k, t.custom -> k) FROM jsonb_each(s.custom) e(k, v)"
    " WHERE nullif(v, 'null') IS DISTINCT FROM t.custom -> k), '{}')"
)
DELETED_BEFORE = (
    "CASE WHEN t.deleted_at IS NULL THEN '{}'::jsonb ELSE jsonb_build_object('deleted_at', t.deleted_at::text) END"
)


def before(field: Field, column: str, have: str, want: str) -> str:
    """A JSON object of the field's present value as the API writes it, empty where the row does not change it."""
    if field.name == "partners":
        value = (
            "(SELECT jsonb_agg(b.external_id ORDER BY b.external_id) FROM partners_customer_partners m"
            " JOIN partners_partner b ON b.id = m.partner_id WHERE m.customer_id = t.id AND b.deleted_at IS NULL)"
        )
    elif field.refers_to == "user":
        value = f"(SELECT b.email FROM people_user b WHERE b.id = t.{column})"
    elif field.refers_to:
        value = f"(SELECT b.external_id FROM {TABLES[Subject(field.refers_to)]} b WHERE b.id = t.{column})"
    elif field.type is FieldType.MULTI_CHOICE:
        value = f"to_jsonb(t.{column})"
    else:
        value = f"nullif(t.{column}::text, '')"
    return f"CASE WHEN {have} IS DISTINCT FROM {want} THEN jsonb_build_object('{field.name}', {value}) ELSE '{{}}'::jsonb END"


def keep_before(stage: Stage, values_of: Mapping[str, tuple[str, str]], which: str, parameters: dict[str, Any]) -> None:
    """Keep the values that settling will change, and lock their rows. `values_of`: (present, wanted) by field."""
    fields = {field.name: field for field in stage.fields}
    pieces = [before(fields[name], stage.slots[name].column, *pair) for name, pair in values_of.items()]
    pieces += [CUSTOM_BEFORE] * stage.custom
    stage.run(
        "INSERT INTO partners_journalline (journal_id, record_id, before) SELECT %(journal)s, t.id,"
        f" {' || '.join([*pieces, DELETED_BEFORE])}"
        f" FROM {stage.name} s JOIN {stage.table} t ON t.external_id = s.external_id {which}"
        " ORDER BY t.id FOR UPDATE OF t",
        parameters,
    )


def keep_made(stage: Stage, parameters: dict[str, Any]) -> None:
    """Keep which records were made."""
    stage.run(
        "UPDATE partners_journal SET made = made || (SELECT array_agg(t.id ORDER BY t.id)"
        f" FROM {stage.name} s JOIN {stage.table} t ON t.external_id = s.external_id WHERE s.is_new)"
        " WHERE id = %(journal)s",
        parameters,
    )
