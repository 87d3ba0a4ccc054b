"""Workers are killed in the middle of runs in shares: afterwards everything is as if nothing had happened.

`PRM_KILLS=50` makes it the long run.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.conf import settings as configured
from django.db import connection

from partners.models import Customer
from segments import membership
from segments.models import Change, Membership, Recompute, Segment
from segments.verifying import verify
from tests.segments.factories import group, leaf, published
from tests.workers import CeleryWorker

KILLS = int(os.environ.get("PRM_KILLS", "2"))
CUSTOMERS = 3_000


@pytest.fixture
def workers(
    transactional_db: None, broker: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[CeleryWorker]]:
    """Two workers that take small runs for large ones, and give a silent one two seconds."""
    monkeypatch.setenv("PRM_SHARD_ABOVE", "-1")
    monkeypatch.setenv("PRM_SHARDS", "12")
    monkeypatch.setenv("PRM_LEASE_SECONDS", "2")
    monkeypatch.setenv("PRM_SNAPSHOT_ABOVE", "0")
    both = [CeleryWorker(tmp_path / f"worker-{number}.log") for number in range(2)]
    for worker in both:
        worker.start()
    yield both
    for worker in both:
        worker.kill()


def make_customers() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO partners_customer (external_id, name, industry, employees, region, country, city, technologies,"
            " needs, adoption_level, lifecycle_stage, competitor, custom, provenance, created_at, updated_at)"
            " SELECT 'c' || g, 'C ' || g, '', g %% 100, (ARRAY['EMEA', 'NA', ''])[1 + g %% 3], '', '', '{}', '{}', '', '',"
            " '', '{}', '{}', now(), now() FROM generate_series(1, %s) g",
            [CUSTOMERS],
        )


def test_killed_at_random__run_in_shares__each_change_once_and_nothing_drifts(workers: list[CeleryWorker]) -> None:
    chance = random.Random(7)  # noqa: S311
    make_customers()
    for number in range(15):
        rule = group("and", leaf("region", "in", ["EMEA", "NA"]), leaf("employees", ">=", number * 5))
        published(f"s{number}", rule, subject="customer")
    published("others", leaf("segment", "notIn", ["s3"]), subject="customer")
    for _ in range(KILLS):
        Customer.objects.filter(pk__in=Customer.objects.order_by("?").values("pk")[:200]).update(
            region=chance.choice(["EMEA", "NA", "APAC"]), employees=chance.randrange(100)
        )
        run = membership.request_recompute(trigger=Recompute.Trigger.MANUAL)
        current_app.send_task(configured.RECOMPUTE_TASK, [run.pk])
        time.sleep(chance.random() * 1.2)
        victim = chance.choice(workers)
        victim.restart()
        _until_done(run)
    found = verify()
    assert found.drift == []
    assert found.members > 0
    _each_change_once()


def _until_done(run: Recompute) -> None:
    """What the sweep does each minute, here each second."""
    deadline = time.monotonic() + 90
    while True:
        run.refresh_from_db()
        if run.status == Recompute.Status.SUCCEEDED:
            return
        assert time.monotonic() < deadline, f"{run.status}: {run.error}"
        if run in membership.expired():
            current_app.send_task(configured.RECOMPUTE_TASK, [run.pk])
        time.sleep(1)


def _each_change_once() -> None:
    """Per subject and segment, entering and leaving take turns, and make exactly the stays there are."""
    assert Segment.objects.count() == 16
    state: dict[tuple[int, int], str] = {}
    for segment_id, subject_id, kind in Change.objects.order_by("id").values_list("segment_id", "subject_id", "kind"):
        assert state.get((segment_id, subject_id), "left") != kind
        state[segment_id, subject_id] = kind
    inside = {key for key, kind in state.items() if kind == "entered"}
    assert inside == set(Membership.objects.current().values_list("segment_id", "subject_id"))
    assert Membership.objects.count() == Change.objects.filter(kind="entered").count()
