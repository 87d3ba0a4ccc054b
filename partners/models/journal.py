"""What was there before: kept for imports and changes in bulk, so that they can be undone."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from partners.models.records import Origin
from partners.vocabulary import Subject


class Journal(models.Model):
    """What one origin changed, as it was before; kept for a month."""

    class Status(models.TextChoices):
        """How far an undo has come."""

        KEPT = "kept", "Can be undone"
        QUEUED = "queued", "Being undone"
        UNDONE = "undone", "Undone"

    origin = models.OneToOneField(Origin, on_delete=models.CASCADE, related_name="journal")
    subject = models.CharField(max_length=10, choices=[(s.value, s.value.title()) for s in Subject])
    made = ArrayField(models.BigIntegerField(), default=list)
    """Ids of the records it made."""
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.KEPT)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    outcome = models.JSONField(default=dict, blank=True)
    """{restored, deleted, kept_count, kept: [{external_id, fields, reason}]}: the first few hundred of what was kept."""

    def __str__(self) -> str:
        return f"Journal of {self.origin_id}"


class JournalLine(models.Model):
    """One record's changed values as they were, each as the API writes it; null where it was missing."""

    journal = models.ForeignKey(Journal, on_delete=models.CASCADE, related_name="lines", db_index=False)
    record_id = models.BigIntegerField()
    before = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["journal", "id"], name="journal_line_in_order")]

    def __str__(self) -> str:
        return f"{self.record_id} before"
