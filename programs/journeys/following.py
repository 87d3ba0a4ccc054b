"""Follows the ledger of changes: takes on the partners who entered (or left) a journey's segment since it last looked.

The ledger's ids follow its commits, so a cursor misses none. Entries, their steps and the cursor are written in one
transaction, and an entry is unique per line of the ledger: cut off anywhere and run again, nobody is taken on twice.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction

from programs.journeys.models import Journey
from segments.models import Change

LINES = 5_000
"""Lines of the ledger followed in one transaction."""

_ENTER = """
    INSERT INTO programs_journeyentry (journey_id, partner_id, change_id, began_at)
    SELECT %(journey)s, c.subject_id, c.id, c.at
    FROM segments_change c JOIN partners_partner p ON p.id = c.subject_id AND p.deleted_at IS NULL
    WHERE c.id > %(cursor)s AND c.id <= %(last)s AND c.segment_id = %(segment)s AND c.kind = %(kind)s
    ORDER BY c.id
    ON CONFLICT (journey_id, change_id) DO NOTHING
"""
_PLAN = """
    INSERT INTO programs_journeyact (entry_id, step_id, state, due_at, failure_count, outcome)
    SELECT e.id, s.id, 'due', e.began_at + make_interval(days => s.wait_days), 0, ''
    FROM programs_journeyentry e JOIN programs_journeystep s ON s.journey_id = e.journey_id AND s.retired_at IS NULL
    WHERE e.journey_id = %(journey)s AND e.change_id > %(cursor)s AND e.change_id <= %(last)s
    ORDER BY e.id, s.position
    ON CONFLICT (entry_id, step_id) DO NOTHING
"""


def follow_all() -> int:
    """Let every active journey catch up with the ledger; how many entries were begun."""
    begun = 0
    for pk in Journey.objects.filter(status=Journey.Status.ACTIVE).values_list("pk", flat=True):
        while True:
            step = follow(journey_id=pk)
            begun += step.begun
            if step.is_level:
                break
    return begun


@dataclass(frozen=True, slots=True)
class Followed:
    """What one stretch of the ledger brought."""

    begun: int
    is_level: bool = True
    """Nothing more to follow now (or another worker follows for this journey)."""


@transaction.atomic
def follow(*, journey_id: int) -> Followed:
    """Take one journey along the next stretch of the ledger."""
    journey = (
        Journey.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(pk=journey_id, status=Journey.Status.ACTIVE)
        .first()
    )
    if journey is None:
        return Followed(0)
    lines = Change.objects.filter(pk__gt=journey.cursor, segment_id=journey.segment_id).order_by("pk")
    ids = list(lines.values_list("pk", flat=True)[:LINES])
    if not ids:
        return Followed(0)
    words: dict[str, int | str] = {
        "journey": journey.pk,
        "cursor": journey.cursor,
        "last": ids[-1],
        "segment": journey.segment_id,
        "kind": journey.trigger,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ENTER, words)
        begun = cursor.rowcount
        cursor.execute(_PLAN, words)
    Journey.objects.filter(pk=journey.pk).update(cursor=ids[-1])
    return Followed(begun, is_level=len(ids) < LINES)


def latest_line() -> int:
    """The end of the ledger: where a journey begins that takes on newcomers only."""
    return Change.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
