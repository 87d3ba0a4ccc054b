"""Values as people read them. Pure values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from partners.vocabulary import Field, FieldType


def words(field: Field, value: Any) -> str:
    """A typed value of a field in a reader's words; "" where it is missing."""
    if value is None or value == "" or value == []:
        return ""
    match field.type:
        case FieldType.MULTI_CHOICE:
            return ", ".join(labels(field, value))
        case FieldType.CHOICE | FieldType.ORDERED_CHOICE:
            return labels(field, [value])[0]
        case FieldType.BOOLEAN:
            return "Yes" if value else "No"
        case FieldType.DATE:
            return day(value)
        case FieldType.DATETIME:
            return f"{day(value)}, {value:%H:%M}"
        case FieldType.NUMBER if field.is_share:
            return share(value)
        case FieldType.NUMBER | FieldType.MONEY:
            return amount(value, places=2 if field.type is FieldType.MONEY else None)
        case _:
            return str(value)


def labels(field: Field, values: Sequence[str]) -> list[str]:
    """The labels of choices, in the order given; a value that is no choice (a record, say) stands for itself."""
    known = {choice.value: choice.label for choice in field.choices}
    return [known.get(value) or str(value) for value in values]


def amount(value: Decimal | int, *, places: int | None = None) -> str:
    """A number with its thousands set apart; `places` decimals where it is not whole, else as many as it has."""
    number = Decimal(value)
    if number == number.to_integral_value():
        return f"{number:,.0f}"
    return f"{number:,.{places}f}" if places is not None else f"{number.normalize():,f}"


def share(value: Decimal) -> str:
    """A ratio: 0.439 is said 43.9 %."""
    return f"{value * 100:,.1f} %"


def day(value: date | datetime) -> str:
    """A day as it is said: 5 March 2026."""
    return f"{value.day} {value:%B %Y}"


def sentence(reason: str) -> str:
    """What is wrong with a value ("has 400 characters; at most 300 fit") as it stands alone, under a form's field."""
    return f"{reason[:1].upper()}{reason[1:]}{'' if reason[-1:] in {'.', '?', '!'} else '.'}"


def in_column(field: Field, value: Any) -> str:
    """The value where many stand beneath each other: as `words`, with months cut to three letters."""
    if isinstance(value, date) and field.type in {FieldType.DATE, FieldType.DATETIME}:
        time = f", {value:%H:%M}" if isinstance(value, datetime) else ""
        return f"{value.day} {value:%b %Y}{time}"
    return words(field, value)


def typed(field: Field, stored: Any) -> Any:
    """A custom attribute's value as JSON keeps it, as Python types; None where it is missing."""
    if stored is None or stored == "" or stored == []:
        return None
    match field.type:
        case FieldType.NUMBER | FieldType.MONEY:
            return Decimal(str(stored))
        case FieldType.DATE:
            return date.fromisoformat(stored)
        case FieldType.DATETIME:
            return datetime.fromisoformat(stored)
        case _:
            return stored
