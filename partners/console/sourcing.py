"""Where the rows of a list come from: an index where there is one, else the columns kept of a large population, else SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from partners import groupings, picking, snapshot
from partners.console import keyset
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


def paged(found: Narrowed, order: Order, cursor: str) -> tuple[keyset.Page, int, bool]:
    """A page, how many records there are in all, and whether that is an estimate."""
    rows = found.rows.select_related(*RELATED[found.subject])
    if order.is_plain and not found.is_sifted:
        return keyset.page(rows, order, cursor), *counted(found)
    columns = Columns(found, order)
    page = keyset.page(rows, order, cursor, some=columns.some) if columns.first is not None else None
    if page is None or columns.first is None:
        return keyset.page(rows, order, cursor), *counted(found)
    return page, columns.first.count, False


class Columns:
    """Pages by the kept columns; `first` is None where they cannot tell."""

    def __init__(self, found: Narrowed, order: Order) -> None:
        self.found, self.order, self.within = found, order, _within(found)
        self.first = self.pick(None, False, keyset.SIZE + 1)

    def pick(self, place: Spot | None, is_backwards: bool, size: int) -> picking.Picked | None:
        """Ids in order."""
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

    def some(self, place: Spot | None, is_backwards: bool, count: int) -> list[Any]:
        """The records behind a place, for `keyset.page`."""
        picked = self.first if place is None else self.pick(place, is_backwards, count)
        ids = picked.ids[:count] if picked else []
        rows = MODELS[self.found.subject].objects.visible_to(self.found.viewer).filter(pk__in=ids)
        known = {row.pk: row for row in keyset.keyed(rows.select_related(*RELATED[self.found.subject]), self.order)}
        return [known[pk] for pk in ids if pk in known]


def _within(found: Narrowed) -> list[Ints]:
    """Whom the search and the groupings let through."""
    sets: list[Ints] = []
    records = MODELS[found.subject].objects.all()
    fits = records.fitting(found.q)
    if fits is not None:
        ids = records.first_matches(fits)
        every = records.filter(fits).order_by().values_list("pk", flat=True)
        sets.append(np.sort(np.array(every if ids is None else ids, dtype=np.int64)))
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
