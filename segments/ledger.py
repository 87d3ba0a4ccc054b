"""Writes who entered and who left: stays, the ledger, the bitmaps and the counts, together. In bulk, by COPY.

The caller holds the members' lock and a transaction, so either all of it is there or nothing, and ids follow commits.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection
from pyroaring import BitMap64

from segments.bitmaps import bitmap, ids_of, load
from segments.instants import micros
from segments.models import Change, MemberSet, Membership, Recompute
from segments.reconcile import Delta

_PG_EPOCH = micros(datetime(2000, 1, 1, tzinfo=UTC))
_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_CHUNK = 500_000
"""Rows of one COPY."""
_FIRST_BUILD = 100_000
"""From so many rows into empty tables, indexes are built afterwards."""
_FEW = 500
"""So many subjects' stays are looked up one by one rather than in the bitmaps of whole segments."""

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one segment comes to."""

    segment_id: int
    version: int
    at: datetime
    """When those who enter or leave do so."""
    members: BitMap64
    delta: Delta


def present_members(segment_ids: Sequence[int], *, trust_bitmaps: bool = True) -> dict[int, BitMap64]:
    """Who is in each segment: from the bitmaps, and from the intervals, which are the truth, where there is none."""
    found: dict[int, BitMap64] = {}
    if trust_bitmaps:
        sets = MemberSet.objects.filter(segment_id__in=segment_ids).values_list("segment_id", "bitmap")
        found = {segment_id: load(stored) for segment_id, stored in sets}
    rest = [segment_id for segment_id in segment_ids if segment_id not in found]
    if rest:
        found |= open_stays(rest)
    return found


def open_stays(segment_ids: Sequence[int]) -> dict[int, BitMap64]:
    """Who is in each segment according to the intervals."""
    rows = Membership.objects.current().filter(segment_id__in=segment_ids).order_by("segment_id", "subject_id")
    pairs = np.array(list(rows.values_list("segment_id", "subject_id")), dtype=np.int64).reshape(-1, 2)
    starts = np.searchsorted(pairs[:, 0], segment_ids, side="left")
    stops = np.searchsorted(pairs[:, 0], segment_ids, side="right")
    return {
        segment_id: bitmap(pairs[start:stop, 1])
        for segment_id, start, stop in zip(segment_ids, starts, stops, strict=True)
    }


def present_among(chosen: Mapping[int, BitMap64]) -> dict[int, BitMap64]:
    """Which of some subjects are in each segment, by segment. From the intervals for few, from the bitmaps for many."""
    everyone = BitMap64.union(BitMap64(), *chosen.values())
    if len(everyone) > _FEW:
        found = present_members(list(chosen))
        return {segment_id: found[segment_id] & among for segment_id, among in chosen.items()}
    here: dict[int, BitMap64] = {segment_id: BitMap64() for segment_id in chosen}
    rows = Membership.objects.current().filter(subject_id__in=list(everyone), segment_id__in=list(chosen))
    for segment_id, subject_id in rows.values_list("segment_id", "subject_id"):
        here[segment_id].add(subject_id)
    return {segment_id: here[segment_id] & among for segment_id, among in chosen.items()}


def note_look(next_at: Mapping[int, datetime | None], *, as_of: datetime, in_part: bool = False) -> None:
    """As of when each segment was looked at, and when time alone may next change it.

    `in_part`: only some of its subjects were, so the boundary of the others stays unless theirs comes earlier.
    """
    if next_at:
        value = "least(m.next_at, v.at)" if in_part else "v.at"
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE segments_memberset m SET next_at = {value}, as_of = %s"  # noqa: S608 - one of two words of our own
                " FROM unnest(%s::bigint[], %s::timestamptz[]) AS v (id, at) WHERE m.segment_id = v.id",
                [as_of, list(next_at), list(next_at.values())],
            )


def write(
    outcomes: Sequence[Outcome],
    *,
    run: Recompute | None = None,
    rewrite_bitmaps: bool = False,
    in_part: bool = False,
) -> None:
    """Close and open stays, append to the ledger (leaving before entering), and keep bitmaps and counts.

    `rewrite_bitmaps`: of segments without changes too, for when the stored ones are not to be trusted. `in_part`: only
    some subjects were looked at, so the segments stay those of the last run of everybody.
    """
    leaving = _rows(outcomes, [outcome.delta.left for outcome in outcomes])
    entering = _rows(outcomes, [outcome.delta.entered for outcome in outcomes])
    with _built_afterwards(len(entering["subject_id"])):
        if len(leaving["subject_id"]):
            _close(leaving)
            _append(leaving, Change.Kind.LEFT, run)
        if len(entering["subject_id"]):
            _copy(Membership._meta.db_table, {**entering, "entered_at": entering["at"]}, without=("at",))
            _append(entering, Change.Kind.ENTERED, run)
    _keep_sets(outcomes, run, rewrite=rewrite_bitmaps, in_part=in_part)
    _keep_counts(outcomes)


@contextmanager
def _built_afterwards(count: int) -> Iterator[None]:
    """Where next to nothing is there yet and much comes, indexes are built once, afterwards: a first build.

    In the same transaction, so nobody meets the tables without them; readers of these two tables wait meanwhile.
    """
    if count < _FIRST_BUILD or not _are_empty():
        yield
        return
    tables = [Membership._meta.db_table, Change._meta.db_table]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i"
            " WHERE i.indrelid = ANY(%s::regclass[]) AND NOT i.indisprimary"
            " AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)",
            [tables],
        )
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        for _, definition in indexes:
            cursor.execute(definition)


def _are_empty() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT NOT EXISTS (SELECT 1 FROM {Membership._meta.db_table})"  # noqa: S608 - our own tables
            f" AND NOT EXISTS (SELECT 1 FROM {Change._meta.db_table})"
        )
        return bool(cursor.fetchone()[0])


def _rows(outcomes: Sequence[Outcome], sets: Sequence[BitMap64]) -> dict[str, Array]:
    """One row per subject and segment, by subject first: a run touches few subjects in many segments."""
    ids = [ids_of(members) for members in sets]
    sizes = [len(found) for found in ids]
    subjects = np.concatenate([np.empty(0, dtype=np.int64), *ids])
    segments = np.repeat(np.array([outcome.segment_id for outcome in outcomes], dtype=np.int64), sizes)
    order = np.lexsort((segments, subjects))
    moments = np.array([micros(outcome.at) - _PG_EPOCH for outcome in outcomes], dtype=np.int64)
    versions = np.array([outcome.version for outcome in outcomes], dtype=np.int32)
    return {
        "subject_id": subjects[order],
        "segment_id": segments[order],
        "at": np.repeat(moments, sizes)[order],
        "version": np.repeat(versions, sizes)[order],
    }


def _close(rows: Mapping[str, Array]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.leaving")
        cursor.execute(
            "CREATE TEMPORARY TABLE leaving (subject_id bigint, segment_id bigint, at timestamptz, version integer)"
            " ON COMMIT DROP"
        )
        _copy("leaving", rows)
        cursor.execute("ANALYZE leaving")
        cursor.execute(
            "UPDATE segments_membership m SET left_at = greatest(l.at, m.entered_at) FROM leaving l"
            " WHERE m.subject_id = l.subject_id AND m.segment_id = l.segment_id AND m.left_at IS NULL"
        )


def _append(rows: Mapping[str, Array], kind: Change.Kind, run: Recompute | None) -> None:
    size = len(rows["subject_id"])
    columns = {**rows, "kind": np.full(size, kind.value.encode(), dtype=f"S{len(kind.value)}")}
    if run is not None:
        columns["recompute_id"] = np.full(size, run.pk, dtype=np.int64)
    _copy(Change._meta.db_table, columns)


def _copy(table: str, columns: Mapping[str, Array], *, without: Sequence[str] = ()) -> None:
    """COPY arrays of equal length into columns of their names, in PostgreSQL's binary form. No value is null."""
    used = {name: values for name, values in columns.items() if name not in without}
    layout: list[tuple[str, str]] = [("fields", ">i2")]
    for name, values in used.items():
        layout += [(f"{name} size", ">i4"), (name, values.dtype.newbyteorder(">").str)]
    rows = np.empty(len(next(iter(used.values()))), dtype=np.dtype(layout))
    rows["fields"] = len(used)
    for name, values in used.items():
        rows[f"{name} size"] = values.dtype.itemsize
        rows[name] = values
    statement = f"COPY {table} ({', '.join(used)}) FROM STDIN (FORMAT binary)"
    with connection.cursor() as cursor, connection.wrap_database_errors:
        for start in range(0, len(rows), _CHUNK):
            data = _HEADER + rows[start : start + _CHUNK].tobytes() + _TRAILER
            cursor.cursor.copy_expert(statement, io.BytesIO(data))


