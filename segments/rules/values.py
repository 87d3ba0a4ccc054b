"""The operands of leaves: from JSON to the field's type and back. This is the only conversion there is.

Stored form — number, money: a JSON number when a double holds it exactly, else the decimal as a string · boolean: true or
false · date: "2026-11-21" · datetime: "2026-11-21T09:30:00Z", always UTC · window: {"last": 90, "unit": "days"}.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from partners.vocabulary import Field, FieldType
from segments.instants import MOST, Unit, Window
from segments.normalise import loose
from segments.operators import Operand, Operator
from segments.rules.errors import Refused, either, nearest, said, shown

MAX_VALUES = 10_000
"""Values in one list."""
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)
_NOT_SET = "choose “is not set” to find those without a value."
_DIGITS = 60
"""Longer numbers than this are a mistake; all of them compare exactly."""


def read_operand(raw: Any, field: Field, operator: Operator, *, saved: bool, loosely: bool) -> Any:
    """What stands in `value`, in the field's type. Raises Refused.

    `saved`: the rule was stored before, so a choice taken off the list since is no mistake of its author.
    `loosely`: text is compared loosely, so text of which nothing is left then is refused.
    """
    if operator.operand is Operand.NONE:
        if raw not in (None, ""):
            raise Refused("value_not_allowed", f"“{operator.name}” takes no value; leave it out.")
        return None
    if operator.operand in (Operand.LAST, Operand.NEXT):
        word = "last" if operator.operand is Operand.LAST else "next"
        return read_window(raw, word, f"“{operator.name}”")
    if operator.operand is Operand.PERCENT:
        return _percent(raw, field)
    ordering = operator.positive in ("<", "<=", ">", ">=", "between")

    def one(value: Any) -> Any:
        return _READERS[field.type](value, field, saved and not ordering, loosely)

    if operator.operand is Operand.ONE:
        return one(raw)
    if not isinstance(raw, list):
        what = "a list of two values, lowest first" if operator.operand is Operand.PAIR else "a list of values"
        raise Refused("wrong_type", f"“{operator.name}” takes {what}, such as [ … ]; this is {shown(raw)}.")
    if operator.operand is Operand.PAIR:
        return _read_pair(raw, operator, field, one)
    if not raw:
        raise Refused("empty_list", f"The list is empty. Name at least one value, or use “{_null(operator)}”.")
    if len(raw) > MAX_VALUES:
        raise Refused("too_many_values", f"The list has {len(raw):,} values; {MAX_VALUES:,} is the most.")
    return tuple(dict.fromkeys(one(value) for value in raw))


def counts_days(operand: Any, field: Field) -> bool:
    """What the comparison means hangs on when local days begin: a window of time, or a day that an instant falls on."""
    if isinstance(operand, Window):
        return True
    values = operand if isinstance(operand, tuple) else (operand,)
    return field.type is FieldType.DATETIME and any(
        isinstance(value, date) and not isinstance(value, datetime) for value in values
    )


def _null(operator: Operator) -> str:
    return "notNull" if operator.is_negative else "null"


def _read_pair(raw: list[Any], operator: Operator, field: Field, one: Callable[[Any], Any]) -> tuple[Any, Any]:
    if len(raw) != 2:
        raise Refused("wrong_type", f"“{operator.name}” takes two values, lowest first; here are {len(raw)}.")
    low, high = one(raw[0]), one(raw[1])
    if field.type is FieldType.ORDERED_CHOICE:
        ranks = {choice.value: rank for rank, choice in enumerate(field.choices)}
        swapped = ranks[low] > ranks[high]
    else:
        swapped = sort_key(low) > sort_key(high)
    if swapped:
        detail = f"The first value is above the second. Write [{shown(raw[1])}, {shown(raw[0])}]."
        first, second = (_typed(value, field) for value in (low, high))
        raise Refused("swapped", detail, f"The first value is above the second. Put {second} first, then {first}.")
    return low, high


def _typed(value: Any, field: Field) -> str:
    """A value as its control in the builder shows it."""
    if isinstance(value, Decimal):
        return f"{(value * 100 if field.is_share else value).normalize():f}" + " %" * field.is_share
    label = next((choice.label for choice in field.choices if choice.value == value), None)
    return f"“{label}”" if label else str(value_to_json(value))


def sort_key(value: Any) -> Any:
    """Dates and instants in one order (a local day is placed at its UTC start, good enough to tell swapped ends)."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return value


