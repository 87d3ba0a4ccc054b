"""Making and changing webhooks, their secrets, and asking for messages to be sent (again)."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from integrations.webhooks.addresses import AddressRefused, parse
from integrations.webhooks.dispatch import send_soon
from integrations.webhooks.models import EVENTS, TEST_EVENT, Webhook, WebhookDelivery
from integrations.webhooks.sealing import seal
from partners import outbox
from segments.models import Change, Segment

OVERLAP = timedelta(hours=24)
LONGEST_OVERLAP = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Signed:
    """A webhook and its new secret, which is shown once and cannot be read again."""

    webhook: Webhook
    secret: str


@transaction.atomic
def create_webhook(
    *, name: str, url: str, event_types: Iterable[str], segments: Iterable[str] = (), created_by: str = ""
) -> Signed:
    """A webhook that is told of what happens from now on. ValidationError, by field, for what will not do."""
    secret = _new_secret()
    webhook = Webhook(
        name=name, url=url, event_types=list(event_types), segments=list(segments), created_by=created_by[:200]
    )
    _check(webhook)
    outbox.number_events()
    webhook.sealed_secret = seal(secret)
    webhook.change_cursor = Change.objects.aggregate(last=Max("id"))["last"] or 0
    webhook.event_cursor = outbox.last_position()
    webhook.save()
    return Signed(webhook, secret)


@transaction.atomic
def change_webhook(*, webhook: Webhook, **values: Any) -> Webhook:
    """Change name, url, event types or segments. ValidationError, by field, for what will not do."""
    unknown = set(values) - {"name", "url", "event_types", "segments"}
    if unknown:
        raise TypeError(f"No such values: {', '.join(sorted(unknown))}.")
    fresh = Webhook.objects.select_for_update().get(pk=webhook.pk)
    for name, value in values.items():
        setattr(fresh, name, value)
    _check(fresh)
    fresh.save(update_fields=list(values))
    return fresh


@transaction.atomic
def switch_off(*, webhook: Webhook) -> Webhook:
    """Send nothing more until it is switched on."""
    Webhook.objects.filter(pk=webhook.pk, status=Webhook.Status.ACTIVE).update(status=Webhook.Status.OFF)
    return Webhook.objects.get(pk=webhook.pk)


@transaction.atomic
def switch_on(*, webhook: Webhook) -> Webhook:
    """Go on where it stood; what waits is tried at once."""
    fresh = Webhook.objects.select_for_update().get(pk=webhook.pk)
    if fresh.status != Webhook.Status.ACTIVE:
        fresh.status, fresh.failing_since, fresh.failure, fresh.notice_due = Webhook.Status.ACTIVE, None, "", False
        fresh.save(update_fields=["status", "failing_since", "failure", "notice_due"])
    waiting = WebhookDelivery.objects.filter(webhook=fresh, state=WebhookDelivery.State.WAITING)
    waiting.update(due_at=timezone.now(), failure_count=0)
    send_soon()
    return fresh


@transaction.atomic
def rotate_secret(*, webhook: Webhook, overlap: timedelta = OVERLAP) -> Signed:
    """A new secret. Until `overlap` is over messages bear both signatures, so the other side can change in peace."""
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise ValidationError({"overlap_hours": f"From 0 to {int(LONGEST_OVERLAP.total_seconds() // 3600)} hours."})
    fresh = Webhook.objects.select_for_update().get(pk=webhook.pk)
    secret = _new_secret()
    fresh.sealed_old_secret, fresh.old_secret_until = bytes(fresh.sealed_secret), timezone.now() + overlap
    if not overlap:
        fresh.sealed_old_secret, fresh.old_secret_until = None, None
    fresh.sealed_secret = seal(secret)
    fresh.save(update_fields=["sealed_secret", "sealed_old_secret", "old_secret_until"])
    return Signed(fresh, secret)


@transaction.atomic
def delete_webhook(*, webhook: Webhook) -> None:
    """Take it away with its log."""
    Webhook.objects.filter(pk=webhook.pk).delete()


@transaction.atomic
def send_test(*, webhook: Webhook) -> WebhookDelivery:
    """Have a worker send a test event, beside the queue and once; also while the webhook is switched off."""
    data = {"webhook": webhook.name, "message": "This is a test. Nothing happened."}
    made = WebhookDelivery.objects.create(
        webhook=webhook, type=TEST_EVENT, body=body_of(TEST_EVENT, timezone.now(), data), express=True
    )
    send_soon()
    return made


@transaction.atomic
def redeliver(*, delivery: WebhookDelivery) -> WebhookDelivery:
    """Have a worker send a message again at once, under its own id, whatever became of it before."""
    fresh = WebhookDelivery.objects.select_for_update().get(pk=delivery.pk)
    if fresh.state == WebhookDelivery.State.WAITING:
        fresh.due_at, fresh.failure_count = timezone.now(), 0  # it keeps its place in the order
        fresh.save(update_fields=["due_at", "failure_count"])
    else:
        fresh.state, fresh.express, fresh.due_at = WebhookDelivery.State.WAITING, True, timezone.now()
        fresh.failure_count, fresh.finished_at = 0, None
        fresh.save(update_fields=["state", "express", "due_at", "failure_count", "finished_at"])
    send_soon()
    return fresh


@transaction.atomic
def give_up(*, delivery: WebhookDelivery) -> bool:
    """Stop trying a message, so that those behind it leave; False when it no longer waits."""
    waiting = WebhookDelivery.objects.filter(pk=delivery.pk, state=WebhookDelivery.State.WAITING)
    gave_up = bool(waiting.update(state=WebhookDelivery.State.DEAD, finished_at=timezone.now()))
    send_soon()
    return gave_up


def body_of(kind: str, at: datetime, data: Any) -> str:
    """A message as Standard Webhooks shapes it."""
    stamp = at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return json.dumps({"type": kind, "timestamp": stamp, "data": data}, ensure_ascii=False, separators=(",", ":"))


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _check(webhook: Webhook) -> None:
    faults: dict[str, str] = {}
    webhook.name = webhook.name.strip()
    if not webhook.name or len(webhook.name) > 100:
        faults["name"] = "Say whose address it is, in at most 100 characters."
    webhook.url = webhook.url.strip()
    try:
        parse(webhook.url)
    except AddressRefused as reason:
        faults["url"] = str(reason)
    webhook.event_types = list(dict.fromkeys(webhook.event_types))
    unknown = [each for each in webhook.event_types if each not in EVENTS]
    if unknown or not webhook.event_types:
        faults["event_types"] = f"Choose some of: {', '.join(EVENTS)}."
    webhook.segments = list(dict.fromkeys(webhook.segments))
    missing = set(webhook.segments) - set(
        Segment.objects.filter(slug__in=webhook.segments).values_list("slug", flat=True)
    )
    if missing:
        faults["segments"] = f"There is no segment “{sorted(missing)[0]}”."
    if faults:
        raise ValidationError(dict(faults))
