"""A guided set-up: how somebody gets from an objective to a set of segments that is published and measured."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from people import roles
from people.roles import Viewer
from segments.stages import MEASURES


class GuideQuerySet(models.QuerySet[Any]):
    """Guided set-ups."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Vendor staff: all, so that a colleague can carry on."""
        return self if roles.is_vendor(viewer) else self.none()

    def under_way(self) -> Self:
        """Those not finished."""
        return self.filter(finished_at=None)


class Guide(models.Model):
    """What was wanted, and the set that is to come of it. How far it is shows in the set and its segments themselves."""

    name = models.CharField(max_length=200)
    subject = models.CharField(max_length=10, choices=[("partner", "Partners"), ("customer", "Customers")])
    objective = models.CharField(max_length=500)
    kpi = models.CharField("measured by", max_length=200, blank=True)
    target = models.CharField(max_length=200, blank=True)
    measure = models.CharField("figure to watch", max_length=20, choices=MEASURES, blank=True)
    target_value = models.DecimalField("its target", max_digits=18, decimal_places=2, null=True, blank=True)
    facts = models.JSONField(default=list, blank=True)
    """Names of the fields that the groups shall differ by."""
    set = models.ForeignKey(
        "segments.SegmentSet", null=True, blank=True, on_delete=models.SET_NULL, related_name="guides"
    )
    reviewers = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="+")
    """Colleagues who were asked for their word."""
    passed = models.JSONField(default=list, blank=True)
    """Keys of the steps that were left undone on purpose."""
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)

    objects = GuideQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name
