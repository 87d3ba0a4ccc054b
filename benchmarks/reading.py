"""Measurements of reads: previews, explanations, members of the past, overlaps, exports."""

from __future__ import annotations

import random
import tempfile
from typing import Any

from django.db import connection
from django.test import Client
from django.utils import timezone

from benchmarks import rivals, world
from benchmarks.clock import Watch, p95
from benchmarks.measures import Sizes, rules
from benchmarks.rules import four
from partners import snapshot
from partners.reading import one_snapshot
from partners.snapshot import bases
from partners.vocabulary import Subject
from people import roles
from people.models import User
from segments import computing, members, planned, previewing
from segments.bitmaps import ids_of
from segments.explaining import explain
from segments.ledger import present_members
from segments.models import Change, Recompute, Segment
from segments.overlaps import matrix
from segments.rulebook import clock_at


def _viewer() -> User:
    found: User = User.objects.get_or_create(email="bench@example.com", defaults={"role": roles.ADMINISTRATOR})[0]
    return found


WARM = 200
"""First so many rules are previewed, as during an hour of work; then others are measured."""
MEASURED = 100
COUNTED = 30


def preview(sizes: Sizes) -> dict[str, Any]:
    """The exact count of rules of four conditions, cold and warm, against an indexed SELECT count(*) of the same rules."""
    viewer = _viewer()

    def one(number: int) -> int:
        found = previewing.preview(subject="customer", rule=four(number), viewer=viewer, sample_size=10)
        if found.count is None:
            raise RuntimeError(f"The rule is not valid: {found.errors}")
        return found.count

    place = bases.home() / "customer"
    if place.is_symlink():
        place.unlink()
    bases._open.clear()
    numbers = iter(range(10_000, 20_000))
    _, cold = p95(lambda: one(next(numbers)), 5)
    with Watch() as writing:
        snapshot.write(Subject.CUSTOMER)
    with Watch() as opening:
        one(next(numbers))
    for _ in range(WARM):
        one(next(numbers))
    measured = iter(range(MEASURED))
    middle, warm = p95(lambda: one(next(measured)), MEASURED)
    today, sql_counts = timezone.localdate(), []

    def counted(number: int) -> None:
        with connection.cursor() as cursor:
            condition = rivals.where(four(number), today)
            cursor.execute(f"SELECT count(*) FROM partners_customer t WHERE deleted_at IS NULL AND {condition}")
            sql_counts.append(cursor.fetchone()[0])

    for number in range(MEASURED, MEASURED + 5):  # so that the rival is warm too
        counted(number)
    sql_counts.clear()
    asked = iter(range(COUNTED))
    rival_middle, rival = p95(lambda: counted(next(asked)), COUNTED)
    differs = [number for number in range(COUNTED) if one(number) != sql_counts[number]]
    world.change_some(0.001, 7)
    with Watch() as changed:
        one(MEASURED + 1)
    return {
        "preview_ms": {"warm_p95": round(warm, 1), "warm_median": round(middle, 1), "cold_p95": round(cold)},
        "preview_vs_sql_count": round(rival / warm, 2),
        "preview_vs_sql_count_median": round(rival_middle / middle, 2),
        "preview_sql_count_ms": {"p95": round(rival, 1), "median": round(rival_middle, 1)},
        "preview_differs_from_sql": differs,
        "preview_first_of_a_process_ms": round(opening.seconds * 1000, 1),
        "preview_after_change_ms": round(changed.seconds * 1000, 1),
        "snapshot_write_seconds": round(writing.seconds, 2),
    }


def explained(sizes: Sizes) -> dict[str, Any]:
    """Why one customer is in a segment, or not."""
    chance = random.Random(1)  # noqa: S311
    segments = list(Segment.objects.active().order_by("id")[:200])
    ids = list(world.some_ids(200))

    def one() -> None:
        explain(segment=chance.choice(segments), subject_id=chance.choice(ids))

    one()
    _, high = p95(one, 40)
    return {"explain_ms": round(high, 1)}


