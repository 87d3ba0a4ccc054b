"""Begins journeys on dates and on facts that change. Both are comparisons, so that a look missed is made up by the next.

A look is cheap while nothing happens: triggers mark the partners that were touched, and only on a new day are all of them
looked at. A fact that changed and changed back between two looks (a minute) has not changed.
"""

# ruff: noqa: S608 — every name in a statement is this project's own; values travel as parameters
from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from partners import touching
from partners.vocabulary import FieldType
from programs.journeys.facts import Watched, parameters_of, touched_since, watched
from programs.journeys.models import Journey

LATE = timedelta(days=7)
"""A date that is written down late still begins a journey up to so long after its day."""
IN_SEGMENT = (
    "(%(segment)s::bigint IS NULL OR EXISTS (SELECT FROM segments_membership m WHERE m.segment_id = %(segment)s"
    " AND m.subject_id = p.partner_id AND m.left_at IS NULL))"
)
_DAYS = """
    INSERT INTO programs_journeyentry (journey_id, partner_id, value, began_at)
    SELECT %(journey)s, p.partner_id, p.value::text, (p.value + %(offset)s)::timestamp AT TIME ZONE %(zone)s
    FROM ({rows}) p
    WHERE p.value + %(offset)s BETWEEN %(first)s AND %(today)s AND {in_segment}
    ORDER BY p.partner_id
    ON CONFLICT (journey_id, partner_id, began_at) WHERE change_id IS NULL DO NOTHING
    RETURNING id
"""
_CHANGES = """
    WITH present AS ({rows}),
    moved AS (
        SELECT p.partner_id, p.value, w.value AS before FROM present p
        LEFT JOIN programs_journeywatch w ON w.journey_id = %(journey)s AND w.partner_id = p.partner_id
        WHERE w.value IS DISTINCT FROM p.value
    ),
    kept AS (
        INSERT INTO programs_journeywatch (journey_id, partner_id, value)
        SELECT %(journey)s, partner_id, value FROM moved
        ON CONFLICT (journey_id, partner_id) DO UPDATE SET value = excluded.value
    )
    INSERT INTO programs_journeyentry (journey_id, partner_id, value, began_at)
    SELECT %(journey)s, p.partner_id, left(p.value, 300), %(now)s FROM moved p
    WHERE p.before IS NOT NULL AND {matches} AND {in_segment}
    ORDER BY p.partner_id
    ON CONFLICT (journey_id, partner_id, began_at) WHERE change_id IS NULL DO NOTHING
    RETURNING id
"""


def follow_dates(*, journey: Journey, now: datetime) -> list[int]:
    """Begin for partners whose day has come since the journey was started; the entries. Runs under the journey's lock.

    A day counts until a week after it, or from where the journey last looked when that is longer ago (a pause).
    """
    found, ids = _look(journey, now)
    if found is None or journey.activated_at is None:
        return []
    zone = timezone.get_default_timezone()
    today = timezone.localdate(now, zone)
    looked_on = date.fromordinal(journey.cursor) if journey.cursor else today
    first = max(min(today - LATE, looked_on), timezone.localdate(journey.activated_at, zone))
    rows = found.rows(found.day, ids=ids)
    words = parameters_of(found, **_own(journey), offset=journey.offset_days, first=first, today=today)
    return _run(journey, _DAYS.format(rows=rows, in_segment=IN_SEGMENT), words, today.toordinal())


def follow_changes(*, journey: Journey, now: datetime) -> list[int]:
    """Begin for partners whose fact is no longer what it was at the last look; the entries. Under the journey's lock."""
    found, ids = _look(journey, now)
    if found is None:
        return []
    today = timezone.localdate(now, timezone.get_default_timezone())
    rows = found.rows(found.value, ids=ids)
    words = parameters_of(found, **_own(journey), now=now, **{"from": journey.from_value, "to": journey.to_value})
    statement = _CHANGES.format(rows=rows, matches=matching(found), in_segment=IN_SEGMENT)
    return _run(journey, statement, words, today.toordinal())


def matching(found: Watched) -> str:
    """SQL: the change from `p.before` to `p.value` is one the journey is about."""
    if found.field.type is FieldType.MULTI_CHOICE:
        return (
            "(%(to)s = '' OR (strpos(p.value, chr(31) || %(to)s || chr(31)) > 0"
            " AND strpos(p.before, chr(31) || %(to)s || chr(31)) = 0))"
            " AND (%(from)s = '' OR (strpos(p.before, chr(31) || %(from)s || chr(31)) > 0"
            " AND strpos(p.value, chr(31) || %(from)s || chr(31)) = 0))"
        )
    return "(%(to)s = '' OR lower(p.value) = lower(%(to)s)) AND (%(from)s = '' OR lower(p.before) = lower(%(from)s))"


def remember(*, journey: Journey, now: datetime) -> None:
    """Note what the fact is of every partner, as the state from which changes are told; when the journey is started."""
    found = watched(journey.field, as_of=now)
    rows = found.rows(found.value)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO programs_journeywatch (journey_id, partner_id, value)"
            f" SELECT %(journey)s, p.partner_id, p.value FROM ({rows}) p"
            " ON CONFLICT (journey_id, partner_id) DO UPDATE SET value = excluded.value",
            parameters_of(found, journey=journey.pk),
        )


def _look(journey: Journey, now: datetime) -> tuple[Watched | None, set[int] | None]:
    """The fact, and the partners to look at (None: all); no fact when there is nothing new to see."""
    today = timezone.localdate(now, timezone.get_default_timezone()).toordinal()
    found = watched(journey.field, as_of=now)
    if today != journey.cursor or not journey.seen:
        return found, None
    ids = touched_since(journey.seen, found.field)
    return (found, ids) if ids is None or ids else (None, ids)


def _own(journey: Journey) -> dict[str, int | None]:
    return {"journey": journey.pk, "segment": journey.segment_id}


def _run(journey: Journey, statement: str, words: dict[str, Any], day: int) -> list[int]:
    """The statement; what was visible before it is noted, so that a change made meanwhile is seen next time."""
    seen = touching.moment()
    with connection.cursor() as cursor:
        cursor.execute(statement, words)
        entries = [pk for (pk,) in cursor.fetchall()]
    Journey.objects.filter(pk=journey.pk).update(cursor=day, seen=seen)
    return entries
