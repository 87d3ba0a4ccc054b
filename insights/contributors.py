"""The members of a segment in one month, with what each of them brought to its figures."""

from __future__ import annotations

from collections.abc import Sequence
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
FEW = 20_000
"""Of so many members what happened to them is picked in the database; of more, it is read of everybody."""

_STAY = """
        SELECT subject_id, (entered_at AT TIME ZONE %(zone)s)::date AS first_day,
            coalesce(((left_at - interval '1 microsecond') AT TIME ZONE %(zone)s)::date, 'infinity'::date) AS last_day
        FROM segments_membership
        WHERE segment_id = %(segment)s AND (left_at IS NULL OR left_at > entered_at)"""
_BROUGHT = f"""
    WITH event AS MATERIALIZED (
        SELECT * FROM ({{events}}) e WHERE %(some)s::bigint[] IS NULL OR e.subject_id = ANY (%(some)s)
    ), moved AS MATERIALIZED ({_STAY} AND entered_at >= %(since)s UNION {_STAY} AND left_at > %(since)s),
    mine AS (
        SELECT e.* FROM event e WHERE e.subject_id NOT IN (SELECT subject_id FROM moved)
        UNION ALL
        SELECT e.* FROM event e WHERE EXISTS (
            SELECT FROM moved s WHERE s.subject_id = e.subject_id AND e.day BETWEEN s.first_day AND s.last_day)
    )
    SELECT e.subject_id, {statements.SUMS.format(active="max(e.active)")} FROM mine e GROUP BY 1
"""
"""By subject. Whoever neither entered nor left since the month began was a member on all of its days or on none: only of
the others, days and stays are laid beside each other, a day that two stays touch counting once."""

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


Brought = tuple[int, int, int, Decimal, int, int, Decimal]
"""What a member brought, as `Contributor` has it from `registered` on."""
_NOTHING: Brought = (0, 0, 0, Decimal(0), 0, 0, Decimal(0))


def contributors(
    segment: Segment, viewer: Viewer, month: date, *, limit: int | None = None, offset: int = 0
) -> tuple[list[Contributor], int]:
    """Members at some time of the month that the viewer may see, those who brought most first and else as they came on
    record; and how many there are.

    Adds up to the month's row: the same events, the same stays. A fixed number of queries.
    """
    subject = Subject(segment.subject)
    words = _words(segment, month)
    with one_snapshot():
        members = _members(segment, words)
        if viewer.regions:
            regions = list(viewer.regions)
            members &= bitmap(
                read_ids(f"SELECT id FROM {statements.TABLES[subject]} WHERE region = ANY (%s) ORDER BY id", [regions])
            )
        brought = _brought(subject, members, words)
        page = _page(members, brought, offset, len(members) if limit is None else offset + limit)
        return _told(subject, page, brought), len(members)


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


def _members(segment: Segment, words: dict[str, Any]) -> BitMap64:
    """Whoever was in the segment at some time of the month: those in it now but for whoever came later, and those whose stay
    of then is over."""
    present = present_members([segment.pk])[segment.pk]
    later = read_ids(f"{_ENTERED} ORDER BY 1", [segment.pk, words["until"]])
    ended = read_ids(f"{_ENDED} GROUP BY 1 ORDER BY 1", [segment.pk, words["since"], words["until"]])
    return (present - bitmap(later)) | bitmap(ended)


def _brought(subject: Subject, members: BitMap64, words: dict[str, Any]) -> dict[int, Brought]:
    """By member, what it brought; nothing of those who brought nothing."""
    some = list(members) if len(members) <= FEW else None
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '32MB'")  # a month of everybody's events; on disk it takes a third longer
        cursor.execute(_BROUGHT.format(events=statements.EVENTS[subject]), words | {"some": some})
        return {row[0]: row[1:] for row in cursor.fetchall() if row[0] in members}


def _page(members: BitMap64, brought: dict[int, Brought], start: int, stop: int) -> list[int]:
    """Some of the members by their places: the most revenue first, then deals won, then activity, then as they came on
    record. Those who brought nothing are not put in order: their ids are."""
    ranked = {pk: (sums[3], sums[1], sums[5]) for pk, sums in brought.items()}
    nothing = (Decimal(0), 0, 0)

    def first(some: list[int], count: int) -> list[int]:
        return nlargest(count, some, key=lambda pk: (ranked[pk], -pk))

    ahead = [pk for pk, rank in ranked.items() if rank > nothing]
    behind = [pk for pk, rank in ranked.items() if rank < nothing]
    middle = members - BitMap64(ahead) - BitMap64(behind)
    found = first(ahead, stop)[start:]
    found += middle[max(0, start - len(ahead)) : max(0, stop - len(ahead))]
    passed = len(ahead) + len(middle)
    return found + (first(behind, stop - passed)[max(0, start - passed) :] if stop > passed else [])


def _told(subject: Subject, page: Sequence[int], brought: dict[int, Brought]) -> list[Contributor]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, external_id, name, region, deleted_at IS NOT NULL"
            f" FROM {statements.TABLES[subject]} WHERE id = ANY (%s)",
            [list(page)],
        )
        known = {row[0]: row[1:] for row in cursor.fetchall()}
    rows: list[tuple[Any, ...]] = [(*known[pk], *brought.get(pk, _NOTHING)) for pk in page]
    return [Contributor(*row) for row in rows]
