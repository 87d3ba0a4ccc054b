"""Journeys and their steps; who is on one, which step is due when, and what steps leave behind: grants and tasks."""

from __future__ import annotations

from typing import Any, Self

import pghistory
from django.conf import settings
from django.db import models
from django.utils import timezone

from partners.models import Partner
from people import roles
from people.roles import Viewer
from segments.models import Segment


class JourneyQuerySet(models.QuerySet[Any]):
    """Journeys."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Vendor staff: all."""
        return self if roles.is_vendor(viewer) else self.none()


class TaskQuerySet(models.QuerySet[Any]):
    """Tasks for channel managers."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Vendor staff: those of the partners they may see."""
        if not roles.is_vendor(viewer):
            return self.none()
        return self.filter(partner__region__in=viewer.regions) if viewer.regions else self

    def of(self, viewer: Viewer) -> Self:
        """Those for the person, and those of nobody in particular that they may see."""
        mine = models.Q(assignee_id=viewer.pk) | models.Q(assignee=None)
        return self.visible_to(viewer).filter(mine)

    def open(self) -> Self:
        """Those not done."""
        return self.filter(done_at=None)


@pghistory.track(exclude=["cursor", "seen"])
class Journey(models.Model):
    """Begins for a partner each time they enter or leave the segment, a date of theirs comes near, or a fact changes."""

    class Trigger(models.TextChoices):
        """What begins it."""

        ENTERED = "entered", "Enters a segment"
        LEFT = "left", "Leaves a segment"
        DATE = "date", "Has a date due"
        CHANGED = "changed", "Has a fact changed"

    ON_SEGMENT = frozenset({Trigger.ENTERED, Trigger.LEFT})
    """Triggers that the ledger of changes of a segment tells of."""

    class Status(models.TextChoices):
        """Paused ones take nobody on and do nothing; what happened meanwhile is caught up on resuming."""

        DRAFT = "draft", "Draft"
        ACTIVE = "active", "Active"
        PAUSED = "paused", "Paused"
        ARCHIVED = "archived", "Archived"

    slug = models.SlugField(max_length=100, unique=True)
    name = models.CharField(max_length=200)
    description = models.CharField(max_length=500, blank=True)
    segment = models.ForeignKey(Segment, null=True, blank=True, on_delete=models.PROTECT, related_name="journeys")
    """The one entered or left. For a date or a fact: only partners in it; null: every partner."""
    trigger = models.CharField(max_length=10, choices=Trigger.choices, default=Trigger.ENTERED)
    field = models.CharField(max_length=63, blank=True)
    """The name of the date, or of the fact that changes."""
    offset_days = models.IntegerField(default=0)
    """From the date to the day it begins: -30 is thirty days before."""
    from_value = models.CharField(max_length=200, blank=True)
    to_value = models.CharField(max_length=200, blank=True)
    """Of a fact that changes, as `journeys.facts` writes values: only from this, only to this; "": any."""
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    cursor = models.BigIntegerField(default=0, editable=False)
    """How far it has followed: a line of the change ledger; for dates and facts the number of a day."""
    seen = models.TextField(default="", editable=False)
    """Of a fact that changes: what the last look could see, in PostgreSQL's words."""
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    activated_at = models.DateTimeField(null=True, editable=False)

    objects = JourneyQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class JourneyStep(models.Model):
    """One thing to do, so many days after the journey began for the partner."""

    class Action(models.TextChoices):
        """What is done."""

        OFFER = "offer", "Offer a programme"
        MESSAGE = "message", "Send a message"
        TASK = "task", "Give the channel manager a task"
        ATTRIBUTE = "attribute", "Set an attribute"
        WEBHOOK = "webhook", "Call a webhook"

    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveIntegerField()
    wait_days = models.PositiveIntegerField(default=0)
    only_while = models.BooleanField(default=True)
    """Only if what began it still holds: in the segment (or out of it), the date the same, the fact as it became."""
    condition = models.JSONField(null=True, blank=True)
    """A rule of the segments' language, asked when the step is due; null: always."""
    action = models.CharField(max_length=10, choices=Action.choices)
    program = models.ForeignKey(
        "programs.Program", null=True, blank=True, on_delete=models.PROTECT, related_name="journey_steps"
    )
    message = models.ForeignKey(
        "programs.Message", null=True, blank=True, on_delete=models.PROTECT, related_name="journey_steps"
    )
    text = models.CharField(max_length=500, blank=True)
    """Of a task: what is to be done. Of an attribute: the value. Of a webhook: a word for the receiver."""
    field = models.CharField(max_length=63, blank=True)
    """Of an attribute: its name."""
    retired_at = models.DateTimeField(null=True, blank=True)
    """A step that was taken out after somebody had done it; kept so that the log stays readable."""

    class Meta:
        ordering = ["wait_days", "position", "id"]

    def __str__(self) -> str:
        return f"{self.journey_id}: {self.action} after {self.wait_days}"


