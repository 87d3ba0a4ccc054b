"""A page of some records in the order of their names or ids, however many they are: by walking the index of that order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from partners.columns import read_ids
from partners.tables import Ints

Order = Literal["name", "external_id"]
FEW = 5_000
"""So many records are put in order themselves."""
DEARER = 4
"""Looking a record up and sorting it costs as much as so many steps along an index."""
WIDER = 4


def page_of(
    records: Any, ids: Ints, *, by: Order = "name", is_descending: bool = False, skip: int = 0, size: int
) -> list[int]:
    """The ids of a page of `records` (a query), of those among `ids` (ascending), equal names by id.

    Those in front of the page are passed over in the index: joined with hundreds of thousands of ids, the database would
    look each of them up and sort them all.
    """
    if not len(ids):
        return []
    sign = "-" if is_descending else ""
    ordered = records.order_by(f"{sign}{by}") if by == "external_id" else records.order_by(f"{sign}{by}", f"{sign}id")
    stop = skip + size
    wide = _steps(stop, len(ids), int(ids[-1]))
    if len(ids) <= max(FEW, wide // DEARER):
        where = f'"{records.model._meta.db_table}"."id" = ANY(%s)'
        some = ordered.extra(where=[where], params=[ids.tolist()])  # noqa: S610 — our own names
        return list(some.values_list("pk", flat=True)[skip:stop])
    return first_of(lambda most: _read(ordered, most), ids, stop=stop, steps=wide)[skip:].tolist()


def first_of(read: Callable[[int], Ints], ids: Ints, *, stop: int, steps: int) -> Ints:
    """The first `stop` of the ids (ascending) in the order in which `read` gives its first so many; of fewer, all."""
    while True:
        found = read(steps)
        hits = found[_inside(ids, found)]
        if len(hits) >= stop or len(found) < steps:
            return hits[:stop]
        steps *= WIDER


def _steps(stop: int, count: int, out_of: int) -> int:
    """So many steps lead past the first `stop`, when `count` of `out_of` records are spread evenly."""
    return int(stop * max(1.0, out_of / count) * 1.1) + 100


def _read(ordered: Any, most: int) -> Ints:
    return read_ids(*ordered.values_list("pk")[:most].query.sql_with_params())


def _inside(ids: Ints, found: Ints) -> Any:
    """Which of those found, in whatever order, are among the ids."""
    places = np.searchsorted(ids, found)
    return ids[np.minimum(places, len(ids) - 1)] == found
