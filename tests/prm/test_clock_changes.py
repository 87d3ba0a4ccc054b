"""The two nights in which clocks change: what is due once a day is due once that day too, and days meet without a gap."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django_celery_beat.tzcrontab import TzAwareCrontab

ZONES = {
    "Europe/Berlin": (date(2026, 3, 29), date(2026, 10, 25)),
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "Australia/Lord_Howe": (date(2026, 10, 4), date(2026, 4, 5)),  # by half an hour
}
NIGHTS = [(zone, night) for zone, nights in ZONES.items() for night in nights]


def runs(zone: ZoneInfo, night: date, hour: int, minute: int) -> list[datetime]:
    """When beat would send a nightly task from the noon before to the noon after, looking every half minute."""
    at = datetime(night.year, night.month, night.day, 12, tzinfo=zone).astimezone(UTC) - timedelta(days=1)
    end, found = at + timedelta(days=2), []
    due = TzAwareCrontab(minute=str(minute), hour=str(hour), tz=zone)
    last = at
    with time_machine.travel(at, tick=False) as clock:
        while at < end:
            clock.move_to(at)
            if due.is_due(last).is_due:
                found.append(at.astimezone(zone))
                last = at
            at += timedelta(seconds=30)
    return found


@pytest.mark.parametrize(("zone", "night"), NIGHTS)
@pytest.mark.parametrize("at", [(0, 0), (2, 0), (2, 30), (3, 0)])
def test_nightly__clocks_change__runs_once_each_day(zone: str, night: date, at: tuple[int, int]) -> None:
    found = runs(ZoneInfo(zone), night, *at)
    assert [run.date() for run in found] == [night, night + timedelta(days=1)][: len(found)]
    assert [run.date() for run in found].count(night) == 1
