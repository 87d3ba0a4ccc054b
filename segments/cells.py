"""One cell of a table as the value people read. Pure values."""

from __future__ import annotations

from decimal import Decimal

from partners.tables import SCALE, Codes, Column, Scalars
from partners.vocabulary import Field, FieldType
from segments.instants import from_day_number, from_micros
from segments.ratios import Ratios, exact_or_rounded
from segments.rules.nodes import Value


def cell(column: Column, row: int, about: Field) -> Value:
    """The value in the field's type, None when missing; a multi-choice is a tuple in alphabetical order."""
    if isinstance(column, Codes):
        code = int(column.codes[row])
        return column.dictionary[code] if code >= 0 else None
    if not isinstance(column, Scalars):
        found = column.codes[column.offsets[row] : column.offsets[row + 1]]
        return tuple(sorted(column.dictionary[code] for code in found)) or None
    if not column.present[row]:
        return None
    if isinstance(column, Ratios):
        return exact_or_rounded(column, row)
    value = int(column.values[row])
    if about.type in SCALE:
        return Decimal(value) / SCALE[about.type]
    if about.type is FieldType.DATE:
        return from_day_number(value)
    return from_micros(value) if about.type is FieldType.DATETIME else bool(value)
