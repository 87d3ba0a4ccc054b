"""Where the rows of a list come from: an index where there is one, else the columns kept of a large population, else SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from partners import groupings, picking, snapshot
from partners.columns import read_ids
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
MANY = 50_000
"""In so many records a search that finds very many is not counted out."""
SAMPLE, LEAST = 500, 25
"""So many records are looked at to tell how many match, and so many of these must."""
STRIDE = 500
"""How many steps along the index are looked at first; then four times as many each time."""


def paged(found: Narrowed, order: Order, cursor: str) -> tuple[keyset.Page, int, bool]:
    """A page, how many records there are in all, and whether that is an estimate."""
    rows = found.rows.select_related(*RELATED[found.subject])
    if order.is_plain and not found.is_narrowed:
        return keyset.page(rows, order, cursor), *counted(found)
    if found.q and MODELS[found.subject].objects.first_matches(found.q) is None:
        searched = Searched(found, order)
        if searched.count is not None:
            return keyset.page(rows, order, cursor, some=searched.some), searched.count, True
    source = counting(found, order)
    if source.count is None:
        return keyset.page(rows, order, cursor), *counted(found)
    return keyset.page(rows, order, cursor, some=source.some), source.count, False


def counting(found: Narrowed, order: Order) -> Source:
    """All that fit are found, whichever way the order asks for."""
    return (Sifted if walking.is_walked(found.subject, order) else Columns)(found, order)


class Source:
    """Pages in another way than by the query; `count` is None where that cannot be."""

    count: int | None = None

    def __init__(self, found: Narrowed, order: Order) -> None:
        self.found, self.order = found, order

    def ids(self, place: Spot | None, is_backwards: bool, count: int) -> list[int]:
        """The first ids behind a place, in order."""
        raise NotImplementedError

    def some(self, place: Spot | None, is_backwards: bool, count: int) -> list[Any]:
        """The records behind a place, for `keyset.page`."""
        ids = self.ids(place, is_backwards, count)
        rows = MODELS[self.found.subject].objects.visible_to(self.found.viewer).filter(pk__in=ids)
        known = {row.pk: row for row in keyset.keyed(rows.select_related(*RELATED[self.found.subject]), self.order)}
        return [known[pk] for pk in ids if pk in known]

    def _pick(
        self, within: list[Ints], place: Spot | None, is_backwards: bool, size: int, skip: int = 0
    ) -> picking.Picked | None:
        """By the order of the columns."""
        return picking.pick(
            self.found.subject,
            viewer=self.found.viewer,
            conditions=self.found.conditions,
            within=within,
            sorting=Sorting(self.order.field, self.order.is_descending),
            place=place,
            is_backwards=is_backwards,
            size=size,
            skip=skip,
        )


class Columns(Source):
    """Narrowed and put in order by the kept columns."""

    def __init__(self, found: Narrowed, order: Order) -> None:
        super().__init__(found, order)
        self.within = _within(found)
        self.first = self._pick(self.within, None, False, keyset.SIZE + 1)
        self.count = self.first.count if self.first else None

    def ids(self, place: Spot | None, is_backwards: bool, count: int) -> list[int]:
        """By the columns."""
        picked = self.first if place is None else self._pick(self.within, place, is_backwards, count)
        return picked.ids[:count] if picked else []


class Sifted(Source):
    """Narrowed by the kept columns, put in order by an index of the database."""

    def __init__(self, found: Narrowed, order: Order) -> None:
        super().__init__(found, order)
        self.fitting = self._sift(_within(found))
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
        return self._walked(place, is_backwards, count, None) or []

    def _sift(self, within: list[Ints]) -> Ints | None:
        return picking.sift(
            self.found.subject, viewer=self.found.viewer, conditions=self.found.conditions, within=within
        )

    def _walked(self, place: Spot | None, is_backwards: bool, count: int, most: int | None) -> list[int] | None:
        """Along the index until enough are met; None when that would take more than `most` steps."""
        met: list[int] = []
        taken = 0
        for walk in walking.walks(self.found.subject, self.order, is_backwards=is_backwards):
            at, stride = place, STRIDE
            while len(met) < count:
                if most is not None and taken >= most:
                    return None
                steps = list(walk(at)[:stride])
                met += self._met([pk for _, pk in steps])
                taken += len(steps)
                if len(steps) < stride:
                    break
                at, stride = steps[-1], stride * 4
        return met[:count]

    def _met(self, ids: list[int]) -> list[int]:
        """Those of some steps that the list shows."""
        assert self.fitting is not None  # noqa: S101 — only asked when there is a count
        return _among(ids, self.fitting)


class Searched(Sifted):
    """Where so many match a search that any order soon meets them: nobody waits for all of them to be found.

    How many there are is worked out from a sample; without a `count` there are too few for either.
    """

    def __init__(self, found: Narrowed, order: Order) -> None:
        Source.__init__(self, found, order)
        self.within = _grouped(found)
        self.fitting = self._sift(self.within)
        if self.fitting is None or len(self.fitting) < MANY:
            return
        sample = self.fitting[:: len(self.fitting) // SAMPLE].tolist()
        hits = len(self._matching(sample))
        if hits >= LEAST:
            self.count = _roughly(len(self.fitting) * hits / len(sample))

    def ids(self, place: Spot | None, is_backwards: bool, count: int) -> list[int]:
        """Along the order; where the search's own stand together far away, all of them are found after all."""
        walk = self._walked if walking.is_walked(self.found.subject, self.order) else self._looked
        found = walk(place, is_backwards, count, STRIDE * 5)
        return counting(self.found, self.order).ids(place, is_backwards, count) if found is None else found

    def _looked(self, place: Spot | None, is_backwards: bool, count: int, most: int) -> list[int] | None:
        """The same in the order of the columns."""
        met: list[int] = []
        taken, stride = 0, STRIDE
        while len(met) < count:
            picked = self._pick(self.within, place, is_backwards, stride, taken) if taken < most else None
            if picked is None:
                return None
            met += self._met(picked.ids)
            if len(picked.ids) < stride:
                break
            taken, stride = taken + stride, stride * 4
        return met[:count]

    def _met(self, ids: list[int]) -> list[int]:
        some = super()._met(ids)
        matching = self._matching(some)
        return [pk for pk in some if pk in matching]

    def _matching(self, ids: list[int]) -> set[int]:
        found: set[int] = MODELS[self.found.subject].objects.matches_among(self.found.q, ids)
        return found


def _roughly(number: float) -> int:
    """To two places, which is what a sample tells."""
    return int(float(f"{number:.2g}"))


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
    sets = _grouped(found)
    if found.q:
        records = MODELS[found.subject].objects
        ids: Any = records.first_matches(found.q)
        if ids is None:
            ids = read_ids(*records.all_matches(found.q).query.sql_with_params())
        sets.append(np.array(ids, dtype=np.int64))
    return sets


def _grouped(found: Narrowed) -> list[Ints]:
    """Whom the groupings let through."""
    sets: list[Ints] = []
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
