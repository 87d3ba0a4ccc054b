"""What there is in the database while things are killed: the population, the runs, and what is wrong afterwards."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.management import call_command
from django.db import InterfaceError, OperationalError, connection
from django_celery_beat.models import IntervalSchedule, PeriodicTask, PeriodicTasks

from partners import touching
from segments.dispatch import recompute_soon
from segments.models import Change, FirstBuild, Membership, Recompute, Shard
from segments.verifying import verify
from tests.killing.rig import until
from tests.segments.factories import group, leaf, published

REGIONS = ("EMEA", "NA", "APAC", "")
T = TypeVar("T")


def again(ask: Callable[[], T]) -> T:
    """What the database says, once it is there again."""
    box: list[T] = []

    def works() -> bool:
        try:
            box.append(ask())
        except (OperationalError, InterfaceError):
            connection.close()
            return False
        return True

    until(works, 60, "PostgreSQL answers")
    return box[-1]


def prepare(*, customers: int, segments: int) -> None:
    """Tables, customers, deals, segments of every kind that is worked out in another way, and a sweep each two seconds."""
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO partners_customer (external_id, name, industry, employees, region, country, city, technologies,"
            " needs, adoption_level, lifecycle_stage, competitor, custom, provenance, created_at, updated_at)"
            " SELECT 'c' || g, 'C ' || g, '', g %% 100, (ARRAY['EMEA', 'NA', ''])[1 + g %% 3], '', '', '{}', '{}', '', '',"
            " '', '{}', '{}', now(), now() FROM generate_series(1, %s) g",
            [customers],
        )
    for number in range(segments):
        rule = group("and", leaf("region", "in", ["EMEA", "NA"]), leaf("employees", ">=", number * 100 // segments))
        published(f"s{number}", rule, subject="customer")
    published("others", leaf("segment", "notIn", ["s3"]), subject="customer")
    published("largest", leaf("employees", "topPercent", 10, within="region"), subject="customer")
    published("dealing", leaf({"aggregate": "count", "of": "deals"}, ">=", 1), subject="customer")
    often, _ = IntervalSchedule.objects.get_or_create(every=2, period=IntervalSchedule.SECONDS)
    # "Chosen by": the scheduler leaves the time of such an entry alone.
    PeriodicTask.objects.update_or_create(
        name="sweep", defaults={"task": "prm.sweep", "interval": often, "description": "Chosen by the test"}
    )
    PeriodicTasks.update_changed()


def change_facts(chance: random.Random) -> None:
    """Some hundred customers move, in one statement."""

    def change() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE partners_customer SET region = %s, employees = %s WHERE id %% 97 = %s",
                [chance.choice(REGIONS), chance.randrange(100), chance.randrange(97)],
            )

    again(change)


def ask_for_a_run() -> int:
    """As the doors do: noted, then sent once committed."""
    return int(again(lambda: recompute_soon(trigger=Recompute.Trigger.MANUAL, requested_by="test")).pk)


def is_running(run: int) -> bool:
    """Somebody works on it, in shares."""
    running = Recompute.objects.filter(pk=run, status=Recompute.Status.RUNNING)
    return again(lambda: running.exists() and Shard.objects.filter(recompute=run).exists())


def is_done(run: int) -> bool:
    """Published, and programmes have settled on it. AssertionError when it failed."""
    found = again(lambda: Recompute.objects.get(pk=run))
    assert found.status != Recompute.Status.FAILED, f"run {run}: {found.error}"
    return found.status == Recompute.Status.SUCCEEDED and found.settled_at is not None


def wait_until_quiet(seconds: float) -> None:
    """Every run has ended, every changed customer has been looked at again, and the ledger has all its lines."""

    def quiet() -> bool:
        at_work = Recompute.objects.filter(status__in=(Recompute.Status.QUEUED, Recompute.Status.RUNNING))
        owed = FirstBuild.objects.all()
        return again(lambda: not (at_work.exists() or touching.pending_ids() or owed.exists()))

    until(quiet, seconds, "nothing is left to do", 0.5)


def findings() -> dict[str, Any]:
    """Figures, and everything that is wrong."""
    verified = verify()
    return {
        "segments": verified.segments,
        "members": verified.members,
        "changes": Change.objects.count(),
        "stays": Membership.objects.count(),
        "runs": Recompute.objects.count(),
        "taken_over": Recompute.objects.filter(attempts__gt=1).count(),
        "wrong": {
            "drift": [f"{drift.slug}: {drift.kind}: {drift.detail}" for drift in verified.drift],
            "unverified": sorted(verified.unverified),
            "failed_runs": Recompute.objects.exclude(status=Recompute.Status.SUCCEEDED).count(),
            "shares_left_behind": Shard.objects.count(),
            "overlapping_stays": _count(
                "SELECT count(*) FROM segments_membership a JOIN segments_membership b ON a.id < b.id"
                " AND a.subject_id = b.subject_id AND a.segment_id = b.segment_id"
                " AND a.entered_at < coalesce(b.left_at, 'infinity') AND b.entered_at < coalesce(a.left_at, 'infinity')"
            ),
            "changes_out_of_turn": _count(
                "SELECT count(*) FROM (SELECT kind, lag(kind, 1, 'left') OVER (PARTITION BY segment_id, subject_id"
                " ORDER BY id) AS before FROM segments_change) s WHERE kind = before"
            ),
            "entered_not_once": _not_once("entered_at", "entered"),
            "left_not_once": _not_once("left_at", "left"),
        },
    }


def _not_once(moment: str, kind: str) -> int:
    """Stays without their entry in the ledger, or with more than one, and entries without a stay."""
    stays = f"SELECT segment_id, subject_id, {moment} FROM segments_membership WHERE {moment} IS NOT NULL"  # noqa: S608
    entries = f"SELECT segment_id, subject_id, at FROM segments_change WHERE kind = '{kind}'"  # noqa: S608
    return _count(
        f"SELECT count(*) FROM (({stays} EXCEPT ALL {entries}) UNION ALL ({entries} EXCEPT ALL {stays})) s"  # noqa: S608
    )


def _count(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])
