"""Webhooks and deliveries as JSON."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from integrations.models import Webhook, WebhookDelivery
from partners.api.values import rfc3339


def webhook(found: Webhook) -> dict[str, Any]:
    """Without its secret."""
    return {
        "id": found.pk,
        "name": found.name,
        "url": found.url,
        "event_types": list(found.event_types),
        "segments": list(found.segments),
        "enabled": found.status == Webhook.Status.ACTIVE,
        "status": str(found.status),
        "failing_since": _maybe(found.failing_since),
        "failure": found.failure,
        "last_delivered_at": _maybe(found.sent_at),
        "old_secret_until": _maybe(found.old_secret_until),
        "created_at": rfc3339(found.created_at),
        "created_by": found.created_by,
    }


def delivery(found: WebhookDelivery) -> dict[str, Any]:
    """As lists have it."""
    return {
        "id": found.pk,
        "message_id": found.message_id,
        "type": found.type,
        "state": str(found.state),
        "created_at": rfc3339(found.created_at),
        "due_at": rfc3339(found.due_at),
        "finished_at": _maybe(found.finished_at),
        "failure_count": found.failure_count,
    }


def whole_delivery(found: WebhookDelivery) -> dict[str, Any]:
    """With what was sent, and each attempt."""
    attempts = [
        {
            "at": rfc3339(each.at),
            "url": each.url,
            "headers": each.headers,
            "status": each.status,
            "error": each.error,
            "excerpt": each.excerpt,
            "duration": each.duration,
        }
        for each in found.attempts.all()
    ]
    return {**delivery(found), "body": found.body, "attempts": attempts}


def hours(count: int) -> timedelta:
    """So many hours."""
    return timedelta(hours=count)


def _maybe(instant: datetime | None) -> str | None:
    return rfc3339(instant) if instant else None
