"""The members of a segment by how long they have been in, as ids: the longest or the newest first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
from django.db.models import Min, QuerySet

from partners.columns import read_ids
from partners.tables import Ints
from partners.walking import first_of
from segments.members import stays
from segments.models import Membership, Segment

LATER = 20_000
"""So many who came after the very first are read one by one."""


def by_since(segment: Segment, ids: Ints, as_of: datetime | None, *, is_descending: bool, stop: int) -> Ints:
    """The first `stop` of some members (ids, ascending) as of now or of an instant; those who came together by id.

    Of a large segment most came at once, when it was first computed: only the others are read, in the order of the index,
    and the rest are who is left, who need neither be read nor sorted. Where many came later, the index is walked. Two
    queries, or a few more where many have left or are out of sight.
    """
    held = stays(segment, as_of)
    first = Membership.objects.filter(segment=segment).aggregate(first=Min("entered_at"))["first"]
    if first is None or not len(ids):
        return ids[:0]
    order = ("-entered_at" if is_descending else "entered_at", "subject_id")
    later = _read(held.filter(entered_at__gt=first).order_by(*order), LATER + 1)
    if len(later) > LATER:
        return first_of(lambda most: _read(held.order_by(*order), most), ids, stop=stop, steps=max(LATER, 2 * stop))
    later = later[np.isin(later, ids)]
    rest = np.setdiff1d(ids, later, assume_unique=True)
    return np.concatenate([later, rest] if is_descending else [rest, later])[:stop]


def _read(rows: QuerySet[Any], most: int) -> Ints:
    return read_ids(*rows.values_list("subject_id")[:most].query.sql_with_params())
