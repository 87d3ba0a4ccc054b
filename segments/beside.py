"""What people write beside a segment: who its members are to work with, and what colleagues say of its versions."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.utils import timezone

from segments.stages import MEASURES


@pghistory.track()
class SegmentProfile(models.Model):
    """What is known about the members as people to work with, and what the segment is measured by."""

    segment = models.OneToOneField(
        "segments.Segment", primary_key=True, on_delete=models.CASCADE, related_name="profile"
    )
    kpi = models.CharField("measured by", max_length=200, blank=True)
    target = models.CharField(max_length=200, blank=True)
    measure = models.CharField("figure to watch", max_length=20, choices=MEASURES, blank=True)
    """One of the figures kept of every segment, so that reaching the target shows by itself."""
    target_value = models.DecimalField("its target", max_digits=18, decimal_places=2, null=True, blank=True)
    review_on = models.DateField("next review", null=True, blank=True)
    needs = models.TextField(blank=True)
    challenges = models.TextField(blank=True)
    preferred_channels = models.TextField(blank=True)
    decision_process = models.TextField("how they decide", blank=True)
    value_proposition = models.TextField(blank=True)
    support_level = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"Profile of {self.segment_id}"


class SegmentComment(models.Model):
    """What a colleague said about a version. Never changed once written."""

    segment = models.ForeignKey("segments.Segment", on_delete=models.CASCADE, related_name="comments")
    version = models.ForeignKey("segments.SegmentVersion", null=True, on_delete=models.SET_NULL, related_name="+")
    """The newest version at that moment: what the words are about."""
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    author = models.CharField(max_length=200)
    text = models.TextField(max_length=4000)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["segment", "id"], name="comment_by_segment")]

    def __str__(self) -> str:
        return f"{self.author} on {self.segment_id}"
