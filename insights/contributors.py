"""The members of a segment in one month, with what each of them brought to its figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from heapq import nlargest
from typing import Any

from django.db import connection
from django.utils import timezone
from pyroaring import BitMap64

from insights import periods, statements
from insights.measuring import words_of
from partners.columns import read_ids
from partners.reading import one_snapshot
from partners.vocabulary import Subject
from people.roles import Viewer
from segments.bitmaps import bitmap
from segments.ledger import present_members
from segments.models import Segment

EVERY_ID = 2**62
PIECE = 2_000
"""Members of a file whose figures are read together."""

_STAY = """
        SELECT subject_id, (entered_at AT TIME ZONE %(zone)s)::date AS first_day,
            coalesce(((left_at - interval '1 microsecond') AT TIME ZONE %(zone)s)::date, 'infinity'::date) AS last_day
        FROM segments_membership
        WHERE segment_id = %(segment)s AND (left_at IS NULL OR left_at > entered_at)"""
_MINE = f"""
    WITH event AS MATERIALIZED (SELECT * FROM ({{events}}) e WHERE {{condition}}),
    moved AS MATERIALIZED ({_STAY} AND entered_at >= %(since)s UNION {_STAY} AND left_at > %(since)s),
    mine AS (
        SELECT e.* FROM event e WHERE e.subject_id NOT IN (SELECT subject_id FROM moved)
        UNION ALL
        SELECT e.* FROM event e WHERE EXISTS (
            SELECT FROM moved s WHERE s.subject_id = e.subject_id AND e.day BETWEEN s.first_day AND s.last_day)
    )
"""
"""What happened on days of membership. Whoever neither entered nor left since the month began was a member on all of its
days or on none: only of the others, days and stays are laid beside each other, a day that two stays touch counting once."""
_BROUGHT = f"{_MINE} SELECT e.subject_id, {statements.SUMS.format(active='max(e.active)')} FROM mine e GROUP BY 1"
_WON = f"{_MINE} SELECT e.subject_id, sum(e.revenue), sum(e.won) FROM mine e GROUP BY 1"
_ACTIVE = f"{_MINE} SELECT DISTINCT e.subject_id FROM mine e ORDER BY 1"

_ENTERED = "SELECT subject_id FROM segments_membership WHERE segment_id = %s AND entered_at >= %s AND left_at IS NULL"
_ENDED = (
    "SELECT subject_id FROM segments_membership WHERE segment_id = %s AND left_at > %s AND left_at > entered_at"
    " AND entered_at < %s"
)


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


_NOTHING = (0, 0, 0, Decimal(0), 0, 0, Decimal(0))
"""What a member brought, as `Contributor` has it from `registered` on."""


def contributors(
    segment: Segment, viewer: Viewer, month: date, *, limit: int, offset: int = 0
) -> tuple[list[Contributor], int]:
    """Some of the members at some time of the month that the viewer may see, those who brought most first and else as they
    came on record; and how many there are. A fixed number of queries.
    """
    subject, words = Subject(segment.subject), _words(segment, month)
    with one_snapshot():
        members = _members(segment, viewer, words)
        page = _page(subject, members, words, offset, offset + limit)
        return _told(subject, page, words), len(members)


def every_contributor(segment: Segment, viewer: Viewer, month: date) -> Iterator[Contributor]:
    """All of them, in the same order; they add up to the month's row: the same events, the same stays.

    Who they are, and in which order, is as of the first line; their figures are read piece by piece as the lines are taken.
    """
    subject, words = Subject(segment.subject), _words(segment, month)
    with one_snapshot():
        members = _members(segment, viewer, words)
        everybody = _page(subject, members, words, 0, len(members))
    for start in range(0, len(everybody), PIECE):
        with one_snapshot():
            found = _told(subject, everybody[start : start + PIECE], words)
        yield from found


def _words(segment: Segment, month: date) -> dict[str, Any]:
    """What the statements compare with: the month's first day and last, and the instants it begins at and ends before."""
    zone = timezone.get_default_timezone()
    now = words_of(timezone.now())
    after = periods.month_of(month, -1)
    until = timezone.make_aware(datetime.combine(after, time.min), zone)
    return {
        **now,
        "segment": segment.pk,
        "first": month,
        "today": min(now["today"], after - timedelta(days=1)),
        "since": timezone.make_aware(datetime.combine(month, time.min), zone),
        "until": until,
        "now": min(now["now"], until),
        "above": 0,
        "upto": EVERY_ID,
    }


