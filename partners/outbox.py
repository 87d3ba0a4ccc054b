"""The outbox: `announce` in the transaction of what happened; readers follow `events_after` in commit order, none skipped.

Ids are given out before commits, so their order is not the order in which rows appear. One reader at a time numbers the
rows that have appeared; whoever keeps the number of the last event seen misses none and meets none twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from partners.models import OutboxEvent

KEPT = timedelta(days=30)
_LOCK = 5_171_010


def announce(*, type: str, payload: Mapping[str, Any]) -> OutboxEvent:  # noqa: A002 - the word of the field
    """Note that something happened; it is told to others once the surrounding transaction is committed."""
    return OutboxEvent.objects.create(type=type, payload=dict(payload))


@transaction.atomic
def number_events() -> None:
    """Give the events that have appeared since the last time their place in the order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute(
            "UPDATE partners_outboxevent o SET position = n.last + n.place FROM ("
            " SELECT id, row_number() OVER (ORDER BY id) AS place,"
            " (SELECT coalesce(max(position), 0) FROM partners_outboxevent) AS last"
            " FROM partners_outboxevent WHERE position IS NULL) n WHERE o.id = n.id"
        )


def last_position() -> int:
    """The place of the newest event that has one; 0 when there is none."""
    return (
        OutboxEvent.objects.order_by("-position").exclude(position=None).values_list("position", flat=True).first() or 0
    )


def forget_old(*, keep: timedelta = KEPT) -> int:
    """Let go of events older than that, the newest apart: the numbers go on from there. How many."""
    old = OutboxEvent.objects.filter(created_at__lt=timezone.now() - keep, position__lt=last_position())
    return old.delete()[0]
