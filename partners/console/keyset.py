"""Pages of a list by keyset: the cursor holds the last row's sort value and id, so page 2,000 costs what page 2 does.

Missing values come last either way round; the id breaks ties.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When

from partners import narrowing
from partners.instants import in_utc
from partners.narrowing import RANGES
from partners.vocabulary import Field, FieldKind, FieldType, Vocabulary

SIZE = 50
KEY = "sort_key"
PLAIN = frozenset({"name", "external_id"})
"""Never missing, and indexed with the id behind: ordered by the column itself."""
BIGGEST_ID = 2**63
Spot = tuple[Any, int]
"""A row's sort value and its id."""
Some = Callable[[Spot | None, bool, int], list[Any]]
"""The first rows behind a place: (place, backwards, how many)."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list, and the cursors of the pages beside them ("" where there is none)."""

    object_list: list[Any]
    previous: str = ""
    next: str = ""

    def __iter__(self) -> Iterator[Any]:
        return iter(self.object_list)


@dataclass(frozen=True, slots=True)
class Order:
    """What a list is sorted by: a field, forwards or backwards."""

    field: Field
    is_descending: bool

    @property
    def word(self) -> str:
        """As an address writes it."""
        return "-" * self.is_descending + self.field.name

    @property
    def is_plain(self) -> bool:
        """The column itself will do, and is never missing."""
        return self.field.name in PLAIN and self.field.kind is FieldKind.BUILT_IN

    @property
    def is_rank(self) -> bool:
        """By the order of the choices."""
        return self.field.type is FieldType.ORDERED_CHOICE

    def expression(self) -> Any:
        """The value sorted by, null where missing."""
        value = narrowing.value_of(self.field)
        if not self.is_rank:
            return value
        whens = []
        for rank, choice in enumerate(self.field.choices):
            name = self.field.name
            is_it = (
                Q(**{name: choice.value})
                if self.field.kind is FieldKind.BUILT_IN
                else Q(**{f"custom__{name}": choice.value})
            )
            whens.append(When(is_it, then=Value(rank)))
        return Case(*whens, default=None, output_field=IntegerField())


def sortable(field: Field) -> bool:
    """A list can be sorted by it: it holds one stored value."""
    return (
        field.kind is not FieldKind.COMPUTED and field.type is not FieldType.MULTI_CHOICE and (field.name != "partners")
    )


def order_of(word: str, vocabulary: Vocabulary, default: str) -> Order:
    """The order that a sort word asks for; the default one when it asks for nothing there is."""
    field = vocabulary.get(word.removeprefix("-"))
    if field is None or not sortable(field):
        word = default
        field = vocabulary[word.removeprefix("-")]
    return Order(field, word.startswith("-"))


def keyed(rows: QuerySet[Any], order: Order) -> QuerySet[Any]:
    """The rows with what they are sorted by, as cursors need it."""
    return rows if order.is_plain else rows.annotate(**{KEY: order.expression()})


def ordered(rows: QuerySet[Any], order: Order, *, backwards: bool = False) -> QuerySet[Any]:
    """The rows in order, or the other way round."""
    down = order.is_descending != backwards
    if order.is_plain:
        return rows.order_by(*[("-" if down else "") + name for name in (order.field.name, "id")])
    place = {"nulls_first": True} if backwards else {"nulls_last": True}
    by = F(KEY).desc(**place) if down else F(KEY).asc(**place)
    return keyed(rows, order).order_by(by, "-id" if down else "id")


def page(rows: QuerySet[Any], order: Order, cursor: str, *, size: int = SIZE, some: Some | None = None) -> Page:
    """The page behind a cursor (or before it); the first one without, or with a cursor that is not of this order.

    `some`: finds the rows of a page in another way than by the order of the query.
    """
    some = some or (lambda place, backwards, count: _by_query(rows, order, place, backwards, count))
    place = _read(cursor, order)
    if place is None:
        found = some(None, False, size + 1)
        return Page(found[:size], next=_write(found[size - 1], order, "after") if len(found) > size else "")
    way, value, pk = place
    backwards = way == "before"
    found = some((value, pk), backwards, size + 1)
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    if not found:
        return Page([]) if backwards else page(rows, order, "", size=size, some=some)
    return Page(
        found,
        previous=_write(found[0], order, "before") if more or not backwards else "",
        next=_write(found[-1], order, "after") if more or backwards else "",
    )


def _by_query(rows: QuerySet[Any], order: Order, place: Spot | None, backwards: bool, count: int) -> list[Any]:
    found = ordered(rows, order, backwards=backwards)
    if place is not None:
        found = found.filter(beyond(order, *place, backwards=backwards))
    return list(found[:count])


def beyond(order: Order, value: Any, pk: int, *, backwards: bool) -> Q:
    """What sorts behind a place (before it, when backwards)."""
    key = order.field.name if order.is_plain else KEY
    side = "lt" if order.is_descending != backwards else "gt"
    further = Q(**{f"id__{side}": pk})
    if value is None:  # among those without a value, which are last
        own = Q(**{f"{key}__isnull": True}) & further
        return own | Q(**{f"{key}__isnull": False}) if backwards else own
    found = Q(**{f"{key}__{side}": value}) | (Q(**{key: value}) & further)
    if order.is_plain:
        return Q(**{f"{key}__{side}e": value}) & found  # where an index scan can begin
    return found if backwards else found | Q(**{f"{key}__isnull": True})


def _write(row: Any, order: Order, way: str) -> str:
    value = getattr(row, order.field.name if order.is_plain else KEY)
    plain = value.isoformat() if hasattr(value, "isoformat") else None if value is None else str(value)
    text = json.dumps([order.word, way, plain, row.pk], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str, order: Order) -> tuple[str, Any, int] | None:
    """(way, value, id) of a cursor; None when it is not one of this order."""
    try:
        word, way, text, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if word != order.word or way not in {"after", "before"} or not isinstance(pk, int) or abs(pk) >= BIGGEST_ID:
            return None
        if text is None:
            return (way, None, pk) if not order.is_plain else None
        if not isinstance(text, str) or "\x00" in text:
            return None
        return way, _typed(order, text), pk
    except (ValueError, TypeError, RecursionError):
        return None


def _typed(order: Order, text: str) -> Any:
    if order.is_rank:
        return int(text[:9])
    if order.field.type is FieldType.DATETIME:
        return in_utc(datetime.fromisoformat(text))
    return (
        narrowing.typed(order.field, text)
        if order.field.type in RANGES or (order.field.type is FieldType.BOOLEAN)
        else text
    )
