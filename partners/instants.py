"""Instants as PostgreSQL takes them. Pure."""

from __future__ import annotations

from datetime import UTC, datetime


def in_utc(instant: datetime) -> datetime:
    """The same instant in UTC: an offset of sixteen hours or more is none to PostgreSQL. ValueError at the calendar's ends."""
    try:
        return instant.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{instant} is at the end of the calendar.") from error
