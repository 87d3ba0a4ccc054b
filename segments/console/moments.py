"""A day in an address: everything on a page as it was at the end of that day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format

from segments.instants import day_end


@dataclass(frozen=True, slots=True)
class Moment:
    """What was asked for. Today is the present, and so, with a word about it, are days to come."""

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
        day = date.fromisoformat(text)
    except ValueError:
        return Moment(text, None, f"“{text}” is not a day. Write it like 2026-08-23.")
    is_to_come = day > timezone.localdate(timezone=timezone.get_default_timezone())
    return Moment(
        text, day, f"{date_format(day, 'j F Y')} is yet to come; what is known ends now." if is_to_come else ""
    )