def _percent(raw: Any, field: Field) -> Decimal:
    """Above 0, at most 100, at most six places."""
    value = _number(raw, field, False, False)
    if not 0 < value <= 100 or value != round(value, 6):
        detail = "The percentage is above 0 and at most 100, such as 10; this is"
        raise Refused("wrong_type", f"{detail} {shown(raw)}.", f"{detail} {said(raw)}.")
    return value


def read_window(raw: Any, word: str, what: str) -> Window:
    """{"last": 90, "unit": "days", "calendar": true?}; for the future "next". `what` takes it, in messages."""
    example = f'{{"{word}": 90, "unit": "days"}}'
    if not isinstance(raw, Mapping):
        raise Refused("wrong_type", f"{what} takes a window such as {example}; this is {shown(raw)}.")
    unknown = [key for key in raw if key not in (word, "unit", "calendar")]
    if unknown or word not in raw:
        raise Refused("wrong_type", f"A window of {what} is written {example}; this is {shown(raw)}.")
    if raw.get("unit") not in [unit.value for unit in Unit]:
        raise Refused("wrong_type", f"The unit can be {either(Unit)}; this is {shown(raw.get('unit'))}.")
    unit = Unit(raw["unit"])
    count = raw[word]
    if isinstance(count, str) and re.fullmatch(r"\d{1,6}", count, re.ASCII):
        count = int(count)
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= MOST[unit]:
        raise Refused(
            "wrong_type",
            f"“{word}” is a whole number from 1 to {MOST[unit]:,} {unit}; this is {shown(count)}.",
            f"Put a whole number of {unit} here, from 1 to {MOST[unit]:,}; this is {said(count)}.",
        )
    calendar = raw.get("calendar", False)
    if not isinstance(calendar, bool):
        raise Refused("wrong_type", f"“calendar” is true or false; this is {shown(calendar)}.")
    return Window(count, unit, calendar, ahead=word == "next")


def read_string(raw: Any) -> str:
    """Text that the database can hold."""
    if not isinstance(raw, str):
        example = f' Write it in quotes: "{raw}".' if isinstance(raw, int) and not isinstance(raw, bool) else ""
        raise Refused("wrong_type", f"{shown(raw)} is not text.{example}")
    if "\x00" in raw or any("\ud800" <= letter <= "\udfff" for letter in raw):
        raise Refused("wrong_type", "The text holds characters that cannot be stored.")
    return raw


def _text(raw: Any, field: Field, saved: bool, loosely: bool) -> str:
    value = read_string(raw).strip()
    if not (loose(value) if loosely else value):
        blank, plain = "Blank text counts as not set:", "Nothing is left of this text to compare:"
        raise Refused("blank", f"{blank} use “null” to find those that are not set.", f"{plain} {_NOT_SET}")
    return value


def _choice(raw: Any, field: Field, saved: bool, loosely: bool) -> str:
    value = read_string(raw).strip()
    if not value:
        detail = "Blank counts as not set: use “null” to find those that are not set."
        raise Refused("blank", detail, f"Blank counts as not set: {_NOT_SET}")
    known = [choice.value for choice in field.choices]
    if value in known or (field.refers_to and not known):
        return value
    for choice in field.choices:
        if loose(value) in (loose(choice.value), loose(choice.label)):
            return choice.value
    if saved:
        return value
    detail = f"{shown(raw)} is not a choice of “{field.name}”."
    words = [word for choice in field.choices for word in (choice.value, choice.label)]
    hint = nearest(value, known) or nearest(value, words)
    plain = f"{said(raw)} is not a choice of {field.label}."
    meant = nearest(value, (choice.label for choice in field.choices))
    none = " It has no choices yet." * (not known)
    raise Refused("unknown_choice", detail + (hint or none), plain + (meant or none))


