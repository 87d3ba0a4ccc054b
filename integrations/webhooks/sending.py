"""Sends what waits: for each webhook in order, at least once, always under the same webhook-id.

A webhook is claimed by a conditional UPDATE with a lease, so one worker at a time sends to it and the order holds. One that
is killed leaves it to whoever comes after the lease; a message it had in hand is sent again, under its own id. Messages
behind one that fails wait until it is taken or given up.
"""

from __future__ import annotations

import random
import time
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from integrations.webhooks import posting
from integrations.webhooks.models import TEST_EVENT, Webhook, WebhookAttempt, WebhookDelivery
from integrations.webhooks.posting import Posted
from integrations.webhooks.sealing import Unreadable
from integrations.webhooks.signing import headers_of

LEASE = timedelta(minutes=2)
"""Above the longest that one request can take, the name server's answer included."""
WAITS = (10, 60, 600, 3600, 4 * 3600, *[12 * 3600] * 2, *[24 * 3600] * 4)
"""Seconds: a failed message is tried again after a random part of each; three days on average, then it is given up."""
LONGEST_ASKED = 24 * 3600
"""Seconds that we wait at most because the other side asks us to."""
PATIENCE = timedelta(days=7)
"""A webhook that has only failed for so long is stopped."""
TURN = 20.0
"""Seconds after which a worker lets go of a webhook, so that others get theirs."""
_SLOW = 30.0
GONE = 410

_CLAIM = """
    UPDATE integrations_webhook SET lease_until = %(until)s, lease = %(lease)s
    WHERE id = (
        SELECT w.id FROM integrations_webhook w
        WHERE (w.lease_until IS NULL OR w.lease_until < %(now)s) AND (
            EXISTS (SELECT 1 FROM integrations_webhookdelivery d WHERE d.webhook_id = w.id
                AND d.state = 'waiting' AND d.express AND d.due_at <= %(now)s)
            OR w.status = 'active' AND (SELECT d.due_at FROM integrations_webhookdelivery d WHERE d.webhook_id = w.id
                AND d.state = 'waiting' AND NOT d.express ORDER BY d.id LIMIT 1) <= %(now)s)
        ORDER BY w.lease_until NULLS FIRST, w.id LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING id
"""


@dataclass(slots=True)
class Sent:
    """What one go did."""

    taken: int = 0
    failed: int = 0


def send_due() -> Sent:
    """Send to every webhook what is due there, until nothing is or half a minute has passed."""
    outcome = Sent()
    until = time.monotonic() + _SLOW
    while time.monotonic() < until:
        lease = uuid.uuid4()
        webhook_id = claim(lease)
        if webhook_id is None:
            break
        try:
            _turn(webhook_id, lease, outcome)
        finally:
            Webhook.objects.filter(pk=webhook_id, lease=lease).update(lease=None, lease_until=None)
    return outcome


def claim(lease: uuid.UUID, now: datetime | None = None) -> int | None:
    """Take a webhook in hand that has something due; None when there is none that is free."""
    now = now or timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"now": now, "until": now + LEASE, "lease": lease})
        row = cursor.fetchone()
    return int(row[0]) if row else None


def _turn(webhook_id: int, lease: uuid.UUID, outcome: Sent) -> None:
    """Send what is due for one webhook, in order, while the lease is ours."""
    until = time.monotonic() + TURN
    while time.monotonic() < until:
        now = timezone.now()
        if not Webhook.objects.filter(pk=webhook_id, lease=lease).update(lease_until=now + LEASE):
            return
        webhook = Webhook.objects.get(pk=webhook_id)
        delivery = _next(webhook, now)
        if delivery is None:
            return
        _send(webhook, delivery, lease, outcome)


def _next(webhook: Webhook, now: datetime) -> WebhookDelivery | None:
    """What is due: what was asked for apart, then the first of the queue, and nothing while that one has to wait."""
    waiting = WebhookDelivery.objects.filter(webhook=webhook, state=WebhookDelivery.State.WAITING).order_by("id")
    found = waiting.filter(express=True, due_at__lte=now).first()
    if found is None and webhook.status == Webhook.Status.ACTIVE:
        found = waiting.filter(express=False).first()
    return found if found is not None and found.due_at <= now else None


def _send(webhook: Webhook, delivery: WebhookDelivery, lease: uuid.UUID, outcome: Sent) -> None:
    at = timezone.now()
    try:
        headers = headers_of(webhook, delivery, at)
    except Unreadable as reason:
        headers, posted = {}, Posted(0.0, error=str(reason))
    else:
        posted = posting.post(webhook.url, delivery.body.encode(), headers)
    with transaction.atomic():
        held = Webhook.objects.select_for_update().filter(pk=webhook.pk).first()
        if held is None or not WebhookDelivery.objects.filter(pk=delivery.pk).exists():
            return  # deleted meanwhile
        WebhookAttempt.objects.create(
            delivery=delivery,
            at=at,
            url=webhook.url,
            headers=headers,
            status=posted.status,
            error=posted.error[:300],
            excerpt=posted.excerpt,
            duration=round(posted.duration, 3),
        )
        if posted.is_taken:
            outcome.taken += 1
            _taken(held, delivery)
        elif held.lease == lease:
            outcome.failed += 1
            _failed(held, delivery, posted)


def _taken(webhook: Webhook, delivery: WebhookDelivery) -> None:
    now = timezone.now()
    WebhookDelivery.objects.filter(pk=delivery.pk, state=WebhookDelivery.State.WAITING).update(
        state=WebhookDelivery.State.DELIVERED, finished_at=now
    )
    if delivery.type != TEST_EVENT:
        Webhook.objects.filter(pk=webhook.pk).update(failing_since=None, failure="", sent_at=now)


def _failed(webhook: Webhook, delivery: WebhookDelivery, posted: Posted) -> None:
    """To be tried again later, or given up; a webhook that has failed for a week, or is gone for good, is stopped."""
    now = timezone.now()
    count = delivery.failure_count + 1
    waiting = WebhookDelivery.objects.filter(pk=delivery.pk, state=WebhookDelivery.State.WAITING)
    if delivery.type == TEST_EVENT or count > len(WAITS):
        waiting.update(state=WebhookDelivery.State.DEAD, finished_at=now, failure_count=count)
    else:
        waiting.update(due_at=now + timedelta(seconds=wait_after(count, posted.wait)), failure_count=count)
    if delivery.type == TEST_EVENT:
        return
    since = webhook.failing_since or now
    Webhook.objects.filter(pk=webhook.pk).update(failing_since=since, failure=posted.error[:300])
    if now - since >= PATIENCE or posted.status == GONE:
        Webhook.objects.filter(Q(pk=webhook.pk), status=Webhook.Status.ACTIVE).update(
            status=Webhook.Status.FAILED, notice_due=True
        )


def wait_after(failures: int, asked: int = 0) -> float:
    """Seconds until the next try: a random part of what the schedule says (full jitter), or what the other side asks."""
    return max(random.uniform(0, WAITS[failures - 1]), float(min(asked, LONGEST_ASKED)))  # noqa: S311 - no secret
