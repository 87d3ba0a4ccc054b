"""What the staff keep beside the records: views of the lists, notes, changes in bulk."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from partners.models.records import Customer, Origin, Partner
from partners.querysets import BulkChangeQuerySet, NoteQuerySet, SavedViewQuerySet
from partners.vocabulary import Subject

SUBJECTS = [(s.value, s.value.title()) for s in Subject]


class SavedView(models.Model):
    """A list as somebody set it up: filters, columns and order under a name; their own, or their colleagues' too."""

    subject = models.CharField(max_length=10, choices=SUBJECTS)
    name = models.CharField(max_length=100)
    query = models.TextField(help_text="The list's address behind the question mark")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "subject", "name"], name="saved_view_name_once_per_owner")
        ]

    def __str__(self) -> str:
        return self.name


class Note(models.Model):
    """Something a colleague wrote down about a partner or a customer."""

    partner = models.ForeignKey(Partner, null=True, blank=True, on_delete=models.CASCADE, related_name="notes")
    customer = models.ForeignKey(Customer, null=True, blank=True, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    text = models.TextField(max_length=5000)
    at = models.DateTimeField(default=timezone.now)

    objects = NoteQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(partner=None, customer__isnull=False)
                | models.Q(partner__isnull=False, customer=None),
                name="note_about_one_record",
            )
        ]

    def __str__(self) -> str:
        return self.text[:60]


class BulkChange(models.Model):
    """One field set to one value on many records, by a worker, with progress; undone by its origin's journal."""

    class Status(models.TextChoices):
        """How far it has come."""

        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Running"
        APPLIED = "applied", "Applied"
        FAILED = "failed", "Failed"

    subject = models.CharField(max_length=10, choices=SUBJECTS)
    field = models.CharField(max_length=63)
    value = models.JSONField(null=True)
    """As the API writes it; null makes the field missing."""
    ids = ArrayField(models.BigIntegerField())
    """The selected records, in order."""
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    done = models.PositiveIntegerField(default=0)
    """How many of the ids, from the first, are settled."""
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    rejects = models.JSONField(default=list, blank=True)
    """[{external_id, reason}], the first hundred."""
    error = models.TextField(blank=True)
    origin = models.ForeignKey(Origin, on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = BulkChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.field} of {len(self.ids)} {self.subject}s"


@pghistory.track()
class Disclosure(models.Model):
    """Somebody was shown values of sensitive attributes: who, when, of what. The values themselves are not kept here."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    """Empty for a machine, which the label names."""
    label = models.CharField(max_length=500)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.label