def _members(segment: Segment, viewer: Viewer, words: dict[str, Any]) -> BitMap64:
    """Whoever was in the segment at some time of the month: those in it now but for whoever came later, and those whose stay
    of then is over."""
    present = present_members([segment.pk])[segment.pk]
    later = read_ids(f"{_ENTERED} ORDER BY 1", [segment.pk, words["until"]])
    ended = read_ids(f"{_ENDED} GROUP BY 1 ORDER BY 1", [segment.pk, words["since"], words["until"]])
    members = (present - bitmap(later)) | bitmap(ended)
    if not viewer.regions:
        return members
    table = statements.TABLES[Subject(segment.subject)]
    return members & bitmap(
        read_ids(f"SELECT id FROM {table} WHERE region = ANY (%s) ORDER BY id", [list(viewer.regions)])
    )


def _page(subject: Subject, members: BitMap64, words: dict[str, Any], start: int, stop: int) -> list[int]:
    """Some of the members by their places: the most revenue first, then deals won, then activity, then as they came on
    record. Only those who won are put in order by what they won, and who was active is asked if the page reaches so far."""
    with connection.cursor() as cursor:
        cursor.execute(_statement(_WON, subject, "e.won > 0"), words)
        won = {pk: (revenue, deals) for pk, revenue, deals in cursor.fetchall() if pk in members}
    lost = [pk for pk, (revenue, _) in won.items() if revenue < 0]  # more was taken back than sold
    ahead = [pk for pk, (revenue, _) in won.items() if revenue >= 0]
    found = _ordered(ahead, won, start, stop)
    if stop <= len(ahead):
        return found
    rest = members - BitMap64(won)
    active = rest & bitmap(read_ids(_statement(_ACTIVE, subject, "e.active > 0"), words))
    passed = len(ahead)
    for group in (active, rest - active):
        found += group[max(0, start - passed) : max(0, stop - passed)]
        passed += len(group)
    return found + _ordered(lost, won, max(0, start - passed), max(0, stop - passed))


def _ordered(some: list[int], won: dict[int, tuple[Decimal, int]], start: int, stop: int) -> list[int]:
    return nlargest(stop, some, key=lambda pk: (won[pk], -pk))[start:]


def _statement(text: str, subject: Subject, condition: str) -> str:
    return text.format(events=statements.EVENTS[subject], condition=condition)


def _told(subject: Subject, page: Sequence[int], words: dict[str, Any]) -> list[Contributor]:
    """Members with what they brought; nothing, of those who brought nothing."""
    some = {"some": list(page)}
    with connection.cursor() as cursor:
        cursor.execute(_statement(_BROUGHT, subject, "e.subject_id = ANY (%(some)s::bigint[])"), words | some)
        brought = {row[0]: row[1:] for row in cursor.fetchall()}
        cursor.execute(
            "SELECT id, external_id, name, region, deleted_at IS NOT NULL"
            f" FROM {statements.TABLES[subject]} WHERE id = ANY (%(some)s::bigint[])",
            some,
        )
        known = {row[0]: row[1:] for row in cursor.fetchall()}
    rows: list[tuple[Any, ...]] = [(*known[pk], *brought.get(pk, _NOTHING)) for pk in page]
    return [Contributor(*row) for row in rows]
