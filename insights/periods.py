"""Months: the organisation's own, counted back from the present one. Pure values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

KEPT = 25
"""So many months are worked out every night: two years and the present month."""
CHOICES = [(3, "3 months"), (6, "6 months"), (12, "A year"), (24, "Two years")]
DEFAULT = 12


def month_of(day: date, back: int = 0) -> date:
    """The first day of the month, or of the one so many before it."""
    years, month = divmod(day.year * 12 + day.month - 1 - back, 12)
    return date(years, month + 1, 1)


@dataclass(frozen=True, slots=True)
class Period:
    """So many months up to and with the present one, and as many before."""

    length: int
    last: date
    """First day of the present month."""

    @property
    def months(self) -> list[date]:
        """First days of the months, oldest first."""
        return [month_of(self.last, back) for back in range(self.length - 1, -1, -1)]

    @property
    def whole(self) -> list[date]:
        """As many months that are over: the present one, which has only begun, is not held against whole ones."""
        return [month_of(self.last, back) for back in range(self.length, 0, -1)]

    @property
    def before(self) -> list[date]:
        """As many before those that are over."""
        return [month_of(self.last, back) for back in range(2 * self.length, self.length, -1)]


def period_of(text: str, today: date) -> Period:
    """`?months=`: one of the choices, else a year."""
    length = int(text) if text in {str(choice) for choice, _ in CHOICES} else DEFAULT
    return Period(length, month_of(today))
