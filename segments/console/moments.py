"""A day in an address: everything on a page as it was at the end of that day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.http import HttpRequest
from django.utils import timezone

from segments.instants import day_end


@dataclass(frozen=True, slots=True)
class Moment:
    """What was asked for. Today and days to come are the present."""

    text: str
    """What stood in the address, to be shown again."""
    day: date | None
    problem: str = ""

    @property
    def as_of(self) -> datetime | None:
        """The last instant of the day; None for the present."""
        zone = timezone.get_default_timezone()
        if self.day is None or self.day >= timezone.localdate(timezone=zone):
            return None
        return day_end(self.day, zone) - datetime.resolution


def moment_of(request: HttpRequest, name: str = "on") -> Moment:
    """`?on=2026-08-23`."""
    text = request.GET.get(name, "").strip()
    if not text:
        return Moment("", None)
    try:
        return Moment(text, date.fromisoformat(text))
    except ValueError:
        return Moment(text, None, f"“{text}” is not a day. Write it like 2026-08-23.")
