"""Segments, their immutable versions, membership as intervals, the ordered ledger of changes, and the runs that made them."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils import timezone

from partners.vocabulary import Subject
from segments.beside import SegmentComment as SegmentComment
from segments.beside import SegmentProfile as SegmentProfile
from segments.guides import Guide as Guide
from segments.querysets import (
    ChangeQuerySet,
    MembershipQuerySet,
    RecomputeQuerySet,
    SegmentQuerySet,
)
from segments.stages import STAGES
from segments.standing import Override as Override
from segments.standing import SegmentSet as SegmentSet
from segments.standing import SetEntry as SetEntry

SUBJECTS = [(Subject.PARTNER.value, "Partners"), (Subject.CUSTOMER.value, "Customers")]


@pghistory.track(exclude=["member_count", "computed_at", "invalid_reason"])
class Segment(models.Model):
    """Who should be treated alike: partners or customers, by a rule or by a list."""

    class Kind(models.TextChoices):
        """How members are found."""

        RULE = "rule", "Rule"
        LIST = "list", "List"

    class Status(models.TextChoices):
        """Only active segments have their members kept up."""

        DRAFT = "draft", "Draft"
        IN_REVIEW = "in_review", "In review"
        ACTIVE = "active", "Active"
        ARCHIVED = "archived", "Archived"

    slug = models.SlugField(max_length=100, unique=True)
    name = models.CharField(max_length=200)
    subject = models.CharField(max_length=10, choices=SUBJECTS)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.RULE)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    description = models.TextField(blank=True)
    objective = models.CharField(max_length=500, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    stage = models.CharField(max_length=11, choices=STAGES, blank=True, help_text="Of the partner ecosystem")
    partner_visible = models.BooleanField(default=False, help_text="Members see its name and why they are in it.")
    draft = models.ForeignKey(
        "SegmentVersion",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    """The newest version: what the builder opens."""
    published = models.ForeignKey(
        "SegmentVersion",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    """The version that membership follows; null until first published."""
    member_count = models.PositiveIntegerField(default=0, editable=False)
    computed_at = models.DateTimeField(null=True, editable=False)
    invalid_reason = models.TextField(blank=True, editable=False)
    """Why the published rule can no longer be evaluated; the last good members stay meanwhile."""
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SegmentQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class SegmentVersion(models.Model):
    """One state of a segment's rule. Never changed once written: an edit makes the next one."""

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    rule = models.JSONField()
    zone = models.CharField("time zone", max_length=64, blank=True)
    """Whose days the rule counts in; empty: the organisation's."""
    reason = models.CharField(max_length=500, blank=True)
    author = models.CharField(max_length=200, blank=True, help_text="The person's name, or the API key's")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["segment", "number"], name="version_number_once_per_segment")]

    def __str__(self) -> str:
        return f"version {self.number}"


class Recompute(models.Model):
    """A run: every active segment (or the named ones), one instant for every clause, published at once or not at all."""

    class Status(models.TextChoices):
        """A run is finished only once its changes are committed."""

        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Running"
        SUCCEEDED = "succeeded", "Succeeded"
        FAILED = "failed", "Failed"

    class Trigger(models.TextChoices):
        """What asked for it."""

        NIGHTLY = "nightly", "Nightly"
        MANUAL = "manual", "By hand"
        API = "api", "API"
        PUBLISH = "publish", "Publishing"
        CHANGE = "change", "On change"
        TIME = "time", "By the clock"

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    trigger = models.CharField(max_length=10, choices=Trigger.choices)
    as_of = models.DateTimeField(help_text="The one instant at which every clause is evaluated")
    slugs = models.JSONField(default=list, blank=True)
    """The segments asked for; empty: all active ones."""
    requested_by = models.CharField(max_length=200, blank=True)
    requested_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    """Who runs it renews this; once it is past, another worker may take the run over."""
    attempts = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)
    segment_count = models.PositiveIntegerField(default=0)
    entered_count = models.PositiveIntegerField(default=0)
    left_count = models.PositiveIntegerField(default=0)
    details = models.JSONField(default=dict, blank=True)
    """{slug: {"version": n, "members": n, "entered": n, "left": n} or {"error": "…"}}."""
    error = models.TextField(blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    """When programmes had settled on its outcome."""

    objects = RecomputeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["status", "lease_until"], name="recompute_by_status")]

    def __str__(self) -> str:
        return f"Recompute {self.pk}"


