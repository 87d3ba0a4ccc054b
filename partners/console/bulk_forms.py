"""The form of a change in bulk: which field, and what it becomes."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from partners import narrowing
from partners.bulk import FORBIDDEN
from partners.console.listing import offered
from partners.console.record_forms import RecordForm
from partners.vocabulary import Field, FieldKind, FieldType, Vocabulary
from people.roles import Viewer


class ValueForm(RecordForm):
    """One field of the record's form, without a record: the checks of scope and references are the same."""


def changeable(vocabulary: Vocabulary, viewer: Viewer) -> dict[str, Field]:
    """The fields that can be set on many records at once."""
    every = offered(vocabulary, viewer).items()
    return {n: f for n, f in every if f.kind is not FieldKind.COMPUTED and n not in FORBIDDEN}


def as_json(value: Any) -> Any:
    """A form's value as the API writes it; None where it is missing."""
    if value is None or value == "" or value == []:
        return None
    if isinstance(value, bool | list):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def already(rows: QuerySet[Any], field: Field, value: Any) -> int:
    """How many of the records have the value now."""
    if value is None:
        return rows.filter(narrowing.Condition(field, "unset").q).count()
    if field.type is FieldType.MULTI_CHOICE:
        path = f"custom__{field.name}" if field.kind is FieldKind.CUSTOM else field.name
        return rows.filter(Q(**{f"{path}__contains": value, f"{path}__contained_by": value})).count()
    text = str(value).lower() if isinstance(value, bool) else str(value)
    is_range = field.type in narrowing.RANGES
    texts = (text, text) if is_range else (text,)
    return rows.filter(narrowing.Condition(field, "between" if is_range else "is", texts).q).count()
