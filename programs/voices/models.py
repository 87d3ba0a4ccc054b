"""Disputes of values, and feedback."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from partners.models import Customer, Partner
from people import roles
from people.roles import Viewer
from segments.models import Segment


class SaidQuerySet(models.QuerySet[Any]):
    """What partners said."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Staff: what partners they may see said. A partner's people: what their own company said."""
        if roles.is_partner(viewer):
            return self.filter(partner__team__user_id=viewer.pk, partner__deleted_at=None)
        if not roles.is_vendor(viewer):
            return self.none()
        return self.filter(partner__region__in=viewer.regions) if viewer.regions else self


class Dispute(models.Model):
    """A partner says that a fact about them is wrong."""

    class Status(models.TextChoices):
        """Where it stands."""

        OPEN = "open", "Open"
        ACCEPTED = "accepted", "Accepted"
        REJECTED = "rejected", "Not accepted"

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="disputes")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    field = models.CharField(max_length=63)
    label = models.CharField(max_length=200)
    shown = models.CharField(max_length=500, blank=True)
    """The value as the partner saw it."""
    claimed = models.CharField(max_length=500)
    """What they say it should be."""
    comment = models.CharField(max_length=1000, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    answer = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = SaidQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "field"], condition=models.Q(status="open"), name="dispute_open_once_per_field"
            )
        ]

    def __str__(self) -> str:
        return f"{self.label} of {self.partner_id}"


class Feedback(models.Model):
    """A thumb up or down, and perhaps words, of one person about a segment they are in or a programme they have."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="feedback")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="feedback")
    segment = models.ForeignKey(Segment, null=True, blank=True, on_delete=models.CASCADE, related_name="feedback")
    program = models.ForeignKey(
        "programs.Program", null=True, blank=True, on_delete=models.CASCADE, related_name="feedback"
    )
    is_good = models.BooleanField()
    text = models.CharField(max_length=1000, blank=True)
    said_at = models.DateTimeField(default=timezone.now)

    objects = SaidQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "feedback"
        ordering = ["-said_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(segment=None, program__isnull=False) | models.Q(segment__isnull=False, program=None),
                name="feedback_about_one_thing",
            ),
            models.UniqueConstraint(
                fields=["user", "segment"], condition=models.Q(program=None), name="feedback_once_per_segment"
            ),
            models.UniqueConstraint(
                fields=["user", "program"], condition=models.Q(segment=None), name="feedback_once_per_program"
            ),
        ]

    def __str__(self) -> str:
        return f"{'good' if self.is_good else 'bad'}: {self.segment_id or self.program_id}"


class Sighting(models.Model):
    """Somebody of a partner has seen that their company is in a segment."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="sightings")
    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="sightings")
    first_seen_at = models.DateTimeField(default=timezone.now)

    objects = SaidQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["segment", "partner"], name="sighting_once_per_partner")]

    def __str__(self) -> str:
        return f"{self.partner_id} saw {self.segment_id}"


class NeedReport(models.Model):
    """What a partner heard a customer needs, for the product team. A person's later word takes the place of the earlier."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="need_reports")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="need_reports")
    needs = ArrayField(models.CharField(max_length=200), default=list)
    """Words of the vocabulary: choices of the customer's field of that name."""
    text = models.CharField(max_length=1000, blank=True)
    said_at = models.DateTimeField(default=timezone.now)

    objects = SaidQuerySet.as_manager()

    class Meta:
        ordering = ["-said_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["user", "customer"], name="need_report_once_per_customer")]

    def __str__(self) -> str:
        return f"{', '.join(self.needs)} of {self.customer_id}"
