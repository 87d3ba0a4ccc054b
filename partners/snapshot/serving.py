"""A population here and now: from the base and what changed since, else loaded."""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection
from django.utils import timezone

from partners.columns import read_table
from partners.facts import vocabulary
from partners.patching import Patch
from partners.snapshot.bases import Base, newest, nobody, signature
from partners.tables import Codes, Column, Ints, Scalars, Sets, Table
from partners.vocabulary import Subject

WORN = 0.05
"""When more than this share of the subjects has changed, a new base is due."""


@dataclass(frozen=True, slots=True)
class Sides:
    """All present subjects in two tables of the same columns: as they were kept, and those that changed since."""

    kept: Table
    gone: Ints
    """The rows of `kept` that hold no longer: `fresh` has those subjects, unless they are deleted."""
    fresh: Table
    memory: dict[str, Any]
    """Of `Base`."""


_patching = threading.RLock()
"""The threads of a web server share a base; one at a time may bring it up to its own snapshot, and read it there."""


def table(
    subject: Subject, names: Collection[str], *, as_of: datetime, between: tuple[int, int] | None = None
) -> Table:
    """The fields of all present subjects, or of a range of ids, exactly as `read_table` gives them here and now."""
    with _patching:
        base = _serving(subject, names, as_of)
        if base is not None:
            _read_again(base, subject, names, as_of)
            found = _patched(base, names)
    if base is None:
        return read_table(subject, names, as_of=as_of, between=between)
    if between is not None:
        start, stop = np.searchsorted(found.ids, [between[0], between[1] + 1])
        return found.rows(int(start), int(stop))
    return found


def sides(subject: Subject, names: Collection[str], *, as_of: datetime) -> Sides | None:
    """The same as two tables, put together from what is known already; None when there is no base that serves."""
    with _patching:
        base = _serving(subject, names, as_of)
        if base is None:
            return None
        _read_again(base, subject, names, as_of)
        kept = Table(base.ids, {name: base.column(name) for name in names})
        fresh = Table(base.fresh.ids, {name: base.fresh.columns[name] for name in names})
        return Sides(kept, base.gone, fresh, base.memory)


def count(subject: Subject) -> int | None:
    """How many present subjects there are here and now, when a base can tell; else None."""
    found = sides(subject, (), as_of=timezone.now())
    return None if found is None else len(found.kept) - len(found.gone) + len(found.fresh)


def _read_again(base: Base, subject: Subject, names: Collection[str], as_of: datetime) -> None:
    """Read what the base does not know yet of the subjects that changed since."""
    missing = [name for name in names if name not in base.fresh.columns]
    if missing and len(base.changed):
        found = read_table(subject, missing, as_of=as_of, ids=base.changed.tolist())
        if not np.array_equal(found.ids, base.fresh.ids):  # outside a transaction the rows may have moved on
            found = read_table(subject, [*base.fresh.columns, *missing], as_of=as_of, ids=base.changed.tolist())
            base.patch = None
        base.fresh = Table(found.ids, base.fresh.columns | found.columns)
    elif missing:
        empty = {name: _empty(base.column(name)) for name in missing}
        base.fresh = Table(base.fresh.ids, base.fresh.columns | empty)


def _empty(column: Column) -> Column:
    if isinstance(column, Scalars):
        return Scalars(column.values[:0], column.present[:0])
    return Codes(column.codes[:0], []) if isinstance(column, Codes) else Sets(column.offsets[:1], column.codes[:0], [])


def _patched(base: Base, names: Collection[str]) -> Table:
    """The two sides as one table."""
    if base.patch is None:
        base.patch, base.patched = Patch.of(base.ids, base.changed, base.fresh.ids), {}
    for name in names:
        if name not in base.patched:
            kept = base.column(name)
            base.patched[name] = base.patch.column(kept, base.fresh.columns[name]) if len(base.changed) else kept
    return Table(base.patch.ids, {name: base.patched[name] for name in names})


def _serving(subject: Subject, names: Collection[str], as_of: datetime) -> Base | None:
    """The newest base, when it holds these fields, is not newer than the present snapshot, and little has changed since;
    brought up to the marks that the snapshot sees."""
    base = newest(subject)
    if base is None:
        return None
    words = vocabulary(subject)
    known = base.about["columns"]
    for name in names:
        if name not in words:
            return None  # the load says what is wrong
        if name not in known or known[name]["signature"] != signature(words[name], as_of):
            return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_snapshot_xmax(b) <= pg_snapshot_xmax(n) AND NOT EXISTS ("
            " SELECT 1 FROM pg_snapshot_xip(n) x WHERE pg_visible_in_snapshot(x, b)),"
            " ARRAY(SELECT id FROM partners_touched"
            "  WHERE subject = %s AND transaction >= pg_snapshot_xmin(b)::text::bigint"
            "  AND NOT pg_visible_in_snapshot(transaction::text::xid8, b))"
            " FROM (SELECT %s::pg_snapshot AS b, pg_current_snapshot() AS n) s",
            [subject.value, base.about["moment"]],
        )
        is_before, marks = cursor.fetchone()
    return base if is_before and _follow(base, subject, frozenset(marks), as_of) else None


def _follow(base: Base, subject: Subject, marks: frozenset[int], as_of: datetime) -> bool:
    """Bring the base up to these marks: only subjects of new ones are read again. False when that would be too many."""
    if base.marks == marks:
        return True
    is_later = base.marks < marks  # else somebody with a newer snapshot was here
    before = base.changed if is_later else nobody()
    new = sorted(marks - base.marks if is_later else marks)
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(cardinality(ids)), 0) FROM partners_touched WHERE id = ANY(%s)", [new])
        (count,) = cursor.fetchone()
        if len(before) + count > max(1000, 4 * WORN * len(base.ids)):
            return False
        cursor.execute("SELECT ids FROM partners_touched WHERE id = ANY(%s)", [new])
        ids = np.unique(np.array([number for (numbers,) in cursor.fetchall() for number in numbers], dtype=np.int64))
    known = base.fresh if is_later else Table(nobody(), {})
    found = read_table(subject, list(known.columns), as_of=as_of, ids=ids.tolist())
    again = Patch.of(known.ids, ids, found.ids)
    columns = {name: again.column(column, found.columns[name]) for name, column in known.columns.items()}
    base.fresh = Table(again.ids, columns)
    base.changed = np.union1d(before, ids)
    places = np.searchsorted(base.ids, base.changed)
    inside = places < len(base.ids)
    base.gone = places[inside][base.ids[places[inside]] == base.changed[inside]]
    base.marks, base.patch, base.patched = marks, None, {}
    return True


def keeps(subject: Subject, names: Collection[str]) -> bool:
    """Whether the columns of these fields need not be read from the database."""
    return _serving(subject, names, timezone.now()) is not None