def _number(raw: Any, field: Field, saved: bool, loosely: bool) -> Decimal:
    what = "an amount" if field.type is FieldType.MONEY else "a number"
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        raise Refused("wrong_type", f'“{field.name}” takes {what}, such as 10 or "10.50"; this is {shown(raw)}.')
    # A float arrives from JSON: its shortest text is what was written there, and that is the exact decimal meant.
    text = raw.strip() if isinstance(raw, str) else "" if isinstance(raw, int) else repr(raw)
    if not isinstance(raw, int) and not _NUMBER.fullmatch(text):
        detail = f'{shown(raw)} is not {what}. Write digits with a point, such as "1234.50".'
        raise Refused("wrong_type", detail, f"{said(raw)} is not {what}. Write it in digits, such as 1234.50.")
    value = Decimal(raw) if isinstance(raw, int) else Decimal(text)
    if value and (abs(value.adjusted()) > _DIGITS or len(value.as_tuple().digits) > _DIGITS):
        raise Refused("wrong_type", f"“{field.name}” takes {what} of at most {_DIGITS} digits.")
    return value if value else Decimal(0)


def _boolean(raw: Any, field: Field, saved: bool, loosely: bool) -> bool:
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and raw.strip().lower() in ("true", "false"):
        return raw.strip().lower() == "true"
    raise Refused("wrong_type", f"“{field.name}” takes true or false; this is {shown(raw)}.")


def _day(raw: Any, field: Field, saved: bool, loosely: bool) -> date:
    if isinstance(raw, str) and _DATE.fullmatch(raw.strip()):
        try:
            return date.fromisoformat(raw.strip())
        except ValueError:
            detail = "is not a day of the calendar."
            raise Refused("wrong_type", f"{shown(raw)} {detail}", f"{said(raw)} {detail}") from None
    raise Refused(
        "wrong_type",
        f'“{field.name}” takes a date such as "2026-11-21"; this is {shown(raw)}.',
        f"Put a day here, such as 2026-11-21; this is {said(raw)}.",
    )


def _instant(raw: Any, field: Field, saved: bool, loosely: bool) -> date | datetime:
    if isinstance(raw, str) and _DATE.fullmatch(raw.strip()):
        return _day(raw, field, saved, loosely)
    if isinstance(raw, str) and _INSTANT.fullmatch(raw.strip()):
        try:
            return datetime.fromisoformat(raw.strip().upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            raise Refused("wrong_type", f"{shown(raw)} is not an instant of the calendar.") from None
    raise Refused(
        "wrong_type",
        f'“{field.name}” takes a day such as "2026-11-21", or an instant with its offset such as '
        f'"2026-11-21T09:30:00Z"; this is {shown(raw)}.',
        f"Put a day here, such as 2026-11-21, or a time with its zone, such as 2026-11-21T09:30:00Z; this is {said(raw)}.",
    )


_READERS: dict[FieldType, Callable[[Any, Field, bool, bool], Any]] = {
    FieldType.TEXT: _text,
    FieldType.NUMBER: _number,
    FieldType.MONEY: _number,
    FieldType.BOOLEAN: _boolean,
    FieldType.DATE: _day,
    FieldType.DATETIME: _instant,
    FieldType.CHOICE: _choice,
    FieldType.ORDERED_CHOICE: _choice,
    FieldType.MULTI_CHOICE: _choice,
}


def value_to_json(value: Any) -> Any:
    """The stored form of an operand or of a value found."""
    if isinstance(value, tuple):
        return [value_to_json(entry) for entry in value]
    if isinstance(value, Window):
        window: dict[str, Any] = {"next" if value.ahead else "last": value.count, "unit": value.unit.value}
        if value.calendar:
            window["calendar"] = True
        return window
    if isinstance(value, Decimal):
        return decimal_to_json(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return value


def decimal_to_json(value: Decimal) -> int | float | str:
    """A JSON number where every reader gets the same decimal back from a double; else a string."""
    if value == value.to_integral_value():
        whole = int(value)
        return whole if abs(whole) <= 2**53 else str(whole)
    near = float(value)
    return near if Decimal(repr(near)) == value else format(value.normalize(), "f")
