"""Quiet hours: when a person is not to be written to. Pure values: "now" is always handed in."""

from __future__ import annotations

from datetime import datetime, time, timedelta, tzinfo


def is_quiet(hour: int, quiet: tuple[int, int]) -> bool:
    """The local hour lies in [start, end), which may run over midnight; an empty span is never quiet."""
    start, end = quiet
    return start <= hour < end if start <= end else hour >= start or hour < end


def next_open(instant: datetime, zone: tzinfo, quiet: tuple[int, int]) -> datetime:
    """The instant itself, or the end of the quiet hours it falls into, by the clock on the person's wall."""
    local = instant.astimezone(zone)
    if not is_quiet(local.hour, quiet):
        return instant
    end = quiet[1]
    day = local.date() if local.hour < end else local.date() + timedelta(days=1)
    return datetime.combine(day, time(end % 24), tzinfo=zone).astimezone(instant.tzinfo)


def parse_hours(text: str) -> tuple[int, int]:
    """Reads "20-8". An empty text: no quiet hours. ValueError says what is expected."""
    if not text.strip():
        return (0, 0)
    start, dash, end = text.partition("-")
    if not (dash and start.strip().isdigit() and end.strip().isdigit() and max(int(start), int(end)) <= 23):
        raise ValueError(f"Quiet hours are two hours of the day such as 20-8, not “{text}”.")
    return int(start), int(end)
