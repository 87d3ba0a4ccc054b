"""The facts of many subjects side by side, in the form that rules are evaluated on. Pure values.

Exact throughout: numbers are integers in millionths, money in hundredths, dates in days, instants in microseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from partners.vocabulary import MONEY_PLACES, NUMBER_PLACES, FieldType

Ints = npt.NDArray[np.int64]
CodeArray = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]

SCALE: dict[FieldType, int] = {
    FieldType.NUMBER: 10**NUMBER_PLACES,
    FieldType.MONEY: 10**MONEY_PLACES,
}
"""What a value of the type is multiplied by to become the integer that is stored in `Scalars.values`."""

MISSING_CODE = -1


@dataclass(frozen=True, slots=True)
class Scalars:
    """Numbers, money, dates, instants and Booleans as integers; shape (n,) each.

    `values` is number × 10⁶ · money × 10² · date: days since 1970-01-01 · datetime: microseconds since 1970-01-01 UTC ·
    boolean: 0 or 1. Where `present` is false the value means nothing.
    """

    values: Ints
    present: Mask


@dataclass(frozen=True, slots=True)
class Codes:
    """Text and single choices: shape (n,) of positions in `dictionary`, or -1 where missing.

    The dictionary keeps the values as stored (trimmed), each once, in no particular order. A tuple of texts is no work for
    the garbage collector, a list is.
    """

    codes: CodeArray
    dictionary: Sequence[str]


@dataclass(frozen=True, slots=True)
class Sets:
    """Multi-choices: row i holds `codes[offsets[i]:offsets[i + 1]]`, positions in `dictionary`; an empty row is missing."""

    offsets: Ints
    codes: CodeArray
    dictionary: Sequence[str]


Column = Scalars | Codes | Sets


@dataclass(frozen=True, slots=True)
class Table:
    """Subjects by ascending id, shape (n,), and the columns asked for, each of n rows."""

    ids: Ints
    columns: dict[str, Column]

    def __len__(self) -> int:
        return len(self.ids)

    def rows(self, start: int, stop: int) -> Table:
        """The rows from one place up to another, sharing this table's memory."""
        return Table(self.ids[start:stop], {name: _rows(column, start, stop) for name, column in self.columns.items()})


def _rows(column: Column, start: int, stop: int) -> Column:
    if isinstance(column, Scalars):
        return Scalars(column.values[start:stop], column.present[start:stop])
    if isinstance(column, Codes):
        return Codes(column.codes[start:stop], column.dictionary)
    offsets = column.offsets[start : stop + 1]
    return Sets(offsets - offsets[0], column.codes[offsets[0] : offsets[-1]], column.dictionary)
