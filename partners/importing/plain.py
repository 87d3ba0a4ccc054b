"""Columns whose cells are already as COPY takes them, told for all of them at once: what most columns of most files are.

A column passes only when checking its cells one by one would hand out the very same; whatever is unusual in one of them
sends the whole run of cells that way. Pure values.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from partners.rows import Formats
from partners.rows.values import LONGEST, LONGEST_CHOICE
from partners.vocabulary import MONEY_PLACES, NUMBER_PLACES, Field, FieldKind, FieldType

_WHOLE = re.compile(r"(?:-?[0-9]{1,12})?")
_NUMBER = re.compile(rf"(?:-?[0-9]{{1,12}}(?:\.[0-9]{{1,{NUMBER_PLACES}}})?)?")
_MONEY = re.compile(rf"(?:-?[0-9]{{1,16}}(?:\.[0-9]{{1,{MONEY_PLACES}}})?)?")
NULL = "\\N"


class Plain:
    """For one column: its cells as pieces, or None when they have to be looked at."""

    def __init__(self, field: Field, formats: Formats, *, is_required: bool) -> None:
        self._is_required = is_required or field.name == "external_id"
        self._is_id = field.name == "external_id"
        self._longest = LONGEST.get(field.name, LONGEST_CHOICE)
        self._number: re.Pattern[str] | None = None
        self._is_plain = field.kind is FieldKind.BUILT_IN and not field.refers_to and field.name != "currency"
        if field.type is FieldType.NUMBER:
            self._number = _NUMBER if formats.decimal != "," else _WHOLE
        elif field.type is FieldType.MONEY:
            self._number = _MONEY if formats.decimal != "," else _WHOLE
        elif field.type is not FieldType.TEXT:
            self._is_plain = False
        words = formats.null_words - {""}  # an empty cell is missing in any case
        self._null_words = words if self._number is None else set(filter(self._number.fullmatch, words))

    def __call__(self, cells: Sequence[str]) -> list[str] | None:
        """The pieces, shape as the cells."""
        if not self._is_plain or (self._is_required and not all(cells)):
            return None
        if self._number is None:
            return self._texts(cells)
        if not all(map(self._number.fullmatch, cells)) or not self._null_words.isdisjoint(cells):
            return None
        return [cell or NULL for cell in cells]

    def _texts(self, cells: Sequence[str]) -> list[str] | None:
        """ASCII without control characters, backslashes or blanks around: nothing to clean, to check or to escape."""
        together = "".join(cells)
        if not together.isascii() or not together.isprintable() or "\\" in together:
            return None
        if max(map(len, cells), default=0) > self._longest:
            return None
        if self._is_id and ("/" in together or "." in cells or ".." in cells):
            return None
        if any(word in together for word in self._null_words) and not self._null_words.isdisjoint(cells):
            return None
        stripped = list(map(str.strip, cells))
        return stripped if stripped == list(cells) else None
