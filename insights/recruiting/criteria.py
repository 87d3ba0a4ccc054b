"""The criteria that prospects are held against, read from the columns of all partners at once. Pure."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from insights.recruiting.ideal import Held, Ints
from partners.tables import SCALE, Codes, Column, Scalars, Sets, Table
from partners.vocabulary import Field, FieldType

SIZES = ((0, "Fewer than 10 employees"), (10, "10 to 49 employees"), (50, "50 to 249 employees"),
         (250, "250 to 999 employees"), (1_000, "1,000 employees or more"))  # fmt: skip
"""Classes of size from so many employees on: micro, small and medium as the European Union has them (Recommendation
2003/361/EC), and the large in two."""
CRITERIA = ("partner_type", "employees", "specialisations", "certifications", "verticals", "alignment")


def held(table: Table, words: Mapping[str, Field]) -> list[Held]:
    """Who has which values, criterion by criterion, in the order of CRITERIA."""
    return [_held(table.columns[name], words[name], len(table)) for name in CRITERIA]


def _held(column: Column, field: Field, count: int) -> Held:
    if isinstance(column, Scalars):
        rows = np.flatnonzero(column.present)
        bounds = np.array([least for least, _ in SIZES]) * SCALE[FieldType.NUMBER]
        places = np.maximum(np.searchsorted(bounds, column.values[rows], side="right") - 1, 0)
        return Held("Size", tuple(label for _, label in SIZES), rows, places.astype(np.int64), count)
    names = {choice.value: choice.label for choice in field.choices}
    labels = tuple(names.get(value, value) for value in column.dictionary)
    rows, places = _pairs(column)
    return Held(field.label, labels, rows, places, count)


def _pairs(column: Codes | Sets) -> tuple[Ints, Ints]:
    if isinstance(column, Codes):
        rows = np.flatnonzero(column.codes >= 0)
        return rows, column.codes[rows].astype(np.int64)
    rows = np.repeat(np.arange(len(column.offsets) - 1), np.diff(column.offsets))
    # A value that is stored twice is had once.
    once = np.unique(np.column_stack([rows, column.codes]).astype(np.int64), axis=0)
    return once[:, 0], once[:, 1]
