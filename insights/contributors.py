"""The members of a segment in one month, with what each of them brought to its figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

from insights import periods, statements
from insights.measuring import words_of
from partners.vocabulary import Subject
from people.roles import Viewer
from segments.models import Segment

EVERY_ID = 2**62

_ONE_SEGMENT = f"""
    WITH stay AS ({statements.STRETCHED.format(condition="m.segment_id = %(segment)s")}),
    event AS ({{events}}),
    member AS (SELECT DISTINCT subject_id FROM stay WHERE first_day <= %(today)s AND last_day >= %(first)s),
    brought AS (
        SELECT e.subject_id, {statements.SUMS.format(active="max(e.active)")}
        FROM event e JOIN stay s ON s.subject_id = e.subject_id AND e.day BETWEEN s.first_day AND s.last_day GROUP BY 1
    )
    SELECT t.external_id, t.name, t.region, t.deleted_at IS NOT NULL, coalesce(b.registered, 0), coalesce(b.won, 0),
        coalesce(b.lost, 0), coalesce(b.revenue, 0), coalesce(b.courses, 0), coalesce(b.active, 0), coalesce(b.cost, 0),
        count(*) OVER ()
    FROM member JOIN {{table}} t ON t.id = member.subject_id LEFT JOIN brought b ON b.subject_id = t.id
    WHERE %(regions)s::text[] IS NULL OR t.region = ANY (%(regions)s)
    ORDER BY coalesce(b.revenue, 0) DESC, coalesce(b.won, 0) DESC, coalesce(b.active, 0) DESC, t.name, t.id
    LIMIT %(limit)s OFFSET %(offset)s
"""


@dataclass(frozen=True, slots=True)
class Contributor:
    """One member and its part in the month's figures."""

    external_id: str
    name: str
    region: str
    is_deleted: bool
    registered: int
    won: int
    lost: int
    revenue: Decimal
    courses: int
    active: int
    cost: Decimal


def contributors(
    segment: Segment, viewer: Viewer, month: date, *, limit: int | None = None, offset: int = 0
) -> tuple[list[Contributor], int]:
    """Members at some time of the month that the viewer may see, those who brought most first; and how many there are.

    Adds up to the month's row: the same events, the same stays. One query.
    """
    subject = Subject(segment.subject)
    zone = timezone.get_default_timezone()
    now = words_of(timezone.now())
    after = periods.month_of(month, -1)
    words: dict[str, Any] = {
        **now,
        "segment": segment.pk,
        "first": month,
        "today": min(now["today"], after - timedelta(days=1)),
        "since": timezone.make_aware(datetime.combine(month, time.min), zone),
        "now": min(now["now"], timezone.make_aware(datetime.combine(after, time.min), zone)),
        "above": 0,
        "upto": EVERY_ID,
        "regions": list(viewer.regions) or None,
        "limit": limit,
        "offset": offset,
    }
    statement = _ONE_SEGMENT.format(events=statements.EVENTS[subject], table=statements.TABLES[subject])
    with connection.cursor() as cursor:
        cursor.execute(statement, words)
        rows = cursor.fetchall()
    return [Contributor(*row[:-1]) for row in rows], rows[0][-1] if rows else 0
