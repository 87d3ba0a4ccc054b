"""The segment that an address names."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from people.roles import Viewer
from segments.models import Segment


def one(viewer: Viewer, slug: str) -> Segment:
    """The segment, with what every page of it shows, or 404. One query."""
    found = Segment.objects.visible_to(viewer).select_related("draft", "published", "owner", "profile")
    segment: Segment = get_object_or_404(found, slug=slug)
    return segment
