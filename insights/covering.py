"""Which partner segments serve which customer segments: the coverage matrix, worked out in one pass over who serves whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap64

from partners import picking
from partners.columns import read_pairs
from partners.models import Customer, Partner
from partners.reading import one_snapshot
from partners.tables import Codes, Ints, Mask, Sets
from partners.vocabulary import Subject
from people.roles import Viewer
from segments.bitmaps import mask_of
from segments.models import Segment
from segments.overlaps import seen_members

Counts = npt.NDArray[np.int64]
Bits = npt.NDArray[np.uint16]
Words = npt.NDArray[np.uint64]
AT_ONCE = 16
"""Rows that are looked at together: one bit of `Bits` for each."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Shape (rows, columns): rows are partner segments, columns customer segments."""

    served: Counts
    """Customers of the column served by at least one partner of the row."""
    partners: Counts
    """Partners of the row that serve at least one customer of the column."""
    customers: Counts
    """Customers of each column."""
    members: Counts
    """Partners of each row."""
    reached: Counts
    """Customers of each column served by any partner at all."""


@dataclass(frozen=True, slots=True)
class Links:
    """Who serves whom, of those that a viewer may see: n pairs of places in two ascending lists of ids."""

    partners: Ints
    customers: Ints
    partner: Ints
    """Shape (n,)."""
    customer: Ints
    """Shape (n,), ascending."""


def coverage_of(rows: Sequence[Segment], columns: Sequence[Segment], viewer: Viewer) -> Coverage:
    """The matrix within what the viewer may see. A handful of queries."""
    by_row, by_column = seen_members(rows, viewer), seen_members(columns, viewer)
    links = links_of(viewer)
    inside = [mask_of(by_column[column.pk], links.customers) for column in columns]
    packed = _packed(inside, len(links.customers))
    serving = _packed(
        (mask for start in range(0, len(inside), AT_ONCE) for mask in _serving(inside[start : start + AT_ONCE], links)),
        len(links.partners),
    )
    served = np.zeros((len(rows), len(columns)), dtype=np.int64)
    partners = np.zeros_like(served)
    for start in range(0, len(rows), AT_ONCE):
        part = [by_row[row.pk] for row in rows[start : start + AT_ONCE]]
        served[start : start + AT_ONCE], partners[start : start + AT_ONCE] = _block(part, packed, serving, links)
    has = np.zeros(len(links.customers), dtype=np.bool_)
    has[links.customer] = True
    return Coverage(
        served,
        partners,
        np.array([len(by_column[column.pk]) for column in columns], dtype=np.int64),
        np.array([len(by_row[row.pk]) for row in rows], dtype=np.int64),
        np.array([np.count_nonzero(mine & has) for mine in inside], dtype=np.int64),
    )


def _serving(columns: Sequence[Mask], links: Links) -> list[Mask]:
    """Of a few columns, which partners serve one of their customers, shape (partners,) each."""
    of_customer: Bits = np.zeros(len(links.customers), dtype=np.uint16)
    for place, mine in enumerate(columns):
        of_customer |= mine.astype(np.uint16) << np.uint16(place)
    of_partner: Bits = np.zeros(len(links.partners), dtype=np.uint16)
    np.bitwise_or.at(of_partner, links.partner, of_customer[links.customer])
    return [(of_partner & np.uint16(1 << place)) != 0 for place in range(len(columns))]


def _block(rows: Sequence[BitMap64], columns: Words, serving: Words, links: Links) -> tuple[Counts, Counts]:
    """`served` and `partners` of a few rows: of each partner a bit for each row it is in, of each customer those of all
    partners that serve it."""
    of_partner: Bits = np.zeros(len(links.partners), dtype=np.uint16)
    for place, members in enumerate(rows):
        of_partner[mask_of(members, links.partners)] |= np.uint16(1 << place)
    of_customer: Bits = np.zeros(len(links.customers), dtype=np.uint16)
    if len(links.partner):
        starts = np.flatnonzero(np.diff(links.customer, prepend=-1))
        of_customer[links.customer[starts]] = np.bitwise_or.reduceat(of_partner[links.partner], starts)
    return _counted(of_customer, columns, len(rows)), _counted(of_partner, serving, len(rows))


def _counted(bits: Bits, columns: Words, rows: int) -> Counts:
    """Of how many subjects each row's bit is set that are in each column, shape (rows, columns)."""
    packed = _packed((bits & np.uint16(1 << place) != 0 for place in range(rows)), len(bits))
    found = [np.bitwise_count(columns & row).sum(axis=1, dtype=np.int64) for row in packed]
    return np.array(found, dtype=np.int64).reshape(rows, len(columns))


def _packed(masks: Iterable[Mask], length: int) -> Words:
    """Masks of one length with a bit for each place, shape (masks, words)."""
    found = [
        np.packbits(np.concatenate((mask, np.zeros(-length % 64, dtype=np.bool_)))).view(np.uint64) for mask in masks
    ]
    return np.array(found, dtype=np.uint64).reshape(len(found), (length + 63) // 64)


def links_of(viewer: Viewer) -> Links:
    """Who serves whom, of records that are not deleted and that the viewer may see: by the columns that are kept of a
    large population, else by COPY."""
    with one_snapshot():
        customers = picking.visible(Subject.CUSTOMER, viewer, ["partners"])
        if customers is None:
            return _read(viewer)
        ids, names = _partners(viewer)
    served_by = customers.table.columns["partners"]
    assert isinstance(served_by, Sets)  # noqa: S101 — it names many
    places = {name: place for place, name in enumerate(names)}
    place_of = np.array([places.get(name, -1) for name in served_by.dictionary], dtype=np.int64)
    partner = place_of[served_by.codes] if len(place_of) else np.empty(0, dtype=np.int64)
    customer = np.repeat(np.arange(len(customers.table)), np.diff(served_by.offsets))
    seen = (partner >= 0) & customers.mask[customer]
    return Links(ids, customers.table.ids, partner[seen], customer[seen])


def _partners(viewer: Viewer) -> tuple[Ints, list[str]]:
    """Ids, ascending, and external ids of the partners that the viewer may see."""
    known = picking.visible(Subject.PARTNER, viewer, ["external_id"])
    if known is None:
        rows = list(Partner.objects.visible_to(viewer).order_by("pk").values_list("pk", "external_id"))
        return np.array([pk for pk, _ in rows], dtype=np.int64), [name for _, name in rows]
    column = known.table.columns["external_id"]
    assert isinstance(column, Codes)  # noqa: S101 — one text
    return known.table.ids[known.mask], [column.dictionary[code] for code in column.codes[known.mask].tolist()]


def _read(viewer: Viewer) -> Links:
    seen = [
        model.objects.visible_to(viewer).order_by().values("pk").query.sql_with_params()
        for model in (Partner, Customer)
    ]
    (partners, first), (customers, second) = seen
    given = {f"seen_{place}": value for place, value in enumerate((*first, *second))}
    named = [f"%({name})s" for name in given]
    query = (
        "SELECT customer_id, partner_id FROM partners_customer_partners"
        f" WHERE partner_id IN ({partners}) AND customer_id IN ({customers}) ORDER BY 1, 2"
    )
    customer, partner = read_pairs(query % tuple(named), given)
    customer_ids, at = np.unique(customer, return_inverse=True)
    partner_ids, of = np.unique(partner, return_inverse=True)
    return Links(partner_ids, customer_ids, of, at)
