"""The days that computed facts count from."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone


def months_before(day: date, months: int) -> date:
    """The same day `months` earlier, clipped to the month's end (31 March − 1 month = 28 or 29 February)."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def instants(as_of: datetime) -> dict[str, Any]:
    """What the facts' SQL compares with, for one instant.

    A date stands for its whole local day, and a window holds every day that it touches, as in rules (`inLast`): at
    midnight of 1 June the last 12 months are 1 June of last year to 31 May; during 1 June, to 1 June. The 12 months
    before end where the last 12 begin, so that no day counts twice.
    """
    local = timezone.localtime(as_of)
    today = local.date()
    day_end = today if local.time() == time(0) else today + timedelta(days=1)
    return {
        "as_of": as_of,
        "today": today,
        "zone": timezone.get_default_timezone_name(),
        "day_end": day_end,
        "year_start": months_before(today, 12),
        "prior_start": months_before(today, 24),
    }
