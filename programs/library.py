"""Records of content: its versions, what a kit holds, and the customers a play is for. (Models.)"""

from __future__ import annotations

from pathlib import PurePosixPath

from django.conf import settings
from django.db import models
from django.utils import timezone


class ContentVersion(models.Model):
    """Content as it was written once. Immutable but for its approval; the one that partners see is named by the content."""

    content = models.ForeignKey("programs.Content", on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    body = models.TextField(blank=True)
    url = models.URLField(blank=True)
    file = models.CharField(max_length=200, blank=True, help_text="The file's name in the storage; files are kept")
    language = models.CharField(max_length=10, default="en")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["content", "number"], name="content_version_once_per_number")]

    def __str__(self) -> str:
        return f"{self.content_id} v{self.number}"

    @property
    def filename(self) -> str:
        """The file's name as a person is shown it; "" without a file."""
        return PurePosixPath(self.file).name


class KitItem(models.Model):
    """One piece of content in a kit or a play, in order, with what to say about it."""

    kit = models.ForeignKey("programs.Content", on_delete=models.CASCADE, related_name="items")
    item = models.ForeignKey("programs.Content", on_delete=models.PROTECT, related_name="in_kits")
    position = models.PositiveIntegerField()
    message = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["kit", "item"], name="kit_item_once_per_kit")]

    def __str__(self) -> str:
        return f"{self.item_id} in {self.kit_id}"


class PlaySegment(models.Model):
    """A segment of customers that a sales play is for."""

    play = models.ForeignKey("programs.Content", on_delete=models.CASCADE, related_name="customer_segments")
    segment = models.ForeignKey("segments.Segment", on_delete=models.PROTECT, related_name="plays")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["play", "segment"], name="play_segment_once")]

    def __str__(self) -> str:
        return f"{self.play_id} for {self.segment_id}"
