"""What happened that other systems may want to hear of: written in the transaction of what happened, read in commit order."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class OutboxEvent(models.Model):
    """One thing that happened. Kept for a month; whoever hands events on reads them by `position`."""

    type = models.CharField(max_length=60)
    """Noun and verb in the past, such as "import.finished"."""
    payload = models.JSONField()
    """What is told of it: external ids and slugs, never values of sensitive attributes."""
    created_at = models.DateTimeField(default=timezone.now)
    position = models.BigIntegerField(null=True, unique=True)
    """Its place in the order of commits, given by the reader once the row can be seen; null until then."""

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=models.Q(position=None), name="outbox_to_number"),
            models.Index(fields=["created_at"], name="outbox_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.pk}"
