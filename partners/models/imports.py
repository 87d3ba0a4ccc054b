"""Files on their way in."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from partners.models.records import Origin
from partners.querysets import ImportQuerySet
from partners.vocabulary import Subject


class Import(models.Model):
    """One file on its way in: uploaded → mapped → tried → applied, with progress and rejects."""

    class Status(models.TextChoices):
        """How far it has come."""

        UPLOADED = "uploaded", "Uploaded"
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Running"
        TRIED = "tried", "Dry run finished"
        APPLIED = "applied", "Applied"
        FAILED = "failed", "Failed"

    subject = models.CharField(max_length=10, choices=[(s.value, s.value.title()) for s in Subject])
    file = models.FileField(upload_to="imports/%Y/%m/")
    filename = models.CharField(max_length=300)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.UPLOADED)
    options = models.JSONField(default=dict, blank=True)
    """The chosen mapping and formats, as `partners.importing.Options` reads them."""
    result = models.JSONField(default=dict, blank=True)
    """{rows, created, updated, unchanged, rejected}."""
    rejects = models.JSONField(default=list, blank=True)
    """[{line, column, value, reason}], the first thousand; the whole list is `rejects_file`."""
    rejects_file = models.FileField(upload_to="imports/%Y/%m/", blank=True)
    rows_done = models.PositiveIntegerField(default=0)
    rows_total = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    origin = models.ForeignKey(Origin, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    """What its changes point to; null before it was applied, or when it changed nothing."""
    corrects = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    """The import whose rejected rows this one brings again."""
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_at = models.DateTimeField(default=timezone.now)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.filename
