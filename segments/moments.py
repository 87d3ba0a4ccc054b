"""An instant as people write it, in addresses and on the command line."""

from __future__ import annotations

from datetime import datetime, time

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from partners.instants import in_utc


def read_moment(text: str) -> datetime:
    """An instant, or a day for its first moment in the organisation's zone. ValueError when it is neither."""
    try:
        day = parse_date(text)
        instant = datetime.combine(day, time(0)) if day else parse_datetime(text)
        if instant is None:
            raise ValueError(text)
        return in_utc(instant if timezone.is_aware(instant) else timezone.make_aware(instant))
    except (ValueError, OverflowError) as error:
        raise ValueError(f"“{text}” is not a date or time; write 2026-06-01 or 2026-06-01T12:00:00Z") from error