def as_of(sizes: Sizes) -> dict[str, Any]:
    """How many were members when the first run had ended, as a viewer is told, and how soon the list of them starts."""
    viewer = _viewer()
    segments = list(Segment.objects.active().order_by("-member_count")[:20])
    first = Recompute.objects.filter(finished_at__isnull=False).order_by("id").first()
    then = (first.finished_at if first else None) or timezone.now()
    numbers, again = iter(range(1000)), iter(range(1000))
    middle, high = p95(lambda: members.count(segments[next(numbers) % len(segments)], viewer, then), 40)
    client = Client(headers={"accept": "text/csv", "host": "localhost"})
    client.force_login(viewer)

    def begun() -> None:
        slug = segments[next(again) % len(segments)].slug
        answer = client.get(f"/api/v1/segments/{slug}/members/", {"as_of": then.isoformat()}, secure=True)
        parts = iter(answer.streaming_content)  # type: ignore[attr-defined]
        next(parts), next(parts)

    begun()
    _, starts = p95(begun, 20)
    moved = Change.objects.filter(segment__in=segments, at__gt=then).count()
    return {
        "as_of_ms": round(high, 1),
        "as_of_median_ms": round(middle, 1),
        "as_of_stream_starts_ms": round(starts, 1),
        "as_of_members": max(segment.member_count for segment in segments),
        "as_of_moved_since": moved,
    }


def overlap(sizes: Sizes) -> dict[str, Any]:
    """Every segment against every other one."""
    pks = list(Segment.objects.active().order_by("id").values_list("pk", flat=True))
    with Watch() as watch:
        sets = present_members(pks)
        count = matrix([sets[pk] for pk in pks])
    return {"overlap_s": round(watch.seconds, 2), "overlap_pairs": int((count > 0).sum())}


def evaluation(sizes: Sizes) -> dict[str, Any]:
    """Evaluation alone, in memory, results kept, against Polars and DuckDB."""
    import duckdb

    with one_snapshot():
        plans, _ = planned.active_plans()
        material = computing.read(plans, clock=clock_at())
    with Watch() as own:
        found = computing.work_out(material)
    table = material.tables[Subject.CUSTOMER]
    today = timezone.localdate()
    frame = rivals.frame(table)
    chosen = [(slug, rule) for slug, rule in rules() if "segment" not in str(rule)]
    with Watch() as polars:
        kept = frame.select([rivals.polars_of(rule, today).alias(slug) for slug, rule in chosen])
    ids = frame["id"].to_numpy()
    polars_members = {slug: ids[kept[slug].fill_null(value=False).to_numpy()] for slug, _ in chosen}
    wrong = [slug for slug, _ in chosen if len(polars_members[slug]) != len(found[slug])]
    sample = chosen[: max(20, min(sizes.sample, len(chosen)))]
    base = duckdb.connect()
    with tempfile.TemporaryDirectory() as folder:
        frame.write_parquet(f"{folder}/t.parquet")
        base.execute(f"CREATE TABLE t AS SELECT * FROM '{folder}/t.parquet'")
    columns = ", ".join(f"({rivals.where(rule, today, plain=True)}) AS {slug}" for slug, rule in sample)
    with Watch() as duck:
        base.execute(f"CREATE TABLE kept AS SELECT {columns} FROM t")
    scale = sizes.segments / len(chosen)
    return {
        "evaluate_vs_polars": round(polars.seconds * scale / own.seconds, 2),
        "evaluate_vs_duckdb": round(duck.seconds * sizes.segments / len(sample) / own.seconds, 2),
        "evaluate_seconds": round(own.seconds, 2),
        "evaluate_polars_seconds": round(polars.seconds * scale, 2),
        "evaluate_duckdb_seconds": round(duck.seconds * sizes.segments / len(sample), 2),
        "evaluate_differs_from_polars": wrong,
        "evaluate_members": sum(len(ids_of(members)) for members in found.values()),
    }