def _keep_sets(outcomes: Sequence[Outcome], run: Recompute | None, *, rewrite: bool, in_part: bool) -> None:
    """A bitmap is written when it changed or is new; the others only note the run."""
    run_id = run.pk if run else None
    known = set(MemberSet.objects.filter(pk__in=[o.segment_id for o in outcomes]).values_list("pk", flat=True))
    same = [
        o.segment_id
        for o in outcomes
        if o.segment_id in known and not rewrite and not o.delta.entered and not o.delta.left
    ]
    if not in_part:
        MemberSet.objects.filter(pk__in=same).update(recompute_id=run_id)
    kept = set(same)
    changed = [o for o in outcomes if o.segment_id not in kept]
    if changed:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO segments_memberset (segment_id, bitmap, count, recompute_id)"
                " SELECT v.*, %s::bigint FROM unnest(%s::bigint[], %s::bytea[], %s::integer[]) v"
                " ON CONFLICT (segment_id) DO UPDATE SET"
                " bitmap = excluded.bitmap, count = excluded.count"
                + ("" if in_part else ", recompute_id = excluded.recompute_id"),
                [
                    run_id,
                    [o.segment_id for o in changed],
                    [o.members.serialize() for o in changed],
                    [len(o.members) for o in changed],
                ],
            )


def _keep_counts(outcomes: Sequence[Outcome]) -> None:
    """Only these columns: whatever else somebody is changing about the segment stays theirs."""
    if outcomes:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE segments_segment s SET member_count = v.count, computed_at = v.at, invalid_reason = ''"
                " FROM unnest(%s::bigint[], %s::integer[], %s::timestamptz[]) AS v (id, count, at) WHERE s.id = v.id",
                [
                    [o.segment_id for o in outcomes],
                    [len(o.members) for o in outcomes],
                    [o.at for o in outcomes],
                ],
            )
