"""Searches for natural groupings, and what they found."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

SUBJECTS = [("partner", "Partners"), ("customer", "Customers")]


class Grouping(models.Model):
    """One search among partners or customers, by some of their facts. Derived: nothing depends on it but its page."""

    class Status(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting", "Waiting"
        FOUND = "found", "Found groups"
        NOTHING = "nothing", "Nothing to find"
        FAILED = "failed", "Failed"

    subject = models.CharField(max_length=10, choices=SUBJECTS)
    fields = models.JSONField()
    """Names of the facts that were looked at."""
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    requested_by = models.CharField(max_length=200, blank=True)
    requested_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    result = models.JSONField(default=dict)
    """As `insights.groupings.searching` writes it; empty until groups are found."""
    reason = models.TextField(blank=True)
    """Why there is nothing, or what went wrong."""

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Grouping {self.pk} of {self.subject}s"
