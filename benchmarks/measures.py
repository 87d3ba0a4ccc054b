"""Each measurement: the product's own verb, and its rival on the same database in the same run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from benchmarks import rivals, world
from benchmarks.clock import Watch, peak_memory
from segments import membership
from segments.membership import Recomputed
from segments.models import Change, Membership, Recompute, SegmentVersion


@dataclass(frozen=True)
class Sizes:
    """How large the world is."""

    customers: int
    partners: int
    segments: int
    sample: int
    """Of so many segments the SQL rival is really run; the rest is extrapolated."""


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


def first_run(sizes: Sizes) -> dict[str, Any]:
    """All members new, against the SQL of a sample of the segments."""
    done, seconds = recompute()
    rivals.make_tables()
    chosen = rules()[: sizes.sample]
    with Watch() as rival:
        rivals.per_segment(chosen, timezone.localdate())
    rival_seconds = rival.seconds * sizes.segments / len(chosen)
    return {
        "first_run_vs_per_segment_sql": round(rival_seconds / seconds, 2),
        "first_run_seconds": round(seconds, 2),
        "first_run_rival_seconds": round(rival_seconds, 1),
        "memberships": done.entered,
        "rival_sampled_segments": len(chosen),
    }


def nightly(sizes: Sizes) -> dict[str, Any]:
    """One in a hundred customers changed; the median of three runs, memory, the SQL rival and the floor of plain COPY."""
    if not rivals.are_there():
        rivals.make_tables()
        rivals.per_segment(rules()[: sizes.sample], timezone.localdate())
    times, changes = [], []
    memory: list[float] = [0.0]
    for _ in range(3):
        world.change_some(0.01, Recompute.objects.count())
        with peak_memory() as peak:
            done, seconds = recompute()
        memory[0] = max(memory[0], peak[0])
        times.append(seconds)
        changes.append(done.entered + done.left)
        last = done.run_id
    seconds = sorted(times)[1]
    chosen = rules()[: sizes.sample]
    with Watch() as rival:
        rivals.per_segment(chosen, timezone.localdate())
    rival_seconds = rival.seconds * sizes.segments / len(chosen)
    names = [*(name for name, _ in rivals.SCALARS), *rivals.TEXTS, *world.DAYS, "technologies"]
    with Watch() as out:
        rivals.copy_out(names)
    rivals.copy_in(last)
    floor = out.seconds + rivals.copy_in.seconds  # type: ignore[attr-defined]
    return {
        "nightly_vs_per_segment_sql": round(rival_seconds / seconds, 2),
        "nightly_vs_io_floor": round(seconds / floor, 2),
        "nightly_memory_gb": round(memory[0], 2),
        "nightly_seconds": [round(each, 2) for each in times],
        "nightly_changes": changes,
        "nightly_rival_seconds": round(rival_seconds, 1),
        "nightly_floor_seconds": round(floor, 2),
    }


def nightly_kept(sizes: Sizes) -> dict[str, Any]:
    """The same as `nightly`, but with the columns kept on disk: only the changed customers are fetched."""
    world.change_some(0.01, Recompute.objects.count())
    done, seconds = recompute()
    return {"nightly_kept_seconds": round(seconds, 2), "nightly_kept_changes": done.entered + done.left}


def size_of_things(sizes: Sizes) -> dict[str, Any]:
    """What is stored."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_size_pretty(pg_database_size(current_database()))")
        (size,) = cursor.fetchone()
    return {"database": size, "stays": Membership.objects.count(), "ledger": Change.objects.count()}
