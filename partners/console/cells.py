"""The cells of a list: the values of some records in a reader's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.utils import timezone

from partners import wording
from partners.columns import read_table
from partners.disclosing import MASK
from partners.models import Partner
from partners.profile import typed_values, value_of
from partners.vocabulary import Field, FieldKind, FieldType, Subject
from people.roles import Viewer

NUMERIC = frozenset({FieldType.NUMBER, FieldType.MONEY})
BADGED = frozenset({"lifecycle_stage", "stage"})


@dataclass(frozen=True, slots=True)
class Cell:
    """One value."""

    field: Field
    value: Any
    words: str

    @property
    def is_numeric(self) -> bool:
        """Set to the right."""
        return self.field.type in NUMERIC

    @property
    def is_day(self) -> bool:
        """Kept on one line."""
        return self.field.type in {FieldType.DATE, FieldType.DATETIME}

    @property
    def is_status(self) -> bool:
        """Shown as a badge."""
        return self.field.name in BADGED and self.field.kind is FieldKind.BUILT_IN and bool(self.value)


@dataclass(frozen=True, slots=True)
class Row:
    """One record and its cells."""

    record: Any
    cells: list[Cell]


class Cells:
    """Turns records of one subject into rows: two queries more for facts that are worked out, however many there are."""

    def __init__(self, subject: Subject, fields: Sequence[Field], viewer: Viewer) -> None:
        self.subject, self.fields, self.viewer = subject, fields, viewer

    def of(self, records: Sequence[Any]) -> list[Row]:
        """The rows, in the records' order."""
        if any(field.name == "partners" for field in self.fields):
            seen = Partner.objects.visible_to(self.viewer).order_by("name", "id")
            prefetch_related_objects(list(records), Prefetch("partners", seen))
        computed = self._computed([record.pk for record in records])
        rows = []
        for record in records:
            cells = []
            for field in self.fields:
                is_computed = field.kind is FieldKind.COMPUTED
                value = computed.get((record.pk, field.name)) if is_computed else value_of(record, field)
                local = timezone.localtime(value) if isinstance(value, datetime) else value
                words = wording.in_column(field, local)
                cells.append(Cell(field, value, MASK if field.sensitive and words else words))
            rows.append(Row(record, cells))
        return rows

    def _computed(self, ids: Sequence[int]) -> dict[tuple[int, str], Any]:
        words = {field.name: field for field in self.fields if field.kind is FieldKind.COMPUTED}
        if not words or not ids:
            return {}
        table = read_table(self.subject, words.keys(), as_of=timezone.now(), ids=ids)
        return {
            (int(pk), name): value
            for name, column in table.columns.items()
            for pk, value in zip(table.ids, typed_values(words[name], column), strict=True)
        }
