"""Turns what happened into messages for each webhook: from the change ledger and the outbox, by two cursors.

Messages and the cursors behind them are one transaction under the lock of the webhook's row. Both sources are ordered by
commit, so whatever is killed, nothing is left out and nothing is told twice.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from integrations.webhooks.authoring import body_of
from integrations.webhooks.models import Webhook, WebhookDelivery
from partners import outbox
from partners.models import OutboxEvent
from segments.feed import described
from segments.models import Change

BATCH = 500
"""Changes in one message."""
MOST_WAITING = 20
"""Messages that are made ahead for one webhook; the cursors hold the rest."""
KEPT = timedelta(days=30)
_LEDGER = {"segment.entered": "entered", "segment.left": "left"}


def collect() -> int:
    """Make the messages that are to be made, for every webhook; how many."""
    outbox.number_events()
    newest = Change.objects.aggregate(last=Max("id"))["last"] or 0
    behind = Q(change_cursor__lt=newest) | Q(event_cursor__lt=outbox.last_position())
    active = Webhook.objects.filter(behind, status=Webhook.Status.ACTIVE)
    return sum(collect_for(pk) for pk in active.order_by("id").values_list("pk", flat=True))


def collect_for(webhook_id: int) -> int:
    """Make the messages for one webhook, until it has been told of everything or enough is waiting; how many."""
    made = 0
    while True:
        with transaction.atomic():
            webhook = Webhook.objects.select_for_update().filter(pk=webhook_id, status=Webhook.Status.ACTIVE).first()
            if webhook is None:
                return made
            waiting = WebhookDelivery.objects.filter(
                webhook=webhook, state=WebhookDelivery.State.WAITING, express=False
            )
            if waiting.count() >= MOST_WAITING:
                return made
            before = (webhook.change_cursor, webhook.event_cursor)
            made += _changes(webhook) + _events(webhook)
            if (webhook.change_cursor, webhook.event_cursor) == before:
                return made
            webhook.save(update_fields=["change_cursor", "event_cursor"])


def _changes(webhook: Webhook) -> int:
    """The next lines of the ledger, as many as one go takes: a message for each run of the same kind."""
    newest = Change.objects.aggregate(last=Max("id"))["last"] or 0
    kinds = [kind for event, kind in _LEDGER.items() if event in webhook.event_types]
    coming = Change.objects.filter(pk__gt=webhook.change_cursor, pk__lte=newest, kind__in=kinds)
    if webhook.segments:
        coming = coming.filter(segment__slug__in=webhook.segments)
    rows = list(coming.select_related("segment").order_by("pk")[:BATCH]) if kinds else []
    for kind, run in groupby(rows, key=lambda change: change.kind):
        same = list(run)
        _make(webhook, f"segment.{kind}", body_of(f"segment.{kind}", same[-1].at, {"changes": described(same)}))
    webhook.change_cursor = rows[-1].pk if len(rows) == BATCH else max(newest, webhook.change_cursor)
    return len(rows)


def _events(webhook: Webhook) -> int:
    """The next events of the outbox, each a message of its own."""
    newest = outbox.last_position()
    coming = OutboxEvent.objects.filter(
        position__gt=webhook.event_cursor, position__lte=newest, type__in=webhook.event_types
    ).order_by("position")
    rows = list(coming[:MOST_WAITING])
    for event in rows:
        _make(webhook, event.type, body_of(event.type, event.created_at, event.payload))
    full = len(rows) == MOST_WAITING and rows[-1].position is not None
    webhook.event_cursor = rows[-1].position if full else max(newest, webhook.event_cursor)  # type: ignore[assignment]
    return len(rows)


def _make(webhook: Webhook, kind: str, body: str) -> None:
    WebhookDelivery.objects.create(webhook=webhook, type=kind, body=body)


def forget_old(*, keep: timedelta = KEPT) -> int:
    """Let go of messages that ended longer ago, with their log; how many rows."""
    return WebhookDelivery.objects.filter(finished_at__lt=timezone.now() - keep).delete()[0]
