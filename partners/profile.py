"""Everything known about one record, and who or what said so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from partners import wording
from partners.columns import read_table
from partners.models import Origin, Record
from partners.tables import SCALE, Codes, Column, Scalars
from partners.vocabulary import Field, FieldKind, FieldType, Subject, Vocabulary

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Said:
    """One field of one record: its value, and where that came from."""

    field: Field
    value: Any
    """Typed; None where missing."""
    words: str
    """As people read it; "" where missing."""
    origin: Origin | None = None

    @property
    def labels(self) -> list[str]:
        """The labels of a multi-choice, else none."""
        many = self.field.type is FieldType.MULTI_CHOICE and not self.field.refers_to
        return wording.labels(self.field, self.value or []) if many else []


def profile(*, subject: Subject, record: Record, vocabulary: Vocabulary) -> dict[str, Said]:
    """Every field of the vocabulary as this record has it, by name. As many queries for one field as for all."""
    origins = Origin.objects.in_bulk({int(pk) for pk in record.provenance.values()})
    computed = computed_facts(
        subject=subject,
        record=record,
        fields=[field for field in vocabulary.values() if field.kind is FieldKind.COMPUTED],
    )
    said = {}
    for name, field in vocabulary.items():
        value = computed.get(name) if field.kind is FieldKind.COMPUTED else value_of(record, field)
        local = timezone.localtime(value) if isinstance(value, datetime) else value
        origin = origins.get(int(record.provenance.get(name, 0)))
        said[name] = Said(field, value, wording.words(field, local), origin)
    return said


def value_of(record: Record, field: Field) -> Any:
    """A stored field's typed value, None where missing. References give the other record (or a list of them)."""
    if field.kind is FieldKind.CUSTOM:
        return wording.typed(field, record.custom.get(field.name))
    value = getattr(record, field.name)
    if field.refers_to and field.type is FieldType.MULTI_CHOICE:
        return list(value.all()) or None
    return None if value == "" or value == [] else value


def computed_facts(*, subject: Subject, record: Record, fields: Iterable[Field]) -> dict[str, Any]:
    """The facts worked out for a record as of now, typed, by name; None where missing."""
    words = {field.name: field for field in fields}
    if not words:
        return {}
    table = read_table(subject, words.keys(), as_of=timezone.now(), ids=[record.pk])
    if not len(table):
        return {}
    return {name: typed_values(words[name], column)[0] for name, column in table.columns.items()}


def typed_values(field: Field, column: Column) -> list[Any]:
    """The typed values of a column, row by row; None where missing."""
    if isinstance(column, Codes):
        return [column.dictionary[code] if code >= 0 else None for code in column.codes]
    if not isinstance(column, Scalars):
        ends = zip(column.offsets[:-1], column.offsets[1:], strict=True)
        return [[column.dictionary[code] for code in column.codes[start:end]] or None for start, end in ends]
    return [
        _typed(field, int(number)) if there else None
        for number, there in zip(column.values, column.present, strict=True)
    ]


def _typed(field: Field, number: int) -> Any:
    match field.type:
        case FieldType.BOOLEAN:
            return bool(number)
        case FieldType.DATE:
            return date(1970, 1, 1) + timedelta(days=number)
        case FieldType.DATETIME:
            return EPOCH + timedelta(microseconds=number)
        case _:
            return Decimal(number) / SCALE[field.type]
