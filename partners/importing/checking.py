"""Turning values into staged pieces: one `Checker` per field, with what it has already worked out remembered."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from partners.importing.pieces import array, escape
from partners.importing.plain import Plain
from partners.models import Customer, Partner
from partners.rows import DateOrder, Formats, Resolver, UnknownChoice, Value, accept, read, stored
from partners.rows.cells import PLAIN
from partners.rows.values import REQUIRED
from partners.vocabulary import Field, FieldKind, FieldType
from people import roles
from people.models import User

REMEMBERED = 100_000
"""Distinct texts of a column whose outcome is kept; a column of ids would otherwise fill the memory."""


@dataclass(frozen=True, slots=True)
class Bad:
    """A value that cannot be kept, and why."""

    reason: str


Piece = str | Bad
"""A value as COPY takes it — for a custom attribute the JSON text of it — or why there is none."""


@dataclass
class Checker:
    """Checks the values of one field and writes them for the staging table."""

    field: Field
    formats: Formats = PLAIN
    orders: frozenset[DateOrder] | None = None
    add_choices: bool = False
    added: dict[str, None] = dataclasses.field(default_factory=dict)
    """Choices met that the field did not have, in order."""
    ids: dict[str, int] = dataclasses.field(default_factory=dict)
    """Ids of the records that the field's values name."""
    _known: dict[str, Piece] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        self.resolver = _Adding(self.field, self.added) if self.add_choices else Resolver(self.field)
        self.refers_to = self.field.refers_to if self.field.name != "parent" else ""
        self.is_required = self.field.kind is FieldKind.BUILT_IN and self.field.name in REQUIRED[self.field.subject]
        self._write = _writer(self.field)
        self._plain = Plain(self.field, self.formats, is_required=self.is_required)

    def texts(self, cells: Sequence[str]) -> list[Piece]:
        """The pieces of a column's cells."""
        as_they_are = self._plain(cells)
        if as_they_are is not None:
            return cast("list[Piece]", as_they_are)
        if self.refers_to:
            self._look_up(cells)
        known = self._known
        if len(known) > REMEMBERED:
            known.clear()
        for cell in dict.fromkeys(cells):
            if cell in known:
                continue
            try:
                known[cell] = self._written(self._read(cell))
            except ValueError as error:
                known[cell] = Bad(str(error))
        return [known[cell] for cell in cells]

    def value(self, value: object) -> Piece:
        """The piece of one JSON value."""
        return self._piece(lambda: accept(self.field, value, formats=self.formats, resolver=self.resolver))

    def look_up(self, values: Iterable[object]) -> None:
        """Learn the ids that values name, before `value` is asked for them."""
        if self.refers_to:
            texts = [v for v in values if isinstance(v, str)]
            texts += [v for many in values if isinstance(many, list) for v in many if isinstance(v, str)]
            self._look_up(texts)

    def _read(self, cell: str) -> Value | None:
        return read(self.field, cell, self.formats, orders=self.orders, resolver=self.resolver)

    def _piece(self, make: Callable[[], Value | None]) -> Piece:
        try:
            return self._written(make())
        except ValueError as error:
            return Bad(str(error))

    def _written(self, value: Value | None) -> Piece:
        if value is None and self.is_required:
            label = self.field.label.lower()
            article = "an" if label[0] in "aeio" else "a"
            return Bad(f"is missing; a {self.field.subject} needs {article} {label}")
        return self._write(self._resolved(value) if self.refers_to else value)

    def _resolved(self, value: Value | None) -> Any:
        """Names of other records as their ids."""
        if value is None:
            return value
        names = value if isinstance(value, list) else [str(value)]
        for name in names:
            if name not in self.ids:
                raise ValueError(_UNKNOWN[self.refers_to].format(name))
        return sorted(self.ids[name] for name in names) if isinstance(value, list) else self.ids[names[0]]

    def _look_up(self, texts: Iterable[str]) -> None:
        names: set[str] = set()
        for text in set(texts):
            try:
                value = read(self.field, text, self.formats)
            except ValueError:
                continue
            names.update(value if isinstance(value, list) else [str(value)] if value is not None else [])
        names -= self.ids.keys()
        if names:
            self.ids.update(_LOOKUPS[self.refers_to](names))


_UNKNOWN = {
    "partner": "there is no partner “{}”; import the partner first, or correct the id",
    "customer": "there is no customer “{}”; import the customer first, or correct the id",
    "user": "nobody on the vendor's staff signs in as “{}”; invite them first, or correct the address",
}


def _partners(names: set[str]) -> Iterable[tuple[str, int]]:
    return Partner.objects.present().filter(external_id__in=names).values_list("external_id", "pk")


def _customers(names: set[str]) -> Iterable[tuple[str, int]]:
    return Customer.objects.present().filter(external_id__in=names).values_list("external_id", "pk")


def _staff(names: set[str]) -> Iterable[tuple[str, int]]:
    return User.objects.filter(email__in=names, role__in=roles.VENDOR, is_active=True).values_list("email", "pk")


_LOOKUPS: Mapping[str, Callable[[set[str]], Iterable[tuple[str, int]]]] = {
    "partner": _partners,
    "customer": _customers,
    "user": _staff,
}


class _Adding(Resolver):
    """Takes a choice it does not know as a new one."""

    def __init__(self, field: Field, added: dict[str, None]) -> None:
        super().__init__(field)
        self._added = added

    def resolve(self, text: str) -> str:
        try:
            return super().resolve(text)
        except UnknownChoice as unknown:
            self._added[unknown.value] = None
            return self.add(unknown.value)


def _writer(field: Field) -> Callable[[Any], str]:
    """What writes a value of the field for COPY."""
    if field.kind is FieldKind.CUSTOM:
        name = json.dumps(field.name)
        return lambda value: escape(f"{name}:{json.dumps(stored(value), ensure_ascii=False)}")
    if field.type is FieldType.MULTI_CHOICE:
        return lambda value: array(value or [])
    if field.refers_to or field.type in {FieldType.NUMBER, FieldType.MONEY, FieldType.DATE}:
        return lambda value: "\\N" if value is None else escape(str(value))
    return lambda value: "" if value is None else escape(value)
