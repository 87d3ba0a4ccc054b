"""Webhooks and things that happen, for tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from integrations.models import Webhook, WebhookDelivery
from integrations.webhooks import authoring, collecting, sending
from integrations.webhooks.authoring import Signed
from integrations.webhooks.models import EVENTS
from partners.models import Partner
from segments.models import Change, Segment


def webhook(url: str, types: Sequence[str] = tuple(EVENTS), **fields: Any) -> Signed:
    return authoring.create_webhook(name=fields.pop("name", "CRM"), url=url, event_types=types, **fields)


def move(segment: Segment, partners: Sequence[Partner], kind: str = "entered") -> list[Change]:
    """Lines of the ledger, as a run writes them."""
    at = timezone.now()
    return Change.objects.bulk_create(
        [Change(segment=segment, subject_id=each.pk, kind=kind, at=at, version=1) for each in partners]
    )


def tell() -> sending.Sent:
    """What workers do: make messages, send them."""
    collecting.collect()
    return sending.send_due()


def let_time_pass() -> None:
    """What the clock does in time: waiting messages are due, leases are over."""
    WebhookDelivery.objects.filter(state="waiting").update(due_at=timezone.now() - timedelta(seconds=1))
    Webhook.objects.exclude(lease_until=None).update(lease_until=timezone.now() - timedelta(seconds=1))


__all__ = ["let_time_pass", "move", "tell", "webhook"]
