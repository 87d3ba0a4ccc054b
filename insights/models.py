"""What was measured: figures by segment and month, before and after entering, the latest checkup, and when it was done."""

from __future__ import annotations

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from insights.groupings.models import Grouping as Grouping
from insights.predictions.models import Prediction as Prediction
from insights.predictions.models import PredictionScore as PredictionScore
from insights.recruiting.models import IdealProfile as IdealProfile
from insights.recruiting.models import RecruitScore as RecruitScore
from partners.vocabulary import Subject
from people import roles
from people.roles import Viewer
from segments.models import Segment, SegmentSet

SUBJECTS = [(Subject.PARTNER.value, "Partners"), (Subject.CUSTOMER.value, "Customers")]


class RegionalQuerySet(models.QuerySet[Any]):
    """Figures that are kept region by region, so that whoever sees some regions adds up those alone."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Staff: those of the regions they may see."""
        if not roles.is_vendor(viewer):
            return self.none()
        return self.filter(region__in=viewer.regions) if viewer.regions else self.all()


class SegmentMonth(models.Model):
    """One segment, one month, one region of its subjects: sums over those who were members at the time of each event.

    Without a segment: everybody. The region is the one that the record has at present. Derived: `insights.measuring`
    works it out again every night and writes the differences, so deals that come late are counted where they belong.
    """

    segment = models.ForeignKey(Segment, null=True, on_delete=models.CASCADE, related_name="months", db_index=False)
    subject = models.CharField(max_length=10, choices=SUBJECTS)
    month = models.DateField(help_text="Its first day")
    region = models.CharField(max_length=200, blank=True)
    members = models.IntegerField(default=0)
    """At the end of the month; of the present month, now."""
    present = models.IntegerField(default=0)
    """Who was in it at some time in the month."""
    entered = models.IntegerField(default=0)
    left = models.IntegerField(default=0)
    registered = models.IntegerField(default=0)
    """Deals by the day they were registered."""
    won = models.IntegerField(default=0)
    """Deals by the day they were closed; so are those lost."""
    lost = models.IntegerField(default=0)
    revenue = models.DecimalField(max_digits=20, decimal_places=2, default=0)
    """Amounts of the deals won, as they stand, whatever their currency."""
    courses = models.IntegerField(default=0)
    """Courses completed."""
    active = models.IntegerField(default=0)
    """Partners: who did anything in the portal; customers: who had a deal registered or closed."""
    cost = models.DecimalField(max_digits=20, decimal_places=2, default=0)
    """Earned by deals less what was reversed, and claims approved, by transaction date."""

    objects = RegionalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "segment", "month", "region"], name="segment_month_once", nulls_distinct=False
            )
        ]
        indexes = [models.Index(fields=["subject", "month"], name="segment_month_by_month")]

    def __str__(self) -> str:
        return f"{self.segment_id or self.subject} in {self.month:%Y-%m}"


class Entering(models.Model):
    """What those who entered a segment did in stretches of thirty days before and after: −3 to 2, 0 begins on the day."""

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="enterings", db_index=False)
    region = models.CharField(max_length=200, blank=True)
    stretch = models.SmallIntegerField()
    entries = models.IntegerField()
    """Entries looked at: those with all six stretches behind them; being there from the segment's start is none."""
    won = models.IntegerField(default=0)
    revenue = models.DecimalField(max_digits=20, decimal_places=2, default=0)
    active = models.IntegerField(default=0)
    """Of the entries, how many were active in the stretch."""

    objects = RegionalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["segment", "stretch", "region"], name="entering_once_per_stretch")
        ]

    def __str__(self) -> str:
        return f"{self.segment_id} {self.stretch:+d}"


class Resource(models.Model):
    """One partner segment, one region of its partners: the people who look after it, and what could be won, last night."""

    segment = models.ForeignKey(Segment, null=True, on_delete=models.CASCADE, related_name="resources", db_index=False)
    """Null: everybody."""
    region = models.CharField(max_length=200, blank=True)
    people = models.FloatField()
    """Channel managers, each spread evenly over the partners they look after."""
    potential = models.DecimalField(max_digits=20, decimal_places=2)
    """What the partners would win in a year if each did as the upper quarter of its type does, for its size."""
    revenue = models.DecimalField(max_digits=20, decimal_places=2)
    """What they did win in the last 12 months, whenever they entered."""

    objects = RegionalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["segment", "region"], name="resource_once_per_region", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"Resources of {self.segment_id}"


class Checkup(models.Model):
    """A segment's health as of the last night: figures of the whole segment, as shares, never a list of records."""

    segment = models.OneToOneField(Segment, primary_key=True, on_delete=models.CASCADE, related_name="checkup")
    figures = models.JSONField()
    """As `insights.principles.Figures` holds them."""
    checked_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"Checkup of {self.segment_id}"


class SetCheckup(models.Model):
    """How exhaustive and exclusive a set was last night, as shares."""

    set = models.OneToOneField(SegmentSet, primary_key=True, on_delete=models.CASCADE, related_name="checkup")
    exhaustive = models.FloatField()
    exclusive = models.FloatField()
    checked_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"Checkup of {self.set_id}"


class Liking(models.Model):
    """What companies of one region, at present in one segment, said of one programme within a year, as of last night."""

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="+", db_index=False)
    program = models.ForeignKey("programs.Program", on_delete=models.CASCADE, related_name="+")
    region = models.CharField(max_length=200, blank=True)
    good = models.IntegerField()
    """Thumbs up, one for each person; so are those down."""
    bad = models.IntegerField()

    objects = RegionalQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["segment", "program", "region"], name="liking_once_per_region")]

    def __str__(self) -> str:
        return f"{self.program_id} in {self.segment_id}: +{self.good} −{self.bad}"


class NeedsQuerySet(models.QuerySet[Any]):
    """Needs that were told."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Staff: of customers of whom a partner told that they may see."""
        if not roles.is_vendor(viewer):
            return self.none()
        return self.filter(regions__overlap=list(viewer.regions)) if viewer.regions else self.all()


class NeedTold(models.Model):
    """Customers of one segment of whom a need was told within a year, by partners of these regions, as of last night.

    By the very set of regions, so that whoever sees some regions counts a customer once, whoever else told of it.
    """

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="+", db_index=False)
    need = models.CharField(max_length=200)
    regions = ArrayField(models.CharField(max_length=200))
    """Of the partners that told it, in order."""
    reported = models.IntegerField()
    on_record = models.IntegerField()
    """Of those customers, the ones whose record has it already."""

    objects = NeedsQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "needs told"
        constraints = [models.UniqueConstraint(fields=["segment", "need", "regions"], name="need_told_once")]

    def __str__(self) -> str:
        return f"{self.need} in {self.segment_id}: {self.reported}"


class Measurement(models.Model):
    """One time that everything was measured."""

    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    written = models.PositiveIntegerField(default=0)
    """Rows that were not right any more."""

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Measurement {self.pk}"
