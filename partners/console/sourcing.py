"""Where the rows of a list come from: an index where there is one, else the columns kept of a large population, else SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from partners import groupings, picking, snapshot
from partners.console import keyset, walking
from partners.console.keyset import Order, Spot
from partners.coverage import MODELS
from partners.estimating import estimated
from partners.picking import Sorting
from partners.tables import Ints
from partners.vocabulary import Subject

if TYPE_CHECKING:  # the list's own words; it calls this
    from partners.console.listing import Narrowed

RELATED = {
    Subject.PARTNER: ("parent", "channel_manager"),
    Subject.CUSTOMER: (),
    Subject.DEAL: ("partner", "customer"),
}


FEW = 20_000
"""So many records by id are put in order by the database; of more, an index in that order soon meets enough."""
STRIDE = 500
"""How many steps along the index are looked at first; then four times as many each time."""


def paged(found: Narrowed, order: Order, cursor: str) -> tuple[keyset.Page, int, bool]:
    """A page, how many records there are in all, and whether that is an estimate."""
    rows = found.rows.select_related(*RELATED[found.subject])
    if order.is_plain and not found.is_narrowed:
        return keyset.page(rows, order, cursor), *counted(found)
    source = (Sifted if walking.is_walked(found.subject, order) else Columns)(found, order)
    if source.count is None:
        return keyset.page(rows, order, cursor), *counted(found)
    return keyset.page(rows, order, cursor, some=source.some), source.count, False


class Source:
    """Pages in another way than by the query; `count` is None where that cannot be."""

    count: int | None = None

    def __init__(self, found: Narrowed, order: Order) -> None:
        self.found, self.order, self.within = found, order, _within(found)

    def ids(self, place: Spot | None, is_backwards: bool, count: int) -> list[int]:
        """The first ids behind a place, in order."""
        raise NotImplementedError

    def some(self, place: Spot | None, is_backwards: bool, count: int) -> list[Any]:
        """The records behind a place, for `keyset.page`."""
        ids = self.ids(place, is_backwards, count)
        rows = MODELS[self.found.subject].objects.visible_to(self.found.viewer).filter(pk__in=ids)
        known = {row.pk: row for row in keyset.keyed(rows.select_related(*RELATED[self.found.subject]), self.order)}
        return [known[pk] for pk in ids if pk in known]


class Columns(Source):
    """Narrowed and put in order by the kept columns."""

    def __init__(self, found: Narrowed, order: Order) -> None:
        super().__init__(found, order)
        self.first = self._pick(None, False, keyset.SIZE + 1)
        self.count = self.first.count if self.first else None

    def ids(self, place: Spot | None, is_backwards: bool, count: int) -> list[int]:
        """By the columns."""
        picked = self.first if place is None else self._pick(place, is_backwards, count)
        return picked.ids[:count] if picked else []

    def _pick(self, place: Spot | None, is_backwards: bool, size: int) -> picking.Picked | None:
        return picking.pick(
            self.found.subject,
            viewer=self.found.viewer,
            conditions=self.found.conditions,
            within=self.within,
            sorting=Sorting(self.order.field, self.order.is_descending),
            place=place,
            is_backwards=is_backwards,
            size=size,
        )


class Sifted(Source):
    """Narrowed by the kept columns, put in order by an index of the database."""

    def __init__(self, found: Narrowed, order: Order) -> None:
        super().__init__(found, order)
        given = {"viewer": found.viewer, "conditions": found.conditions, "within": self.within}
        self.fitting = picking.sift(found.subject, **given)
        self.count = None if self.fitting is None else len(self.fitting)

    def ids(self, place: Spot | None, is_backwards: bool, count: int) -> list[int]:
        """Few are put in order; for many, the index is walked until enough of them are met."""
        model, fitting = MODELS[self.found.subject], self.fitting
        assert fitting is not None  # noqa: S101 — only asked when there is a count
        if len(fitting) <= FEW:
            some = [f'"{model._meta.db_table}"."id" = ANY(%s)']
            rows = model.objects.extra(where=some, params=[fitting.tolist()])  # noqa: S610 — our own names
            found = keyset.ordered(rows, self.order, backwards=is_backwards)
            if place is not None:
                found = found.filter(keyset.beyond(self.order, *place, backwards=is_backwards))
            return list(found.values_list("pk", flat=True)[:count])
        met: list[int] = []
        for walk in walking.walks(self.found.subject, self.order, is_backwards=is_backwards):
            at, stride = place, STRIDE
            while len(met) < count:
                steps = list(walk(at)[:stride])
                met += _among([pk for _, pk in steps], fitting)
                if len(steps) < stride:
                    break
                at, stride = steps[-1], stride * 4
        return met[:count]


def _among(ids: list[int], fitting: Ints) -> list[int]:
    """Those of the ids that are among others, ascending, in the order given."""
    numbers = np.array(ids, dtype=np.int64)
    places = np.searchsorted(fitting, numbers)
    inside = places < len(fitting)
    inside[inside] = fitting[places[inside]] == numbers[inside]
    found: list[int] = numbers[inside].tolist()
    return found


def _within(found: Narrowed) -> list[Ints]:
    """Whom the search and the groupings let through."""
    sets: list[Ints] = []
    records = MODELS[found.subject].objects.all()
    if ways := records.ways(found.q):
        ids = records.first_matches(ways)
        if ids is None:
            ids = records.all_matches(ways)
        sets.append(np.array(ids, dtype=np.int64))
    for grouping in groupings.groupings:
        value = next((chosen.value for chosen in found.groupings if chosen.name == grouping.name), "")
        if value:
            sets.append(grouping.ids(found.subject, value, found.viewer))
    return sets


def counted(found: Narrowed) -> tuple[int, bool]:
    """How many: exactly where the columns know or there are not very many, else as the planner estimates: True."""
    if not found.is_narrowed and not found.viewer.regions:
        every = snapshot.count(found.subject)
        if every is not None:
            return every, False
    return estimated(found.rows)
