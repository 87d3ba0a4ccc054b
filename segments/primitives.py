"""What conditions come down to: equals, at least, has. Each is worked out once per table, over all rules. Pure values.

A list is an OR of equals, a range is at-least AND NOT at-least, so a thousand rules share a few hundred of these.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from partners.tables import CodeArray, Codes, Column, Mask, Scalars, Sets
from segments.bitwords import Bits, none_of, packed
from segments.ranges import MOST, Range, merged
from segments.remembering import Remembered

FEW = 24
"""A list of so many values is an OR; a longer one is looked up."""


class Primitives:
    """The primitives of one table (or one block of it), by the name of the column."""

    def __init__(self, size: int, known: Remembered | None = None) -> None:
        """`known`: where they are kept, for a table that is evaluated over and over."""
        self._size = size
        self._known: dict[tuple[str, str, int], Bits] | Remembered = {} if known is None else known
        self._places: dict[str, CodeArray] = {}

    def present(self, name: str, column: Column) -> Bits:
        """Rows that have a value."""
        key = (name, "present", 0)
        found = self._known.get(key)
        if found is None:
            found = packed(present(column))
            self._known[key] = found
        return found

    def one_of(self, name: str, column: Codes, true_of: Mask) -> Bits:
        """Rows whose code is one that `true_of`, shape (entries + 1,), holds; its last is for missing values."""
        if self._size < FEW:
            return packed(true_of[column.codes])
        codes = np.flatnonzero(true_of[:-1])
        if len(codes) > FEW:
            return packed(true_of[column.codes])
        return self._any(self._equals(name, column, int(code)) for code in codes)

    def inside(self, name: str, column: Scalars, ranges: Iterable[Range]) -> Bits | None:
        """Rows with a value in one of the ranges; None when there are too many of them to share."""
        apart = merged(ranges)
        if len(apart) > FEW:
            return None
        return self._any(self._between(name, column, low, high) for low, high in apart)

    def has_any(self, name: str, column: Sets, codes: Iterable[int]) -> Bits:
        """Rows that have one of the codes among their values."""
        return self._any(self._has(name, column, code) for code in codes)

    def _any(self, parts: Iterable[Bits]) -> Bits:
        """Those in any; a shared array is not written to."""
        found: Bits | None = None
        is_own = False
        for part in parts:
            if found is None:
                found = part
            elif is_own:
                np.bitwise_or(found, part, out=found)
            else:
                found, is_own = found | part, True
        return none_of(self._size) if found is None else found

    def _equals(self, name: str, column: Codes, code: int) -> Bits:
        key = (name, "equals", code)
        found = self._known.get(key)
        if found is None:
            found = packed(column.codes == code)
            self._known[key] = found
        return found

    def _between(self, name: str, column: Scalars, low: int, high: int) -> Bits:
        found = self._at_least(name, column, low)
        return found if high > MOST else found & ~self._at_least(name, column, high)

    def _at_least(self, name: str, column: Scalars, low: int) -> Bits:
        key = (name, "at least", low)
        found = self._known.get(key)
        if found is None:
            mask = column.values >= low
            mask &= column.present
            found = packed(mask)
            self._known[key] = found
        return found

    def _has(self, name: str, column: Sets, code: int) -> Bits:
        key = (name, "has", code)
        found = self._known.get(key)
        if found is None:
            rows = self._rows(name, column)
            mask = np.zeros(self._size, dtype=np.bool_)
            mask[rows[np.flatnonzero(column.codes == code)]] = True
            found = packed(mask)
            self._known[key] = found
        return found

    def _rows(self, name: str, column: Sets) -> CodeArray:
        """The row of each value, worked out once per column."""
        if name not in self._places:
            self._places[name] = np.repeat(np.arange(self._size, dtype=np.int32), np.diff(column.offsets))
        return self._places[name]


def present(column: Column) -> Mask:
    """Where there is a value, shape (n,)."""
    if isinstance(column, Scalars):
        return column.present
    if isinstance(column, Codes):
        return column.codes >= 0
    return np.diff(column.offsets) > 0
