"""`manage.py measure`, the tasks and the clock: the same work, once a day at least, never twice at once."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from insights import measuring, tasks
from insights.models import Checkup, Measurement, SegmentMonth
from prm.celery import app
from tests.programs import world

pytestmark = pytest.mark.django_db


def test_measure__as_it_is_typed__says_what_it_wrote() -> None:
    world.segment("gold", [world.partner("P-1")])
    out = StringIO()
    call_command("measure", "--json", stdout=out)
    said = json.loads(out.getvalue())
    assert said == {"written": SegmentMonth.objects.count(), "forgotten": 0, "segments": 1}
    again = StringIO()
    call_command("measure", stdout=again)
    assert again.getvalue() == "0 rows written, 0 removed; 1 segments checked.\n"


def test_task__when_due__measures_once_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    world.segment("gold", [world.partner("P-1")])
    tasks.measure_when_due()
    tasks.measure_when_due()
    assert Measurement.objects.count() == 1
    assert Checkup.objects.count() == 1
    Measurement.objects.update(started_at=timezone.now() - timedelta(days=1))
    tasks.measure_when_due()
    assert Measurement.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_measure__another_is_at_it__leaves_it_to_that_one() -> None:
    world.segment("gold", [world.partner("P-1")])
    other: Any = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [measuring.LOCK])
        assert measuring.measure() is None
        assert not SegmentMonth.objects.exists()
        with other.cursor() as cursor:  # a server notices a closed connection only a moment later
            cursor.execute("SELECT pg_advisory_unlock(%s)", [measuring.LOCK])
    finally:
        other.close()
    assert measuring.measure() is not None
    assert SegmentMonth.objects.exists()


def test_clock__every_name_it_sends__is_a_task() -> None:
    app.loader.import_default_modules()
    assert {"insights.measure", "insights.measure_when_due"} <= set(app.tasks)