class Membership(models.Model):
    """One stay of one subject in one segment: [entered_at, left_at). These intervals are the truth.

    Its `id` orders the stays of a subject and has no index (migration 11): ask for a stay by subject or segment.
    """

    subject_id = models.BigIntegerField()
    """Id of a partner or of a customer, as the segment's subject says. No constraint: rows are kept when deleted."""
    segment = models.ForeignKey(
        Segment, on_delete=models.CASCADE, related_name="memberships", db_index=False, db_constraint=False
    )
    """Not checked by the database row by row: the one writer holds the segments' rows locked."""
    entered_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField()
    """Number of the rule version that let the subject in."""

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_id", "segment"],
                condition=models.Q(left_at=None),
                name="membership_one_open_stay",
            ),
            models.CheckConstraint(
                condition=models.Q(left_at=None) | models.Q(left_at__gte=models.F("entered_at")),
                name="membership_ends_after_start",
            ),
        ]
        indexes = [
            # By subject first: a run touches few subjects in many segments, and so dirties few pages of these indexes.
            # Of the ended stays alone: the open ones are found by `membership_one_open_stay`.
            models.Index(
                fields=["subject_id", "segment"],
                condition=models.Q(left_at__isnull=False),
                name="membership_ended_by_subject",
            ),
            models.Index(fields=["segment", "entered_at"], name="membership_by_segment"),
            models.Index(
                fields=["segment", "left_at"], condition=models.Q(left_at__isnull=False), name="membership_by_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} in {self.segment_id}"


class Change(models.Model):
    """The ledger: who entered or left, in commit order. Append-only; id order is commit order (one writer at a time)."""

    class Kind(models.TextChoices):
        """Which way."""

        ENTERED = "entered", "Entered"
        LEFT = "left", "Left"

    segment = models.ForeignKey(
        Segment, on_delete=models.CASCADE, related_name="changes", db_index=False, db_constraint=False
    )
    subject_id = models.BigIntegerField()
    kind = models.CharField(max_length=7, choices=Kind.choices)
    at = models.DateTimeField()
    recompute = models.ForeignKey(
        Recompute, null=True, on_delete=models.SET_NULL, related_name="changes", db_constraint=False, db_index=False
    )
    version = models.PositiveIntegerField()

    objects = ChangeQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["segment", "id"], name="change_by_segment"),
            models.Index(fields=["subject_id", "id"], name="change_by_subject"),
            # Runs write one after another, so a summary per stretch of the table does.
            BrinIndex(fields=["recompute"], name="change_by_recompute", pages_per_range=32, autosummarize=True),
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} {self.kind} {self.segment_id}"


class FirstBuild(models.Model):
    """Who entered a segment when many entered and nobody had been in, until a line each is written into the ledger.

    It is there as long as lines are owed; nothing else is told of the segment before them.
    """

    segment = models.OneToOneField(Segment, on_delete=models.CASCADE, related_name="first_build", db_constraint=False)
    recompute = models.ForeignKey(
        Recompute, null=True, on_delete=models.SET_NULL, related_name="+", db_constraint=False, db_index=False
    )
    version = models.PositiveIntegerField()
    at = models.DateTimeField()
    bitmap = models.BinaryField()
    """pyroaring.BitMap64.serialize()."""
    count = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.count} into {self.segment_id}"


class MemberSet(models.Model):
    """The present members of a segment as one roaring bitmap: derived from the intervals, for fast reads and differences."""

    segment = models.OneToOneField(Segment, primary_key=True, on_delete=models.CASCADE, related_name="member_set")
    bitmap = models.BinaryField()
    """pyroaring.BitMap64.serialize()."""
    count = models.PositiveIntegerField()
    as_of = models.DateTimeField(null=True, blank=True)
    """The instant of the latest look: at everybody, or at those who had changed."""
    next_at = models.DateTimeField(null=True, blank=True)
    """When time alone may next change who is in; null: never."""
    recompute = models.ForeignKey(Recompute, null=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return f"{self.count} in {self.segment_id}"


class Shard(models.Model):
    """A range of subjects of one run: a worker's share of it, and what it found. Rewritten as often as need be."""

    recompute = models.ForeignKey(Recompute, on_delete=models.CASCADE, related_name="shards")
    attempt = models.PositiveIntegerField()
    """Which attempt at the run it belongs to."""
    number = models.PositiveIntegerField()
    ranges = models.JSONField()
    """{"partner": [first id, last id], "customer": …}."""
    found = models.BinaryField(null=True)
    """The members of each segment among those, packed; null until it is worked out."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recompute", "attempt", "number"], name="shard_number_once_per_attempt")
        ]

    def __str__(self) -> str:
        return f"{self.recompute_id}/{self.number}"
