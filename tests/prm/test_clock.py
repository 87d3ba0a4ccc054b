"""What Celery beat is told to do, and when."""

from __future__ import annotations

from copy import copy
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from celery.schedules import crontab
from django.conf import settings

from prm.celery import app


def test_schedule__every_entry__names_a_task_that_workers_know() -> None:
    app.loader.import_default_modules()
    wanted = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert wanted <= set(app.tasks)
    assert {settings.RECOMPUTE_TASK, settings.IMPORT_TASK} <= set(app.tasks)


def test_schedule__local_midnight__programmes_settle() -> None:
    """A programme that ended yesterday is withdrawn as the day turns, not with the nightly run hours later."""
    due = settings.CELERY_BEAT_SCHEDULE["programmes begin and end"]["schedule"]
    assert isinstance(due, crontab)
    before = datetime(2026, 6, 1, 23, 59, tzinfo=ZoneInfo(settings.TIME_ZONE))
    due = copy(due)
    due.nowfun = lambda: before
    assert due.remaining_estimate(before) == timedelta(minutes=1)
