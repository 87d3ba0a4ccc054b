"""The runs: the first one and the nightly one, by the product's own verb, and their rivals on the same database."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.db import connection
from django.test import override_settings
from django.utils import timezone

from benchmarks import rivals, world
from benchmarks.clock import Watch, peak_memory
from partners import snapshot
from partners.vocabulary import Subject
from segments import ledger, membership
from segments.membership import Recomputed
from segments.models import Change, Membership, Recompute, SegmentVersion

RUNS = 3
"""Nights that are measured; the median counts."""


@dataclass(frozen=True)
class Sizes:
    """How large the world is."""

    customers: int
    partners: int
    segments: int
    sample: int
    """Of so many segments the SQL rival is really run; the rest is extrapolated."""
    growth: bool = True
    """Another world of a quarter of the customers is made, to see how the nightly run grows."""


def has_members() -> bool:
    """A run was here before."""
    return Membership.objects.exists()


def recompute() -> tuple[Recomputed, float]:
    """The shipped verb, for all segments; seconds."""
    run = membership.request_recompute(trigger=Recompute.Trigger.NIGHTLY, requested_by="benchmark")
    with Watch() as watch:
        done = membership.recompute(run=run)
    if done is None or done.failed:
        raise RuntimeError(f"The run did not go through: {done}")
    return done, watch.seconds


def rules() -> list[tuple[str, Any]]:
    """The published rules by slug."""
    rows = SegmentVersion.objects.filter(segment__published__isnull=False).order_by("segment_id")
    return list(rows.values_list("segment__slug", "rule"))


def without_columns() -> AbstractContextManager[Any, Any]:
    """Inside, columns that are kept on disk are not used: everything is loaded."""
    found: AbstractContextManager[Any, Any] = override_settings(SNAPSHOT_ABOVE=0)
    return found


def quiet() -> None:
    """What was written before is on disk, so that nobody pays for it in the next measurement."""
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")


def _sampled(sizes: Sizes, run: Callable[..., int]) -> tuple[float, int, int]:
    """A rival over a sample of the segments: seconds for all of them, rows that moved, size of the sample."""
    return _timed(sizes, run, rivals.sample(rules(), sizes.sample))


def _timed(sizes: Sizes, run: Callable[..., int], chosen: list[tuple[str, Any]]) -> tuple[float, int, int]:
    quiet()
    with Watch() as watch:
        moved = run(chosen, timezone.localdate())
    return watch.seconds * sizes.segments / len(chosen), moved, len(chosen)


def first_run(sizes: Sizes) -> dict[str, Any]:
    """All members new, against the SQL of every single segment; and what is written afterwards: indexes that only make reads
    quicker, and the feed's lines.

    Nothing of the headline is extrapolated: a table that is still small is cheaper to fill than the one that it becomes.
    """
    quiet()
    with peak_memory() as memory, without_columns():
        done, seconds = recompute()
    with Watch() as indexes:
        ledger.complete_indexes()
    quiet()
    with Watch() as feed:
        lines = ledger.complete()
    rivals.make_tables()
    plain, moved, sampled = _sampled(sizes, rivals.per_segment)
    kept, entered, ran = _timed(sizes, rivals.per_segment_kept, rivals.in_order(rules()))
    world.vacuum("segments_membership", "segments_change", "rival_membership", "rival_stay", "rival_change")
    return {
        "first_run_vs_per_segment_sql": round(kept / seconds, 2),
        "first_run_with_indexes_vs_per_segment_sql": round(kept / (seconds + indexes.seconds), 2),
        "first_run_with_feed_vs_per_segment_sql": round(kept / (seconds + indexes.seconds + feed.seconds), 2),
        "first_run_vs_per_segment_sql_without_history": round(plain / seconds, 2),
        "first_run_seconds": round(seconds, 2),
        "first_run_indexes_seconds": round(indexes.seconds, 2),
        "first_run_feed_seconds": round(feed.seconds, 2),
        "first_run_feed_lines_afterwards": lines,
        "first_run_memory_gb": round(memory[0], 2),
        "first_run_rival_seconds": {"with_history": round(kept, 1), "without": round(plain, 1)},
        "first_run_rival_ran": {"segments": ran, "of": sizes.segments, "memberships": entered},
        "memberships": done.entered,
        "without_history_extrapolated": {"sampled": sampled, "of": sizes.segments, "members_of_sample": moved},
    }


def first_run_alone(sizes: Sizes) -> dict[str, Any]:
    """All members new, without rivals."""
    with without_columns():
        done, seconds = recompute()
    ledger.complete()
    world.vacuum("segments_membership", "segments_change")
    return {"first_run_seconds": round(seconds, 2), "memberships": done.entered}


def nightly(sizes: Sizes) -> dict[str, Any]:
    """One in a hundred customers changed, and everything read: time, memory, the SQL rivals and the floor of plain COPY."""
    if not rivals.are_there():
        rivals.make_tables()
        rivals.per_segment(rivals.sample(rules(), sizes.sample), timezone.localdate())
        rivals.per_segment_kept(rivals.sample(rules(), sizes.sample), timezone.localdate())
    with without_columns():
        nights = _nights()
    seconds = median(nights.seconds)
    plain, moved, sampled = _sampled(sizes, rivals.per_segment)
    kept, _, _ = _sampled(sizes, rivals.per_segment_kept)
    names = [*(name for name, _ in rivals.SCALARS), *rivals.TEXTS, *world.DAYS, "technologies"]
    out, rows_in = [], []
    for _ in range(RUNS):
        with Watch() as watch:
            rivals.copy_out(names)
        out.append(watch.seconds)
        rows_in.append(rivals.copy_in(nights.last)[1])
    floor = median(out) + median(rows_in)
    return {
        "nightly_vs_per_segment_sql": round(kept / seconds, 2),
        "nightly_vs_per_segment_sql_without_history": round(plain / seconds, 2),
        "nightly_vs_io_floor": round(seconds / floor, 2),
        "nightly_memory_gb": round(nights.memory, 2),
        "nightly_seconds": [round(each, 2) for each in nights.seconds],
        "nightly_customers_changed": nights.touched,
        "nightly_changes": nights.changes,
        "nightly_rival_seconds": {"with_history": round(kept, 1), "without": round(plain, 1)},
        "nightly_rival_moved": {"in_sample_of": sampled, "rows_of_three_nights": moved},
        "nightly_floor_seconds": round(floor, 2),
    }


def nightly_kept(sizes: Sizes) -> dict[str, Any]:
    """The same with the columns kept on disk, as a worker keeps them: only the changed customers are fetched."""
    snapshot.write(Subject.CUSTOMER)
    nights = _nights()
    seconds = median(nights.seconds)
    plain, _, _ = _sampled(sizes, rivals.per_segment)
    kept, _, _ = _sampled(sizes, rivals.per_segment_kept)
    return {
        "nightly_kept_vs_per_segment_sql": round(kept / seconds, 2),
        "nightly_kept_vs_per_segment_sql_without_history": round(plain / seconds, 2),
        "nightly_kept_seconds": [round(each, 2) for each in nights.seconds],
        "nightly_kept_memory_gb": round(nights.memory, 2),
        "nightly_kept_changes": nights.changes,
    }


@dataclass(frozen=True)
class Nights:
    """Some nights, one after the other."""

    seconds: list[float]
    touched: list[int]
    changes: list[int]
    memory: float
    last: int
    """The last run."""


def _nights(count: int = RUNS) -> Nights:
    seconds, touched, changes, memory, last = [], [], [], 0.0, 0
    for _ in range(count):
        touched.append(world.change_some(0.01, Recompute.objects.count()))
        quiet()
        with peak_memory() as peak:
            done, taken = recompute()
        if not done.entered + done.left:
            raise RuntimeError("Customers changed, and nobody moved: that is no night to measure.")
        memory, last = max(memory, peak[0]), done.run_id
        seconds.append(taken)
        changes.append(done.entered + done.left)
    return Nights(seconds, touched, changes, memory, last)


def nightly_alone(sizes: Sizes) -> dict[str, Any]:
    """The nightly run without rivals: of another size, for comparison."""
    with without_columns():
        nights = _nights()
    return {"nightly_seconds": [round(each, 3) for each in nights.seconds], "nightly_changes": nights.changes}


def size_of_things(sizes: Sizes) -> dict[str, Any]:
    """What is stored."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_size_pretty(pg_database_size(current_database()))")
        (size,) = cursor.fetchone()
    return {"database": size, "stays": Membership.objects.count(), "ledger": Change.objects.count()}