class JourneyEntry(models.Model):
    """A partner on a journey: once for each stay in the segment, each leaving, each date, each change of a fact."""

    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="entries")
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="journey_entries")
    change_id = models.BigIntegerField(null=True, blank=True)
    """The line of the ledger that began it; null where no segment did."""
    value = models.CharField(max_length=300, blank=True)
    """The date that began it, or what the fact became."""
    began_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "journey entries"
        constraints = [
            models.UniqueConstraint(fields=["journey", "change_id"], name="journey_entry_once_per_change"),
            models.UniqueConstraint(
                fields=["journey", "partner", "began_at"],
                condition=models.Q(change_id=None),
                name="journey_entry_once_per_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner_id} on {self.journey_id}"


class JourneyWatch(models.Model):
    """What a fact of a partner was when a journey last looked: a change is told by comparing."""

    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="watches", db_index=False)
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="+")
    value = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "journey watches"
        constraints = [models.UniqueConstraint(fields=["journey", "partner"], name="journey_watch_once_per_partner")]

    def __str__(self) -> str:
        return f"{self.partner_id}: {self.value}"


class JourneyAct(models.Model):
    """One step for one entry: due, then done or not done, with the reason. The row is what makes it happen once."""

    class State(models.TextChoices):
        """What came of it."""

        DUE = "due", "To come"
        DONE = "done", "Done"
        SKIPPED = "skipped", "Skipped"
        FAILED = "failed", "Failed"

    entry = models.ForeignKey(JourneyEntry, on_delete=models.CASCADE, related_name="acts")
    step = models.ForeignKey(JourneyStep, on_delete=models.CASCADE, related_name="acts")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DUE)
    due_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    failure_count = models.PositiveIntegerField(default=0)
    outcome = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "step"], name="journey_act_once_per_entry")]
        indexes = [models.Index(fields=["due_at", "id"], condition=models.Q(state="due"), name="journey_act_due")]

    def __str__(self) -> str:
        return f"{self.step_id} for {self.entry_id}: {self.state}"


class JourneyGrant(models.Model):
    """A programme that a journey offers a partner. Settling adds it to what targeting entitles them to."""

    act = models.OneToOneField(JourneyAct, primary_key=True, on_delete=models.CASCADE, related_name="grant")
    program = models.ForeignKey("programs.Program", on_delete=models.CASCADE, related_name="journey_grants")
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="journey_grants")

    def __str__(self) -> str:
        return f"{self.program_id} to {self.partner_id}"


class ManagerTask(models.Model):
    """Something for a partner's channel manager to do."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="tasks")
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="tasks"
    )
    text = models.CharField(max_length=500)
    act = models.OneToOneField(
        JourneyAct, null=True, blank=True, on_delete=models.SET_NULL, related_name="task", editable=False
    )
    created_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["assignee"], condition=models.Q(done_at=None), name="task_open")]

    def __str__(self) -> str:
        return self.text
