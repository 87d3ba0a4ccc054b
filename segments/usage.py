"""Which segments speak of a field: what stands in the way of taking it out of the vocabulary."""

from __future__ import annotations

from django.db.models import F, Q

from partners.vocabulary import Subject
from segments.models import Segment, SegmentVersion
from segments.rulebook import leaves


def segments_using(*, subject: Subject, field: str) -> list[str]:
    """Slugs of the segments, not archived, whose newest or published rule reads the field. One query."""
    wanted = SegmentVersion.objects.filter(
        Q(pk=F("segment__draft_id")) | Q(pk=F("segment__published_id")), segment__subject=subject
    ).exclude(segment__status=Segment.Status.ARCHIVED)
    rows = wanted.values_list("segment__slug", "rule").order_by("segment__slug")
    return list(dict.fromkeys(slug for slug, rule in rows if any(leaf["field"] == field for leaf in leaves(rule))))
