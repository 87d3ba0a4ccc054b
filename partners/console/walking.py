"""Along an index of the database, step by step: for orders that have one, a related record's id among them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

from partners import narrowing
from partners.console import keyset
from partners.console.keyset import Order, Spot
from partners.coverage import MODELS
from partners.vocabulary import Subject

Walk = Callable[[Spot | None], QuerySet[Any]]
"""The steps (sort value, id) behind a place, in order."""
NAMED = {(Subject.DEAL, "partner"), (Subject.DEAL, "customer")}
"""What names another record by its id: that one's index is walked, and from each of its entries one here."""


def is_walked(subject: Subject, order: Order) -> bool:
    """There is an index in this order."""
    return order.is_plain or (subject, order.field.name) in NAMED


def walks(subject: Subject, order: Order, *, is_backwards: bool) -> list[Walk]:
    """The ways to take one after the other: those without a value are on one of their own, last."""
    every = MODELS[subject].objects.all()
    if order.is_plain:
        return [lambda place: _plain(every, order, place, is_backwards)]
    path = narrowing.REFERENCES[order.field.name]
    ways: list[Walk] = [
        lambda place: _named(every, path, order, place, is_backwards),
        lambda place: _nameless(every, path, order, place, is_backwards),
    ]
    return ways[::-1] if is_backwards else ways


def _plain(every: QuerySet[Any], order: Order, place: Spot | None, is_backwards: bool) -> QuerySet[Any]:
    rows = keyset.ordered(every, order, backwards=is_backwards)
    if place is not None:
        rows = rows.filter(keyset.beyond(order, *place, backwards=is_backwards))
    return rows.values_list(order.field.name, "pk")


def _named(every: QuerySet[Any], path: str, order: Order, place: Spot | None, is_backwards: bool) -> QuerySet[Any]:
    """Those with a value: no outer join, which only a sort of everybody could put in order."""
    is_down = order.is_descending != is_backwards
    rows, side, sign = every.filter(**{f"{path}__isnull": False}), "lt" if is_down else "gt", "-" * is_down
    if place is not None and place[0] is None:
        rows = rows if is_backwards else rows.none()
    elif place is not None:
        value, pk = place
        ties = Q(**{path: value, f"id__{side}": pk})
        # the first says where the walk along the other's index begins
        rows = rows.filter(Q(**{f"{path}__{side}e": value}), Q(**{f"{path}__{side}": value}) | ties)
    return rows.order_by(f"{sign}{path}", f"{sign}id").values_list(path, "pk")


def _nameless(every: QuerySet[Any], path: str, order: Order, place: Spot | None, is_backwards: bool) -> QuerySet[Any]:
    is_down = order.is_descending != is_backwards
    rows = every.filter(**{f"{path.partition('__')[0]}__isnull": True})
    if place is not None and place[0] is not None:
        rows = rows.none() if is_backwards else rows
    elif place is not None:
        rows = rows.filter(**{"id__lt" if is_down else "id__gt": place[1]})
    return rows.order_by("-id" if is_down else "id").values_list(path, "pk")
