"""A field's value out of text or JSON, checked; and the form a custom attribute keeps."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

from partners.rows.cells import PLAIN, Formats, check_text, clean, fold, has_control_characters, is_missing
from partners.rows.dates import DateOrder, parse_moment
from partners.rows.numbers import fit, parse_number, places_of, plain
from partners.vocabulary import CHOICE_TYPES, Field, FieldKind, FieldType, Subject

Value = str | Decimal | bool | date | datetime | list[str]
"""text, choice: str · number, money: Decimal · boolean · date · datetime in UTC · multi-choice: list of str, sorted."""

LONGEST_CHOICE = 200
LONGEST_CUSTOM_TEXT = 1_000_000
LONGEST = {"external_id": 100, "name": 300, "currency": 3}
REQUIRED = {
    Subject.PARTNER: frozenset({"external_id", "name"}),
    Subject.CUSTOMER: frozenset({"external_id", "name"}),
    Subject.DEAL: frozenset({"external_id", "partner"}),
}
"""Fields that may not be missing."""
_TRUE = frozenset({"true", "yes", "y", "t", "1", "on"})
_FALSE = frozenset({"false", "no", "n", "f", "0", "off"})
_MANY = re.compile(r"[;|\n\r]")


class Invalid(ValueError):
    """Values of one record that cannot be kept: `errors` by field name."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {reason}" for name, reason in errors.items()))
        self.errors = dict(errors)


class UnknownChoice(ValueError):
    """A value that is not in the list of a choice field; `value` is what it would be added as."""

    def __init__(self, field: Field, value: str) -> None:
        known = ", ".join(choice.value for choice in field.choices[:8]) + (", …" if len(field.choices) > 8 else "")
        super().__init__(
            f"“{value[:60]}” is not a choice of {field.name}"
            + (f" ({known})" if known else "")
            + "; correct it, or add it to the field's choices (an import does so with --create-fields)"
        )
        self.value = value


class Resolver:
    """The choices of one field, found by value or label in whatever case, with or without accents."""

    def __init__(self, field: Field) -> None:
        self.field = field
        self.known: dict[str, str] = {}
        for choice in field.choices:
            self.known.setdefault(fold(choice.label), choice.value)
        for choice in field.choices:  # a value goes before another's label
            self.known[fold(choice.value)] = choice.value

    def resolve(self, text: str) -> str:
        """The choice a text names; UnknownChoice when there is none."""
        found = self.known.get(fold(text))
        if found is None:
            raise UnknownChoice(self.field, check_choice(clean(text)))
        return found

    def add(self, text: str) -> str:
        """Take a further choice; gives the value it is known by."""
        return self.known.setdefault(fold(text), text)


def check_choice(text: str) -> str:
    """The text, when it can be a choice; else ValueError."""
    if has_control_characters(text):
        raise ValueError("contains a line break or control character, which a choice may not")
    return check_text(text, LONGEST_CHOICE)


def external_id(text: str) -> str:
    """The id, when it can be one (it stands in addresses); else ValueError."""
    text = clean(text)
    if not text:
        raise ValueError("is missing; every record needs an id")
    if "/" in text or "\\" in text:
        raise ValueError("contains a slash, which an id may not: it stands in web addresses. Replace it, say by “-”")
    if text in {".", ".."}:
        raise ValueError("is no id: “.” and “..” have a meaning of their own in web addresses")
    if has_control_characters(text):
        raise ValueError("contains a line break or control character, which an id may not")
    return check_text(text, LONGEST["external_id"])


def read(
    field: Field,
    text: str,
    formats: Formats = Formats(),  # noqa: B008 — a frozen value
    *,
    orders: frozenset[DateOrder] | None = None,
    resolver: Resolver | None = None,
) -> Value | None:
    """The value that the text of a cell writes; None when missing, ValueError with the reason when it writes none."""
    text = clean(text)
    if is_missing(text, formats):
        return None
    match field.type:
        case FieldType.NUMBER | FieldType.MONEY:
            places = places_of(field.type is FieldType.MONEY)
            return parse_number(text, places=places, decimal=formats.decimal)
        case FieldType.BOOLEAN:
            return _boolean(text)
        case FieldType.DATE:
            return parse_moment(text, orders, formats.date_format).as_date(formats.zone)
        case FieldType.DATETIME:
            return parse_moment(text, orders, formats.date_format).as_datetime(formats.zone)
        case FieldType.MULTI_CHOICE:
            return _many(text, _one(field, resolver))
        case _:
            return _one(field, resolver)(text)


