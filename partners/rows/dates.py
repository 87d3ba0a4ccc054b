"""Dates and instants, and which order a column writes day and month in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from enum import StrEnum

ACCEPTED = "accepted are 2024-03-31, 31.03.2024, 31 Mar 2024, and 31/03/2024 or 03/31/2024 with --date-format"
_TIME = (
    r"(?:[T ]\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?\s*(?P<zone>[Zz]|[+-]\d{2}:?\d{2})?)?"
)
_ISO = re.compile(r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})" + _TIME)
_COMPACT = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})" + _TIME)
_THREE = re.compile(r"(?P<a>\d{1,2})(?P<mark>[-/.])(?P<b>\d{1,2})(?P=mark)(?P<c>\d{4}|\d{2})" + _TIME)
_NAMED = re.compile(r"(?P<day>\d{1,2})[ .-]+(?P<name>[A-Za-z]{3,9})[ .,-]+(?P<year>\d{4})" + _TIME)
_NAMED_FIRST = re.compile(r"(?P<name>[A-Za-z]{3,9})[ .]+(?P<day>\d{1,2})(?:st|nd|rd|th)?[ ,]+(?P<year>\d{4})" + _TIME)
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_TIME_AT_END = re.compile(r"[T ]\s*\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?\s*([AaPp]\.?[Mm]\.?)?\s*([Zz]|[+-]\d{2}:?\d{2})?$")
PIVOT = 69
"""Two-digit years from here on are of the last century, as POSIX has it."""


class DateOrder(StrEnum):
    """In which order a text of three numbers names day, month and year."""

    DMY = "dmy"
    MDY = "mdy"
    YMD = "ymd"


@dataclass(frozen=True, slots=True)
class Moment:
    """What a text says: a day, and where written a time of it and an offset."""

    day: date
    at: time | None = None
    zone: tzinfo | None = None

    def as_date(self, zone: tzinfo) -> date:
        """The day; of an instant with an offset, the day in `zone`."""
        if self.zone is None or self.at is None:
            return self.day
        try:
            return datetime.combine(self.day, self.at, self.zone).astimezone(zone).date()
        except OverflowError as error:
            raise ValueError("is before year 1 or after year 9999") from error

    def as_datetime(self, zone: tzinfo) -> datetime:
        """The instant in UTC; without an offset it is local to `zone`, a day alone is its start."""
        try:
            return datetime.combine(self.day, self.at or time(0), self.zone or zone).astimezone(UTC)
        except OverflowError as error:
            raise ValueError("is before year 1 or after year 9999") from error


def parse_moment(text: str, orders: frozenset[DateOrder] | None = None, date_format: str = "") -> Moment:
    """The day (and time) a text writes; ValueError says why it writes none.

    `orders`: those still possible for three numbers with the year last; None asks for an unmistakable text.
    """
    if date_format and date_format not in set(DateOrder):
        return _formatted(text, date_format)
    if date_format:
        orders = frozenset({DateOrder(date_format)})
    if found := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
        return _moment(found, int(found["year"]), int(found["month"]), int(found["day"]), text)
    if found := _NAMED.fullmatch(text) or _NAMED_FIRST.fullmatch(text):
        if month := _month(found["name"]):
            return _moment(found, int(found["year"]), month, int(found["day"]), text)
        raise ValueError(f"is not a date: “{text[:40]}” names no month; {ACCEPTED}")
    if found := _THREE.fullmatch(text):
        return _ordered(found, text, orders)
    raise ValueError(f"is not a date: “{text[:40]}”; {ACCEPTED}")


def _ordered(found: re.Match[str], text: str, orders: frozenset[DateOrder] | None) -> Moment:
    readings = {}
    for order in DateOrder if orders is None else orders:
        parts = _arranged(found, order)
        if parts is not None:
            readings[parts] = order
    if not readings:
        which = f" in the order {' or '.join(sorted(o.value for o in orders))}" if orders else ""
        raise ValueError(f"is not a date{which}: “{text[:40]}”; {ACCEPTED}")
    if len(readings) > 1:
        both = " or ".join(sorted(f"{y:04}-{m:02}-{d:02}" for y, m, d in readings))
        raise ValueError(
            f"could be {both}; say which with --date-format dmy or mdy (or a full format such as %d/%m/%Y)"
        )
    (year, month, day), _ = next(iter(readings.items()))
    return _moment(found, year, month, day, text)


def _arranged(found: re.Match[str], order: DateOrder) -> tuple[int, int, int] | None:
    """(year, month, day) of three numbers in an order, or None when they make no day in it."""
    a, b, c = int(found["a"]), int(found["b"]), int(found["c"])
    short = len(found["c"]) == 2
    if found["mark"] == "." and order is not DateOrder.DMY and not short:
        return None  # full stops with the year last are always day first
    if order is DateOrder.YMD:
        if not short or len(found["a"]) != 2:
            return None
        year, month, day = a, b, c
    else:
        year = c
        day, month = (a, b) if order is DateOrder.DMY else (b, a)
    if short:
        year += 1900 if year >= PIVOT else 2000
    try:
        date(year, month, day)
    except ValueError:
        return None
    return year, month, day


def _month(name: str) -> int:
    name = name.lower()
    for number, month in enumerate(_MONTHS, start=1):
        if name in {month, month[:3]} or (month == "september" and name == "sept"):
            return number
    return 0


def _moment(found: re.Match[str], year: int, month: int, day: int, text: str) -> Moment:
    try:
        on = date(year, month, day)
    except ValueError as error:
        raise ValueError(f"is not a day of the calendar: “{text[:40]}”; {ACCEPTED}") from error
    if found["hour"] is None:
        return Moment(on)
    hour = int(found["hour"])
    if half := found["half"]:
        if not 1 <= hour <= 12:
            raise ValueError(f"is not a time of day: “{text[:40]}”")
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    fraction = (found["fraction"] or "").ljust(6, "0")[:6]
    try:
        at = time(hour, int(found["minute"]), int(found["second"] or 0), int(fraction))
    except ValueError as error:
        raise ValueError(f"is not a time of day: “{text[:40]}”") from error
    return Moment(on, at, _offset(found["zone"]))


def _offset(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text in "Zz":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    if minutes >= 24 * 60:
        raise ValueError(f"has no such offset: “{text}”")
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def _formatted(text: str, date_format: str) -> Moment:
    """By a strptime format; ISO is understood beside it, and a time behind a format without one."""
    has_time = any(code in date_format for code in ("%H", "%I", "%T", "%X", "%c"))
    for candidate in (text, text if has_time else _TIME_AT_END.sub("", text)):
        try:
            found = datetime.strptime(candidate, date_format)  # noqa: DTZ007 — the zone follows below
        except ValueError:
            continue
        return Moment(found.date(), found.time() if has_time else None, found.tzinfo)
    if found_iso := _ISO.fullmatch(text):
        return _moment(found_iso, int(found_iso["year"]), int(found_iso["month"]), int(found_iso["day"]), text)
    raise ValueError(f"is not a date in the format {date_format}: “{text[:40]}”; 2024-03-31 is understood too")


_LETTERS = (
    ("YYYY", "%Y"),
    ("YY", "%y"),
    ("MMM", "%b"),
    ("MM", "%m"),
    ("DD", "%d"),
    ("HH", "%H"),
    ("mm", "%M"),
    ("ss", "%S"),
)


def check_date_format(text: str) -> str:
    """A date format as it is used: an order, a strptime format, or letters ("DD/MM/YYYY"). ValueError if it is none."""
    text = text.strip()
    if not text or text.lower() in set(DateOrder):
        return text.lower()
    spelled = text
    if "%" not in spelled:
        for letters, code in _LETTERS:
            spelled = spelled.replace(letters, code)
    sample = datetime(2024, 3, 31, 15, 4, 5, tzinfo=UTC)
    try:
        back = datetime.strptime(sample.strftime(spelled), spelled)  # noqa: DTZ007
    except ValueError:
        back = datetime.min  # noqa: DTZ901
    if back.date() != sample.date():
        raise ValueError(
            f"“{text}” is no date format: it must name day, month and year, such as %d/%m/%Y, DD.MM.YYYY, dmy or mdy"
        )
    return spelled


@dataclass
class Dates:
    """What a column's texts say about the order of day and month, seen as a whole: never decided cell by cell."""

    fits: dict[DateOrder, int] = field(default_factory=lambda: dict.fromkeys(DateOrder, 0))
    three: int = 0
    """Texts of three numbers with the year last (or short)."""

    def see(self, text: str) -> None:
        """Take one cleaned, present text into account."""
        found = _THREE.fullmatch(text)
        if not found:
            return
        possible = [order for order in DateOrder if _arranged(found, order) is not None]
        if possible:
            self.three += 1
        for order in possible:
            self.fits[order] += 1

    @property
    def orders(self) -> frozenset[DateOrder]:
        """The orders the column may be in: those that fit nearly every text. One: decided; more: its texts do not say.

        An order wins although single texts contradict it (a slip of the pen is rejected, not followed) when it explains
        at least twenty times as many as speak against it; otherwise all that explain something stay open.
        """
        if not self.three:
            return frozenset(DateOrder)
        best = max(self.fits.values())
        leaders = frozenset(order for order, count in self.fits.items() if count == best)
        against = self.three - best
        if against == 0 or best >= 20 * against:
            return leaders
        return frozenset(order for order, count in self.fits.items() if count)
