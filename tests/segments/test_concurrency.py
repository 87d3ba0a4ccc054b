"""Several workers and people at once, and workers that are killed. Real processes, real connections."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, connections

from partners.models import Partner
from segments import computing, drafting, lease, locks, membership, publishing
from segments.following import follow
from segments.models import Change, MemberSet, Membership, Recompute, Segment
from segments.rules import RuleInvalid
from segments.sets import create_set
from segments.verifying import verify
from tests.segments.factories import draft, leaf, members, partner, published, recomputed, republish, requested
from tests.workers import database_url

pytestmark = pytest.mark.django_db(transaction=True)

WORKER = """
import sys, django
django.setup()
from segments import membership
from segments.models import Recompute
membership.recompute(run=Recompute.objects.get(pk=int(sys.argv[1])))
"""
PATIENCE = 60


@contextmanager
def members_locked() -> Iterator[None]:
    """Holds the turnstile in which every run publishes: whoever runs meanwhile has worked everything out and waits."""
    other = psycopg2.connect(_dsn())
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [locks._MEMBERS])
    try:
        yield
    finally:
        other.close()


def _dsn() -> str:
    known = connection.get_connection_params()
    wanted = {"dbname", "user", "password", "host", "port"}
    return psycopg2.extensions.make_dsn(**{key: value for key, value in known.items() if key in wanted and value})


def until(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()"
            " WHERE l.locktype = 'advisory' AND NOT l.granted"
        )
        return bool(cursor.fetchone()[0])


def worker(run: Recompute) -> subprocess.Popen[bytes]:
    """A process that does one run, as a Celery worker would."""
    env = {**os.environ, "DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "prm.settings", "PRM_DEBUG": "1"}
    return subprocess.Popen([sys.executable, "-c", WORKER, str(run.pk)], env=env, cwd=settings.BASE_DIR)


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    """Each in a thread with a connection of its own; what they return or raise, in order."""
    outcome: list[Any] = [None] * len(jobs)

    def work(place: int, job: Callable[[], Any]) -> None:
        try:
            outcome[place] = job()
        except Exception as error:
            outcome[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(place, job)) for place, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return outcome


@pytest.fixture
def many() -> None:
    Partner.objects.bulk_create(
        Partner(external_id=f"p{number}", name=f"P {number}", region="EMEA" if number % 2 else "NA")
        for number in range(2_000)
    )


def test_worker_killed_while_it_publishes__nothing_half_written_and_another_takes_over(many: None) -> None:
    published("emea", leaf("region", "=", "EMEA"))
    published("all")
    run = requested()
    with members_locked():
        process = worker(run)
        until(somebody_waits)
        assert membership.recompute(run=run) is None, "it is in the hands of the other"
        process.kill()
        process.wait(PATIENCE)
    run.refresh_from_db()
    assert (run.status, run.attempts) == ("running", 1)
    assert not Membership.objects.exists()
    assert not Change.objects.exists()
    assert membership.expired() == []
    assert membership.recompute(run=run) is None, "its lease has not run out"

    Recompute.objects.filter(pk=run.pk).update(lease_until=run.started_at)
    assert membership.expired() == [run]
    done = membership.recompute(run=run)
    assert done is not None
    assert done.entered == 3_000
    run.refresh_from_db()
    assert (run.status, run.attempts) == ("succeeded", 2)
    assert Change.objects.count() == Membership.objects.count() == 3_000
    assert verify().drift == []


def test_worker_killed_at_any_moment__all_or_nothing(many: None) -> None:
    published("emea", leaf("region", "=", "EMEA"))
    published("na", leaf("segment", "notIn", ["emea"]))
    for attempt, seconds in enumerate((0.9, 1.3, 1.7, 2.2)):
        run = requested()
        Partner.objects.filter(external_id__endswith="7").update(region=("NA", "EMEA")[attempt % 2])
        process = worker(run)
        time.sleep(seconds)
        process.kill()
        process.wait(PATIENCE)
        run.refresh_from_db()
        assert Change.objects.filter(recompute=run).count() == run.entered_count + run.left_count
        assert (run.entered_count > 0) == (run.status == Recompute.Status.SUCCEEDED)
        # What was not written yet is all that may be amiss: never one of intervals, bitmaps, counts and ledger alone.
        assert {drift.kind for drift in verify().drift} <= (set() if run.status == "succeeded" else {"rule"})
        Recompute.objects.filter(pk=run.pk, status="running").update(lease_until=run.requested_at)
        membership.recompute(run=run)
        assert verify().drift == []


def test_two_runs_at_once__each_change_once(many: None) -> None:
    published("emea", leaf("region", "=", "EMEA"))
    runs = [requested() for _ in range(3)]
    outcome = at_once(*[lambda run=run: membership.recompute(run=run) for run in runs])
    assert sum(done.entered for done in outcome) == 1_000
    assert Change.objects.count() == Membership.objects.count() == 1_000
    assert verify().drift == []


def test_one_run_given_to_two_workers__done_once(many: None) -> None:
    published("emea", leaf("region", "=", "EMEA"))
    run = requested()
    outcome = at_once(*[lambda: membership.recompute(run=Recompute.objects.get(pk=run.pk))] * 3)
    assert sum(done is not None for done in outcome) == 1
    assert Change.objects.count() == 1_000


def test_rule_13__published_while_a_run_waits_to_write__the_new_rule_wins(many: None) -> None:
    segment = published("s", leaf("region", "=", "EMEA"))
    partner("lone", region="APAC")
    old = requested()
    with members_locked():
        process = worker(old)
        until(somebody_waits)
        republish(segment, leaf("region", "=", "APAC"))
        new = requested("s")
    assert process.wait(PATIENCE) == 0
    old.refresh_from_db()
    assert "newer version" in old.details["s"]["skipped"]
    assert members("s") == []
    membership.recompute(run=new)
    assert members("s") == ["lone"]
    assert verify().drift == []


def test_rule_11__two_people_close_a_circle_at_once__one_is_refused() -> None:
    first, second = draft("a"), draft("b")
    gate = threading.Barrier(2)

    def refer(segment: Any, slug: str) -> Any:
        gate.wait(PATIENCE)
        return drafting.change_rule(segment=segment, rule=leaf("segment", "in", [slug]), author="A")

    outcome = at_once(lambda: refer(first, "b"), lambda: refer(second, "a"))
    refused = [error for error in outcome if isinstance(error, RuleInvalid)]
    assert len(refused) == 1
    assert refused[0].errors[0].code == "cycle"


def test_recompute__long_run__keeps_its_lease(many: None, monkeypatch: pytest.MonkeyPatch) -> None:
    published("all")
    run = requested()
    monkeypatch.setattr(lease, "BEAT", 0.02)
    real = computing.work_out

    def slow(*args: Any, **rest: Any) -> Any:
        Recompute.objects.filter(pk=run.pk).update(heartbeat_at=None, lease_until=run.requested_at)
        until(lambda: Recompute.objects.get(pk=run.pk).heartbeat_at is not None)
        assert Recompute.objects.get(pk=run.pk).lease_until > run.requested_at
        return real(*args, **rest)

    monkeypatch.setattr(computing, "work_out", slow)
    assert membership.recompute(run=run) is not None


def test_recompute__lease_lost_on_the_way__stops_before_the_next_block(
    many: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    published("all")
    run = requested()
    monkeypatch.setattr(lease, "BEAT", 0.02)
    real = computing.work_out
    stopped: list[Any] = []

    def slow(material: Any, *, pulse: Callable[[], None]) -> Any:
        Recompute.objects.filter(pk=run.pk).update(attempts=7)

        def lost() -> bool:
            try:
                pulse()
            except lease.LeaseLost as error:
                stopped.append(error)
            return bool(stopped)

        until(lost)
        return real(material, pulse=pulse)

    monkeypatch.setattr(computing, "work_out", slow)
    assert membership.recompute(run=run) is None
    assert stopped
    assert not Membership.objects.exists()


def test_ledger__many_runs_at_once__ids_follow_commits(many: None) -> None:
    """A reader who remembers the last id it saw never finds a smaller one later."""
    for number in range(4):
        published(f"s{number}", leaf("external_id", "endsWith", str(number)))
    seen: list[int] = []
    stop = threading.Event()

    def follow() -> int:
        last = 0
        while True:
            ending = stop.is_set()
            found = list(Change.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True))
            seen.extend(found)
            last = found[-1] if found else last
            if ending:
                return len(seen)

    reader = threading.Thread(target=lambda: (follow(), connections.close_all()))
    reader.start()
    at_once(*[lambda number=number: recomputed(f"s{number}") for number in range(4)])
    stop.set()
    reader.join(PATIENCE)
    assert seen == list(Change.objects.order_by("pk").values_list("pk", flat=True))
    assert len(seen) == 800
    assert MemberSet.objects.count() == 4


# --- runs that overtake each other ------------------------------------------------------------------------------------


def test_two_runs__the_earlier_one_reads_last__what_it_saw_is_followed_and_not_forgotten(many: None) -> None:
    published("emea", leaf("region", "=", "EMEA"))
    earlier, later = requested(), requested()
    membership.recompute(run=later)
    Partner.objects.filter(external_id="p0").update(region="EMEA")
    done = membership.recompute(run=earlier)
    assert done is not None
    assert done.segment_count == 0, "a run that was asked for later has been here"
    follow()
    assert "p0" in members("emea")
    assert verify().drift == []


def test_named_run__overtaken_by_one_that_may_have_read_before__asked_for_again(many: None) -> None:
    published("emea", leaf("region", "=", "EMEA"))
    published("rest", leaf("segment", "notIn", ["emea"]))
    earlier, later = requested("emea"), requested()
    membership.recompute(run=later)
    membership.recompute(run=earlier)
    again = Recompute.objects.get(status=Recompute.Status.QUEUED)
    assert (again.slugs, again.trigger, again.pk > later.pk) == (["emea"], earlier.trigger, True)
    done = membership.recompute(run=again)
    assert done is not None
    assert done.segment_count == 2
    assert not Recompute.objects.filter(status=Recompute.Status.QUEUED).exists()


def test_follow__hands_over_to_a_run_that_waits_and_is_overtaken__the_change_is_not_lost(many: None) -> None:
    Partner.objects.update(employees=1)
    published("largest", leaf("employees", "topPercent", "0.05"))
    recomputed()
    handed = []
    for size in (50, 60):
        Partner.objects.filter(external_id="p1").update(employees=size)
        done = follow()
        assert done is not None
        assert done.handed_over is not None
        handed.append(done.handed_over)
    membership.recompute(run=handed[0])
    waiting = handed[1] if handed[1].pk != handed[0].pk else None
    if waiting is None:
        Partner.objects.filter(external_id="p1").update(employees=70)
        done = follow()
        assert done is not None
        waiting = done.handed_over
    assert waiting is not None
    recomputed()
    Partner.objects.filter(external_id="p2").update(employees=90)
    done = follow()
    assert done is not None
    assert done.handed_over == waiting, "it waits still"
    membership.recompute(run=waiting)
    for run in Recompute.objects.filter(status=Recompute.Status.QUEUED).order_by("id"):
        membership.recompute(run=run)
    assert members("largest") == ["p2"]
    assert verify().drift == []


@pytest.mark.parametrize("attempt", range(4))
def test_rule_11__three_close_a_circle_at_once__exactly_one_is_refused_and_nobody_waits_for_ever(attempt: int) -> None:
    for slug in "abc":
        published(slug)
    gate = threading.Barrier(3)

    def refer(slug: str, other: str) -> Any:
        gate.wait(PATIENCE)
        segment = Segment.objects.get(slug=slug)
        version = drafting.change_rule(segment=segment, rule=leaf("segment", "in", [other]), author="A")
        publishing.publish(segment=segment, author="A", queue=False)
        return version

    outcome = at_once(*(lambda pair=pair: refer(*pair) for pair in ("ab", "bc", "ca")))
    refused = [error for error in outcome if isinstance(error, RuleInvalid)]
    assert len(refused) == 1, outcome
    assert refused[0].errors[0].code == "cycle"
    assert sum(Segment.objects.select_related("published").get(slug=slug).published.number == 2 for slug in "abc") == 2
    assert recomputed().failed == {}


def test_rule_11__a_rule_and_a_set_close_a_circle_at_once__exactly_one_is_refused() -> None:
    for slug in "ab":
        published(slug)
    gate = threading.Barrier(2)

    def refer() -> Any:
        gate.wait(PATIENCE)
        drafting.change_rule(segment=Segment.objects.get(slug="a"), rule=leaf("segment", "in", ["b"]), author="A")

    def order() -> Any:
        gate.wait(PATIENCE)
        create_set(slug="f", name="F", subject="partner", mode="exclusive", segments=["a", "b"], author="A")

    outcome = at_once(refer, order)
    assert sum(isinstance(error, RuleInvalid | ValidationError) for error in outcome) == 1, outcome
    assert sum(error is None for error in outcome) == 1, outcome
