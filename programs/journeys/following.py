"""Takes partners on: those who entered or left a journey's segment, whose date has come near, in whom a fact has changed.

Entries, their steps and how far the journey has followed are written in one transaction under the lock of its row, and an
entry is unique per line of the ledger, or per partner and moment: cut off anywhere and run again, nobody is taken on twice.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from programs.journeys import watching
from programs.journeys.conditions import CannotEvaluate
from programs.journeys.models import Journey
from segments.models import Change

LINES = 5_000
"""Lines of the ledger followed in one transaction."""

_ENTER = """
    INSERT INTO programs_journeyentry (journey_id, partner_id, change_id, value, began_at)
    SELECT %(journey)s, c.subject_id, c.id, '', c.at
    FROM segments_change c JOIN partners_partner p ON p.id = c.subject_id AND p.deleted_at IS NULL
    WHERE c.id > %(cursor)s AND c.id <= %(last)s AND c.segment_id = %(segment)s AND c.kind = %(kind)s
    ORDER BY c.id
    ON CONFLICT (journey_id, change_id) DO NOTHING
    RETURNING id
"""
_PLAN = """
    INSERT INTO programs_journeyact (entry_id, step_id, state, due_at, failure_count, outcome)
    SELECT e.id, s.id, 'due', e.began_at + make_interval(days => s.wait_days), 0, ''
    FROM programs_journeyentry e JOIN programs_journeystep s ON s.journey_id = e.journey_id AND s.retired_at IS NULL
    WHERE e.id = ANY(%s)
    ORDER BY e.id, s.position
    ON CONFLICT (entry_id, step_id) DO NOTHING
"""

log = logging.getLogger(__name__)


def follow_all(*, now: datetime | None = None) -> int:
    """Let every active journey catch up; how many entries were begun."""
    begun = 0
    for pk in Journey.objects.filter(status=Journey.Status.ACTIVE).values_list("pk", flat=True):
        while True:
            step = follow(journey_id=pk, now=now)
            begun += step.begun
            if step.is_level:
                break
    return begun


@dataclass(frozen=True, slots=True)
class Followed:
    """What one stretch brought."""

    begun: int
    is_level: bool = True
    """Nothing more to follow now (or another worker follows for this journey)."""


@transaction.atomic
def follow(*, journey_id: int, now: datetime | None = None) -> Followed:
    """Take one journey along the next stretch."""
    journey = (
        Journey.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(pk=journey_id, status=Journey.Status.ACTIVE)
        .first()
    )
    if journey is None:
        return Followed(0)
    if journey.trigger in Journey.ON_SEGMENT:
        return _follow_ledger(journey)
    try:
        look = watching.follow_dates if journey.trigger == Journey.Trigger.DATE else watching.follow_changes
        entries = look(journey=journey, now=now or timezone.now())
    except CannotEvaluate as reason:
        log.warning("A journey cannot look at its fact", extra={"journey": journey.slug, "reason": str(reason)})
        return Followed(0)
    _plan(entries)
    return Followed(len(entries))


def _follow_ledger(journey: Journey) -> Followed:
    lines = Change.objects.filter(pk__gt=journey.cursor, segment=journey.segment).order_by("pk")
    ids = list(lines.values_list("pk", flat=True)[:LINES])
    if not ids:
        return Followed(0)
    words: dict[str, int | str | None] = {
        "journey": journey.pk,
        "cursor": journey.cursor,
        "last": ids[-1],
        "segment": journey.segment_id,
        "kind": journey.trigger,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ENTER, words)
        entries = [pk for (pk,) in cursor.fetchall()]
    _plan(entries)
    Journey.objects.filter(pk=journey.pk).update(cursor=ids[-1])
    return Followed(len(entries), is_level=len(ids) < LINES)


def _plan(entries: Sequence[int]) -> None:
    """Note the steps that are to come for these entries."""
    if entries:
        with connection.cursor() as cursor:
            cursor.execute(_PLAN, [list(entries)])


def latest_line() -> int:
    """The end of the ledger: where a journey begins that takes on newcomers only."""
    return Change.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
