"""Writes who entered and who left: stays, the ledger, the bitmaps and the counts, together. In bulk, by COPY.

The caller holds the members' lock and a transaction, so either all of it is there or nothing, and ids follow commits.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from pyroaring import BitMap64

from partners.columns import read_pairs
from segments.bitmaps import bitmap, load
from segments.inserting import Rows, build_left_out, built_afterwards, insert, left_out
from segments.locks import lock_members
from segments.models import Change, FirstBuild, MemberSet, Membership, Recompute
from segments.reconcile import Delta

_FEW = 500
"""So many subjects' stays are looked up one by one rather than in the bitmaps of whole segments."""
_BINARY_HEAD = 19
"""Bytes before the first row of a binary COPY."""
_ROW = struct.Struct(">2x4xqi")
"""How many columns, how long the id is, the id, how long the bitmap is."""
_AT_ONCE = 1_000_000
"""Lines of first builds that are written in one transaction, more or less."""


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
        found = {segment_id: load(stored) for segment_id, stored in _bitmaps(segment_ids)}
    rest = [segment_id for segment_id in segment_ids if segment_id not in found]
    if rest:
        found |= open_stays(rest)
    return found


def _bitmaps(segment_ids: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    """The stored bitmaps, as they are: a query would have them written out as text and read back."""
    file = io.BytesIO()
    with connection.cursor() as cursor, connection.wrap_database_errors:
        raw = cursor.cursor
        query = "SELECT segment_id, bitmap FROM segments_memberset WHERE segment_id = ANY(%s)"
        raw.copy_expert(raw.mogrify(f"COPY ({query}) TO STDOUT (FORMAT binary)", [list(segment_ids)]), file)
    data = file.getbuffer()
    place = _BINARY_HEAD
    while data[place : place + 2] != b"\xff\xff":
        segment_id, size = _ROW.unpack_from(data, place)
        place += _ROW.size
        yield segment_id, bytes(data[place : place + size])
        place += size


def open_stays(segment_ids: Sequence[int]) -> dict[int, BitMap64]:
    """Who is in each segment according to the intervals."""
    segments, subjects = read_pairs(
        f"SELECT segment_id, subject_id FROM {Membership._meta.db_table}"  # noqa: S608 - our own table
        " WHERE left_at IS NULL AND segment_id = ANY(%(ids)s::bigint[]) ORDER BY 1, 2",
        {"ids": list(segment_ids)},
    )
    starts = segments.searchsorted(segment_ids, side="left")
    stops = segments.searchsorted(segment_ids, side="right")
    return {
        segment_id: bitmap(subjects[start:stop])
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
    built = _first_builds(outcomes)
    first = {outcome.segment_id for outcome in built}
    told = [outcome for outcome in outcomes if outcome.segment_id not in first]
    moved = [outcome.segment_id for outcome in outcomes if outcome.delta.entered or outcome.delta.left]
    tell_first_builds(moved)
    if leaving:
        _close(leaving)
        _append(leaving, Change.Kind.LEFT, run)
    if entering:
        with built_afterwards(Membership._meta.db_table, len(entering)):
            insert(Membership._meta.db_table, entering, at="entered_at")
        _append(_rows(told, [outcome.delta.entered for outcome in told]), Change.Kind.ENTERED, run)
    _keep_sets(outcomes, run, rewrite=rewrite_bitmaps, in_part=in_part)
    _keep_counts(outcomes, in_part=in_part)
    _note_first_builds(built, run)


def _first_builds(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Those of which so many enter where nobody was that their lines are written afterwards; and the smaller ones too,
    should all of them together be that many."""
    new = [outcome for outcome in outcomes if outcome.members and len(outcome.delta.entered) == len(outcome.members)]
    small = [outcome for outcome in new if len(outcome.members) < settings.FIRST_BUILD_ABOVE]
    if sum(len(outcome.members) for outcome in small) >= settings.FIRST_BUILD_ABOVE:
        return new
    return [outcome for outcome in new if len(outcome.members) >= settings.FIRST_BUILD_ABOVE]


def _note_first_builds(built: Sequence[Outcome], run: Recompute | None) -> None:
    """All members have entered, so the bitmap is the one that is kept already."""
    if built:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO segments_firstbuild (segment_id, recompute_id, version, at, bitmap, count)"
                " SELECT m.segment_id, %s, v.version, v.at, m.bitmap, m.count FROM segments_memberset m"
                " JOIN unnest(%s::bigint[], %s::integer[], %s::timestamptz[]) AS v (id, version, at)"
                " ON v.id = m.segment_id ORDER BY m.segment_id",
                [
                    run.pk if run else None,
                    [outcome.segment_id for outcome in built],
                    [outcome.version for outcome in built],
                    [outcome.at for outcome in built],
                ],
            )


def tell_first_builds(segment_ids: Collection[int] | None = None, *, most: int | None = None) -> int:
    """Write the lines of first builds that are still owed to the ledger: of these segments, or of all; how many lines.

    In the caller's transaction, under the members' lock. `most`: stop once there are so many. The lines are the newest
    then, and nothing else is told of a segment before them; so whoever follows the ledger arrives at the members.
    """
    owed = FirstBuild.objects.order_by("id")
    if segment_ids is not None:
        owed = owed.filter(segment_id__in=segment_ids)
    taken: list[FirstBuild] = []
    lines = 0
    for build in owed.iterator(chunk_size=100):
        taken.append(build)
        lines += build.count
        if most is not None and lines >= most:
            break
    by_run: dict[int | None, list[Outcome]] = {}
    for build in taken:
        members = load(build.bitmap)
        delta = Delta(entered=members, left=BitMap64())
        outcome = Outcome(build.segment_id, build.version, build.at, members, delta)
        by_run.setdefault(build.recompute_id, []).append(outcome)
    for run_id, outcomes in by_run.items():
        rows = _rows(outcomes, [outcome.delta.entered for outcome in outcomes])
        _append(rows, Change.Kind.ENTERED, run_id)
    FirstBuild.objects.filter(pk__in=[build.pk for build in taken]).delete()
    return lines


def complete() -> int:
    """What a first build has left: indexes, then all lines that are owed to the ledger, some at a time; how many lines.

    Harmless to repeat, or to cut off.
    """
    complete_indexes()
    total = 0
    while FirstBuild.objects.exists():
        with transaction.atomic():
            lock_members()
            total += tell_first_builds(most=_AT_ONCE)
    return total


def complete_indexes() -> None:
    """Build the indexes of stays that a first build has left out, so that reads are quick again. Harmless to repeat."""
    if left_out(Membership):
        with transaction.atomic():
            lock_members()
            build_left_out(Membership)


def _rows(outcomes: Sequence[Outcome], sets: Sequence[BitMap64]) -> Rows:
    """One row per subject and segment, by subject first: a run touches few subjects in many segments."""
    return Rows.of(
        sets,
        segments=[outcome.segment_id for outcome in outcomes],
        moments=[outcome.at for outcome in outcomes],
        versions=[outcome.version for outcome in outcomes],
    )


def _close(rows: Rows) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.leaving")
        cursor.execute(
            "CREATE TEMPORARY TABLE leaving (subject_id bigint, segment_id bigint, at timestamptz, version integer)"
            " ON COMMIT DROP"
        )
        insert("leaving", rows, numbered=False)
        cursor.execute("ANALYZE leaving")
        # One after another by the index, in its order: those who leave are few among those who stay.
        cursor.execute(
            "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_memoize = off"
        )
        cursor.execute(
            "UPDATE segments_membership m SET left_at = greatest(l.at, m.entered_at) FROM leaving l"
            " WHERE m.subject_id = l.subject_id AND m.segment_id = l.segment_id AND m.left_at IS NULL"
        )
        cursor.execute("RESET enable_hashjoin; RESET enable_mergejoin; RESET enable_memoize")


def _append(rows: Rows, kind: Change.Kind, run: Recompute | int | None) -> None:
    run_id = run.pk if isinstance(run, Recompute) else run
    if rows:
        insert(Change._meta.db_table, rows, kind=kind.value, recompute_id=run_id)


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


def _keep_counts(outcomes: Sequence[Outcome], *, in_part: bool) -> None:
    """Only these columns: whatever else somebody is changing about the segment stays theirs. That some subjects could be
    worked out does not mean that all can."""
    if outcomes:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE segments_segment s SET member_count = v.count, computed_at = v.at"
                + ("" if in_part else ", invalid_reason = ''")
                + " FROM unnest(%s::bigint[], %s::integer[], %s::timestamptz[]) AS v (id, count, at) WHERE s.id = v.id",
                [
                    [o.segment_id for o in outcomes],
                    [len(o.members) for o in outcomes],
                    [o.at for o in outcomes],
                ],
            )
