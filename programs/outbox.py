"""What the world outside is to be told of: written in the transaction that brought it about, taken up by whoever delivers.

Programmes know nobody who integrates. Whoever does takes the rows whose `taken_at` is empty (FOR UPDATE SKIP LOCKED),
writes their deliveries and sets `taken_at` in the same transaction; `key` stays the same however often that is tried.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

JOURNEY_STEP = "journey.step"


class OutboxEvent(models.Model):
    """One thing that happened, once."""

    key = models.CharField(max_length=100, unique=True)
    """Names the event for good, such as "journey.step:42": what receivers recognise a second delivery by."""
    type = models.CharField(max_length=50)
    payload = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)
    taken_at = models.DateTimeField(null=True, blank=True)
    """When it was handed to the deliverers; empty: nobody has taken it up."""

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["id"], condition=models.Q(taken_at=None), name="outbox_to_take")]

    def __str__(self) -> str:
        return self.key


def put(*, type: str, key: str, payload: dict[str, Any]) -> OutboxEvent:
    """Write an event down, in the caller's transaction; the same key again is the same event."""
    event, _ = OutboxEvent.objects.get_or_create(key=key, defaults={"type": type, "payload": payload})
    return event
