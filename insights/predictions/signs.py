"""What could be seen of every partner on a past day, and what came of it: from deals and activity by their dates alone.

Nothing that is kept without a date is used: today's tier or stage may be the consequence of what is to be predicted.
"""

# ruff: noqa: S608 — the statement is put together of this module's own words; values travel as parameters
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
from django.db import connection
from django.utils import timezone

from insights.predictions.judging import Floats, Ints

HORIZON = 180
"""Days ahead that are predicted."""
LONGEST = 365
"""Days after which it does not matter how long ago something was."""


@dataclass(frozen=True, slots=True)
class Sign:
    """Something to be seen on a day: its words, with {} for the value and {s} for more than one; its SQL over the rows."""

    name: str
    words: str
    sql: str
    logged: bool = False


_WON = "d.stage = 'won' AND d.closed_on <= %(day)s AND d.closed_on > %(day)s - {}"
_REGISTERED = "d.registered_on <= %(day)s AND d.registered_on > %(day)s - {}"
_OPEN = (
    "d.registered_on <= %(day)s AND d.registered_on > %(day)s - 365 AND (d.closed_on IS NULL OR d.closed_on > %(day)s)"
)


def _won(days: int) -> str:
    return f"count(*) FILTER (WHERE {_WON.format(days)})"


def _revenue(days: int) -> str:
    return f"coalesce(sum(d.amount) FILTER (WHERE {_WON.format(days)}), 0)"


def _acts(kinds: str, days: int) -> str:
    return f"count(*) FILTER (WHERE a.kind IN ({kinds}) AND a.at > %(end)s - interval '{days} days')"


DEALS = (
    Sign("won_90", "{} deal{s} won in 90 days", _won(90), logged=True),
    Sign("won_180", "{} deal{s} won in 180 days", _won(180), logged=True),
    Sign("revenue_180", "{} won in 180 days", _revenue(180), logged=True),
    Sign("revenue_90", "{} won in 90 days", _revenue(90), logged=True),
    Sign(
        "registered_90", "{} deal{s} registered in 90 days", f"count(*) FILTER (WHERE {_REGISTERED.format(90)})", True
    ),
    Sign("open", "{} open deal{s}", f"count(*) FILTER (WHERE {_OPEN})", logged=True),
    Sign(
        "lost_180",
        "{} deal{s} lost in 180 days",
        f"count(*) FILTER (WHERE {_WON.format(180).replace('won', 'lost')})",
        logged=True,
    ),
    Sign(
        "days_since_won",
        "last deal won {} day{s} ago",
        f"least({LONGEST}, %(day)s - max(d.closed_on) FILTER (WHERE d.stage = 'won' AND d.closed_on <= %(day)s))",
    ),
    Sign(
        "days_since_registered",
        "last deal registered {} day{s} ago",
        f"least({LONGEST}, %(day)s - max(d.registered_on) FILTER (WHERE d.registered_on <= %(day)s))",
    ),
)
ACTIVITY = (
    Sign("courses_180", "{} course{s} completed in 180 days", _acts("'course_completed'", 180), logged=True),
    Sign("visits_90", "{} sign-in{s} in 90 days", _acts("'sign_in'", 90), logged=True),
    Sign(
        "read_90", "{} piece{s} of content opened in 90 days", _acts("'content_opened', 'content_downloaded'", 90), True
    ),
)
SIGNS = (*DEALS, *ACTIVITY, Sign("trend", "90 days against the 90 before: {}", ""))
NAMES = tuple(sign.name for sign in SIGNS)
FAMILIES = (
    ("won_90", "won_180", "revenue_180", "revenue_90", "days_since_won", "trend"),
    ("registered_90", "open", "days_since_registered"),
    ("lost_180",),
    ("courses_180",),
    ("visits_90",),
    ("read_90",),
)
"""Signs that tell of the same thing. A regression shares what they say among them as it pleases, one more and another less
than it is, so only together do they mean something."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Partners on a day. `ids`: (n,), `signs`: (n, d) in the order of SIGNS, NaN where unknown, counts as logarithms."""

    day: date
    ids: Ints
    signs: Floats

    def sign(self, name: str) -> Floats:
        """One column."""
        column: Floats = self.signs[:, NAMES.index(name)]
        return column


def seen(day: date) -> Seen:
    """The signs on the evening of that day, of every partner who had a deal registered or won in the year before.

    Whoever was deleted later was there that day: left out, those who stayed would make the past look better than it was.
    """
    deals = ", ".join(f"({sign.sql})::float8" for sign in DEALS)
    acts = ", ".join(f"({sign.sql})::float8" for sign in ACTIVITY)
    columns = ", ".join(f"coalesce(x.a{place}, 0)" for place in range(len(ACTIVITY)))
    named = ", ".join(f"a{place}" for place in range(len(ACTIVITY)))
    own = ", ".join(f"w.d{place}" for place in range(len(DEALS)))
    given = ", ".join(f"d{place}" for place in range(len(DEALS)))
    sql = f"""
        WITH w (id, {given}) AS (
            SELECT d.partner_id, {deals} FROM partners_deal d
            WHERE d.deleted_at IS NULL AND (d.registered_on <= %(day)s OR d.closed_on <= %(day)s)
            GROUP BY 1
            HAVING count(*) FILTER (WHERE {_REGISTERED.format(LONGEST)} OR ({_WON.format(LONGEST)})) > 0
        ), x (id, {named}) AS (
            SELECT a.partner_id, {acts} FROM partners_activity a
            WHERE a.at <= %(end)s AND a.at > %(end)s - interval '180 days' GROUP BY 1
        )
        SELECT w.id, {own}, {columns} FROM w
        JOIN partners_partner p ON p.id = w.id AND (p.deleted_at IS NULL OR p.deleted_at > %(end)s)
        LEFT JOIN x ON x.id = w.id ORDER BY w.id
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, {"day": day, "end": _evening(day)})
        rows = np.array(cursor.fetchall(), dtype=np.float64).reshape(-1, 1 + len(DEALS) + len(ACTIVITY))
    ids, values = rows[:, 0].astype(np.int64), rows[:, 1:]
    logged = [sign.logged for sign in (*DEALS, *ACTIVITY)]
    values[:, logged] = np.log1p(values[:, logged])
    before = np.expm1(values[:, NAMES.index("revenue_180")]) - np.expm1(values[:, NAMES.index("revenue_90")])
    trend = values[:, NAMES.index("revenue_90")] - np.log1p(np.maximum(before, 0))
    return Seen(day, ids, np.column_stack([values, trend]))


def revenue_after(day: date, days: int = HORIZON) -> dict[int, float]:
    """What each partner won in the days after that day, by id; nobody who won nothing."""
    return _revenue_between(day, day + timedelta(days=days))


def revenue_before(day: date, days: int = HORIZON) -> dict[int, float]:
    """What each partner won in the days up to that day, by id."""
    return _revenue_between(day - timedelta(days=days), day)


def _revenue_between(after: date, until: date) -> dict[int, float]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT partner_id, sum(coalesce(amount, 0))::float8 FROM partners_deal WHERE deleted_at IS NULL"
            " AND stage = 'won' AND closed_on > %s AND closed_on <= %s GROUP BY 1",
            [after, until],
        )
        return dict(cursor.fetchall())


def first_day() -> date | None:
    """The day of the first deal there is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(least(registered_on, closed_on)) FROM partners_deal WHERE deleted_at IS NULL")
        found: date | None = cursor.fetchone()[0]
        return found


def _evening(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.max))
