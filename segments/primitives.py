"""What conditions come down to: equals, at least, has. Each is worked out once per table, over all rules. Pure values.

A list is an OR of equals, a range is at-least AND NOT at-least, so a thousand rules share a few hundred of these.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from partners.tables import CodeArray, Codes, Column, Mask, Scalars, Sets
from segments.ranges import MOST, Range, merged
from segments.remembering import Remembered

FEW = 24
"""A list of so many values is an OR; a longer one is looked up."""


class Primitives:
    """The primitives of one table (or one block of it), by the name of the column."""

    def __init__(self, size: int, known: Remembered | None = None) -> None:
        """`known`: where masks are kept, for a table that is evaluated over and over."""
        self._size = size
        self._known: dict[tuple[str, str, int], Mask] | Remembered = {} if known is None else known
        self._places: dict[str, CodeArray] = {}

    def present(self, name: str, column: Column) -> Mask:
        """Rows that have a value."""
        if isinstance(column, Scalars):
            return column.present
        key = (name, "present", 0)
        found = self._known.get(key)
        if found is None:
            found = column.codes >= 0 if isinstance(column, Codes) else np.diff(column.offsets) > 0
            self._known[key] = found
        return found

    def one_of(self, name: str, column: Codes, true_of: Mask) -> Mask:
        """Rows whose code is one that `true_of`, shape (entries + 1,), holds; its last is for missing values."""
        codes = np.flatnonzero(true_of[:-1])
        if len(codes) > FEW or self._size < FEW:
            return true_of[column.codes]
        return self._any(self._equals(name, column, int(code)) for code in codes)

    def inside(self, name: str, column: Scalars, ranges: Iterable[Range]) -> Mask | None:
        """Rows with a value in one of the ranges; None when there are too many of them to share."""
        apart = merged(ranges)
        if len(apart) > FEW:
            return None
        return self._any(self._between(name, column, low, high) for low, high in apart)

    def has_any(self, name: str, column: Sets, codes: Iterable[int]) -> Mask:
        """Rows that have one of the codes among their values."""
        return self._any(self._has(name, column, code) for code in codes)

    def _any(self, masks: Iterable[Mask]) -> Mask:
        """Those in any; a shared mask is not written to."""
        found: Mask | None = None
        is_own = False
        for mask in masks:
            if found is None:
                found = mask
            elif is_own:
                np.logical_or(found, mask, out=found)
            else:
                found, is_own = found | mask, True
        return np.zeros(self._size, dtype=np.bool_) if found is None else found

    def _equals(self, name: str, column: Codes, code: int) -> Mask:
        key = (name, "equals", code)
        found = self._known.get(key)
        if found is None:
            found = column.codes == code
            self._known[key] = found
        return found

    def _between(self, name: str, column: Scalars, low: int, high: int) -> Mask:
        found = self._at_least(name, column, low)
        return found if high > MOST else found & ~self._at_least(name, column, high)

    def _at_least(self, name: str, column: Scalars, low: int) -> Mask:
        key = (name, "at least", low)
        found = self._known.get(key)
        if found is None:
            found = column.values >= low
            found &= column.present
            self._known[key] = found
        return found

    def _has(self, name: str, column: Sets, code: int) -> Mask:
        key = (name, "has", code)
        found = self._known.get(key)
        if found is None:
            rows = self._rows(name, column)
            found = np.zeros(self._size, dtype=np.bool_)
            found[rows[np.flatnonzero(column.codes == code)]] = True
            self._known[key] = found
        return found

    def _rows(self, name: str, column: Sets) -> CodeArray:
        """The row of each value, worked out once per column."""
        if name not in self._places:
            self._places[name] = np.repeat(np.arange(self._size, dtype=np.int32), np.diff(column.offsets))
        return self._places[name]
