"""Plans, their goals, and the log of what either side wrote, changed and agreed to."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

import pghistory
from django.conf import settings
from django.db import models
from django.utils import timezone

from partners.models import Partner
from people import roles
from people.roles import Viewer


class Side(models.TextChoices):
    """Whose word it is."""

    PARTNER = "partner", "Partner"
    VENDOR = "vendor", "Vendor"


class PlanQuerySet(models.QuerySet[Any]):
    """Plans."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Staff: those of partners they may see. A partner's people: their own company's."""
        if roles.is_partner(viewer):
            return self.filter(partner__team__user_id=viewer.pk, partner__deleted_at=None)
        if not roles.is_vendor(viewer):
            return self.none()
        return self.filter(partner__region__in=viewer.regions) if viewer.regions else self.all()

    def in_state(self, state: str) -> Self:
        """Those "agreed", "open" (not agreed by both), "closed"; any other word: all."""
        both = models.Q(partner_agreed_at__isnull=False, vendor_agreed_at__isnull=False)
        if state == "closed":
            return self.exclude(closed_at=None)
        if state in {"agreed", "open"}:
            return self.filter(both if state == "agreed" else ~both, closed_at=None)
        return self


@pghistory.track()
class Plan(models.Model):
    """What both want to reach in a stretch of time. Agreed while both sides stand by it as it is written."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="plans")
    title = models.CharField(max_length=200)
    summary = models.TextField(max_length=5000, blank=True)
    """Markdown: what it is about, who does what."""
    starts_on = models.DateField()
    ends_on = models.DateField()
    next_review_on = models.DateField(null=True, blank=True)
    partner_agreed_at = models.DateTimeField(null=True, blank=True)
    partner_agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    vendor_agreed_at = models.DateTimeField(null=True, blank=True)
    vendor_agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(ends_on__gte=models.F("starts_on")), name="plan_ends_after_start")
        ]
        indexes = [models.Index(fields=["partner", "-starts_on"], name="plan_by_partner")]

    def __str__(self) -> str:
        return self.title

    @property
    def status(self) -> str:
        """ "draft", "waiting" (for the other side), "agreed" or "closed"."""
        if self.closed_at is not None:
            return "closed"
        if self.partner_agreed_at and self.vendor_agreed_at:
            return "agreed"
        return "waiting" if self.partner_agreed_at or self.vendor_agreed_at else "draft"

    @property
    def status_label(self) -> str:
        """The same in words that either side understands."""
        waits_for = "partner" if self.vendor_agreed_at else "vendor"
        words = {"closed": "Closed", "agreed": "Agreed", "draft": "Being written"}
        return words.get(self.status, f"Waiting for the {waits_for}")

    def is_agreed_by(self, side: str) -> bool:
        """That side stands by the plan as it is."""
        return (self.partner_agreed_at if side == Side.PARTNER else self.vendor_agreed_at) is not None

    def review_is_overdue(self, day: date) -> bool:
        """Its review should have been held."""
        return self.closed_at is None and self.next_review_on is not None and self.next_review_on < day


@pghistory.track()
class PlanGoal(models.Model):
    """One thing to reach by a day: a number that a fact tells, or words that somebody ticks off."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="goals")
    title = models.CharField(max_length=200)
    metric = models.CharField(max_length=63, blank=True)
    """What tells how far it is, see `plans.metrics`; "": people say."""
    target = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    due_on = models.DateField()
    baseline = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    """What the fact was when the goal was written."""
    final = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    """What the fact was on the last day; kept, for facts move on."""
    progress = models.CharField(max_length=300, blank=True)
    reached_on = models.DateField(null=True, blank=True)
    """Of a goal in words: the day somebody ticked it off."""

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(metric="", target=None) | (~models.Q(metric="") & models.Q(target__isnull=False)),
                name="plan_goal_metric_has_target",
            )
        ]

    def __str__(self) -> str:
        return self.title


class PlanEntry(models.Model):
    """A line of a plan's log. Append-only."""

    class Kind(models.TextChoices):
        """What it is."""

        WRITTEN = "written", "wrote the plan"
        CHANGED = "changed", "changed the plan"
        COMMENT = "comment", "commented"
        REVIEW = "review", "noted a review"
        PROGRESS = "progress", "noted progress"
        AGREED = "agreed", "agreed"
        CLOSED = "closed", "closed the plan"

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="log")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    side = models.CharField(max_length=10, choices=Side.choices)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    text = models.TextField(max_length=5000, blank=True)
    held_on = models.DateField(null=True, blank=True)
    """Of a review: its day."""
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "plan entries"
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.get_side_display()} {self.get_kind_display()}"
