"""Instants, local days and windows of time. Pure values: "now" is always handed in.

A date means its local day in the clock's zone. Instants are microseconds and dates are days since 1970-01-01.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_MICROSECOND = timedelta(microseconds=1)
_BEGINNING = datetime.min.replace(tzinfo=UTC)
_END = datetime.max.replace(tzinfo=UTC)


class Unit(StrEnum):
    """What a window counts in."""

    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    QUARTERS = "quarters"
    YEARS = "years"


MOST: dict[Unit, int] = {Unit.DAYS: 36_500, Unit.WEEKS: 5_200, Unit.MONTHS: 1_200, Unit.QUARTERS: 400, Unit.YEARS: 100}
"""The longest window of each unit: a hundred years."""
_MONTHS = {Unit.MONTHS: 1, Unit.QUARTERS: 3, Unit.YEARS: 12}


@dataclass(frozen=True, slots=True)
class Window:
    """So many units back, or `ahead`. `calendar`: whole ones, not counting the one that is running."""

    count: int
    unit: Unit
    calendar: bool = False
    ahead: bool = False


@dataclass(frozen=True, slots=True)
class Clock:
    """The instant every clause of a run is evaluated at, and the zone that says which day it is."""

    as_of: datetime
    zone: tzinfo = UTC
    year_start: int = 1
    """The month in which a calendar year, and so its quarters, begin: 1 is January."""

    @property
    def today(self) -> date:
        """The local day."""
        return self.as_of.astimezone(self.zone).date()

    def at(self, zone: str) -> Clock:
        """The same instant by the clocks of a zone; by these when it is empty."""
        return replace(self, zone=ZoneInfo(zone)) if zone else self


@lru_cache(maxsize=2_000)
def is_zone(name: str) -> bool:
    """The name is one of the time zones that there are: “Europe/Berlin”."""
    return name in available_timezones()


def micros(instant: datetime) -> int:
    """Microseconds since 1970-01-01 UTC."""
    return (instant - EPOCH) // _MICROSECOND


def from_micros(value: int) -> datetime:
    """The instant, in UTC."""
    return EPOCH + value * _MICROSECOND


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - _EPOCH_DAY


def from_day_number(value: int) -> date:
    """The day."""
    return date.fromordinal(value + _EPOCH_DAY)


def day_start(day: date, zone: tzinfo) -> datetime:
    """The instant at which a local day begins, in UTC; at the very edge of the calendar, the edge."""
    try:
        return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    except OverflowError:
        return _BEGINNING if day.year == 1 else _END


def day_end(day: date, zone: tzinfo) -> datetime:
    """The instant at which the next local day begins."""
    return _END if day == date.max else day_start(day + timedelta(days=1), zone)


def add_months(day: date, months: int) -> date:
    """The same day so many months on (or back), clipped to the month's end: 31 March − 1 month = 28 or 29 February."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def span(window: Window, clock: Clock) -> tuple[datetime, datetime]:
    """[start, end) of the window: "last" never reaches beyond now, "next" never before it."""
    sign = 1 if window.ahead else -1
    if not window.calendar:
        rolled = _rolled(window, clock, sign)
        return (clock.as_of, rolled) if window.ahead else (rolled, clock.as_of)
    running = _unit_start(clock, window.unit)
    near = _move(running, window.unit, 1) if window.ahead else running
    far = _move(near, window.unit, sign * window.count)
    first, last = sorted((near, far))
    return day_start(first, clock.zone), day_start(last, clock.zone)


def days(start: datetime, end: datetime, zone: tzinfo) -> tuple[date, date]:
    """First and last local day that [start, end) touches; the last is before the first when it is empty."""
    return start.astimezone(zone).date(), (end - _MICROSECOND).astimezone(zone).date()


def anniversary_span(first: date, last: date, year: int) -> tuple[date, date]:
    """First and last day of an earlier year whose anniversaries fall on [first, last], which lie in one year.

    29 February's anniversary is 28 February where the year has no other. Empty when the last is before the first.
    """
    leap = calendar.isleap(year)
    low = date(year, 3, 1) if (first.month, first.day) == (2, 29) and not leap else first.replace(year=year)
    if (last.month, last.day) == (2, 29) and not leap:
        return low, date(year, 2, 28)
    if (last.month, last.day) == (2, 28) and leap and not calendar.isleap(last.year):
        return low, date(year, 2, 29)
    return low, last.replace(year=year)


def _rolled(window: Window, clock: Clock, sign: int) -> datetime:
    """Days and weeks are spans of 24 hours; months and longer keep the local time of day."""
    if window.unit in _MONTHS:
        local = clock.as_of.astimezone(clock.zone)
        day = add_months(local.date(), sign * window.count * _MONTHS[window.unit])
        return datetime.combine(day, local.timetz()).astimezone(UTC)
    return clock.as_of + sign * timedelta(days=window.count * (7 if window.unit is Unit.WEEKS else 1))


def _unit_start(clock: Clock, unit: Unit) -> date:
    """The first day of the unit that is running: weeks begin on Monday."""
    today = clock.today
    if unit is Unit.DAYS:
        return today
    if unit is Unit.WEEKS:
        return today - timedelta(days=today.weekday())
    length = _MONTHS[unit]
    return add_months(today.replace(day=1), -((today.month - clock.year_start) % 12 % length))


def _move(day: date, unit: Unit, count: int) -> date:
    if unit in _MONTHS:
        return add_months(day, count * _MONTHS[unit])
    return day + timedelta(days=count * (7 if unit is Unit.WEEKS else 1))