def accept(field: Field, value: object, *, formats: Formats = PLAIN, resolver: Resolver | None = None) -> Value | None:
    """The value that JSON or a form gives; None when missing, ValueError with the reason when it does not fit the type."""
    if value is None:
        return None
    if isinstance(value, str):
        return read(field, value, formats, resolver=resolver)
    match field.type:
        case FieldType.BOOLEAN if isinstance(value, bool):
            return value
        case FieldType.NUMBER | FieldType.MONEY if isinstance(value, int | float | Decimal) and not isinstance(
            value, bool
        ):
            return fit(
                Decimal(repr(value) if isinstance(value, float) else value),
                places=places_of(field.type is FieldType.MONEY),
            )
        case FieldType.DATETIME if isinstance(value, datetime):
            return (value if value.tzinfo else value.replace(tzinfo=formats.zone)).astimezone(UTC)
        case FieldType.DATE if isinstance(value, date) and not isinstance(value, datetime):
            return value
        case FieldType.MULTI_CHOICE if isinstance(value, list | tuple):
            if wrong := [item for item in value if not isinstance(item, str)]:
                raise ValueError(f"must be a list of texts; {json.dumps(wrong[0], default=str)} is none")
            one = _one(field, resolver)
            return sorted({one(text) for item in value if (text := clean(item))}) or None
        case _:
            raise ValueError(f"must be {_WANTED[field.type]}, not {_named(value)}")


_WANTED = {
    FieldType.TEXT: "a text",
    FieldType.CHOICE: "a text: one of the field's choices",
    FieldType.ORDERED_CHOICE: "a text: one of the field's choices",
    FieldType.MULTI_CHOICE: "a list of texts",
    FieldType.NUMBER: "a number, or a text that writes one",
    FieldType.MONEY: "a text that writes an amount, such as “1200.50”, or a number",
    FieldType.BOOLEAN: "true or false",
    FieldType.DATE: "a date such as “2024-03-31”",
    FieldType.DATETIME: "an instant such as “2024-03-31T10:00:00Z”",
}


def _named(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float | Decimal):
        return "a number"
    if isinstance(value, dict):
        return "an object"
    return "a list" if isinstance(value, list | tuple) else f"a {type(value).__name__}"


def _boolean(text: str) -> bool:
    word = text.casefold()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ValueError(f"is neither true nor false: “{text[:40]}”; write true or false (yes/no and 1/0 are understood)")


def _one(field: Field, resolver: Resolver | None) -> Callable[[str], str]:
    """What checks one text of a field: a choice, an id, a currency or free text."""
    if field.refers_to:
        return external_id if field.refers_to != "user" else lambda text: check_text(clean(text).lower(), 254)
    if field.type in CHOICE_TYPES:
        return (resolver or Resolver(field)).resolve
    if field.name == "external_id" and field.kind is FieldKind.BUILT_IN:
        return external_id
    if field.name == "currency" and field.kind is FieldKind.BUILT_IN:
        return _currency
    longest = LONGEST_CUSTOM_TEXT if field.kind is FieldKind.CUSTOM else LONGEST.get(field.name, LONGEST_CHOICE)
    return lambda text: check_text(clean(text), longest)


def _currency(text: str) -> str:
    code = clean(text).upper()
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise ValueError(f"is no currency code: “{text[:20]}”; write the three letters of ISO 4217, such as EUR")
    return code


def _many(text: str, one: Callable[[str], str]) -> list[str] | None:
    """The values of a cell that holds many: a JSON list, or separated by semicolons, bars or lines, else by commas."""
    if text.startswith("[") and text.endswith("]"):
        try:
            items = json.loads(text)
        except ValueError:
            items = None
        if isinstance(items, list) and all(isinstance(item, str) for item in items):
            return sorted({one(item) for item in items if clean(item)}) or None
    if _MANY.search(text):
        parts = _MANY.split(text)
    else:
        try:
            return [one(text)]  # a single choice whose own text may hold a comma
        except ValueError:
            parts = text.split(",")
    if len(parts) == 1:
        return [one(text)]
    return sorted({one(part) for part in parts if clean(part)}) or None


def stored(value: Value | None) -> str | bool | list[str] | None:
    """The form in which a custom attribute keeps a value in JSON: always the same one for the same value."""
    match value:
        case None | bool() | str() | list():
            return value
        case Decimal():
            return plain(value)
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
