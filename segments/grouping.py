"""Segments as what lists of records can be narrowed by."""

from __future__ import annotations

from django.db.models import Q

from partners.narrowing import Grouping
from partners.vocabulary import Subject
from people.roles import Viewer
from segments.members import stays
from segments.models import Segment


def _options(subject: Subject, viewer: Viewer) -> list[tuple[str, str]]:
    """The active segments of the subject, by name. One query."""
    rows = Segment.objects.visible_to(viewer).filter(subject=subject, status=Segment.Status.ACTIVE)
    return list(rows.order_by("name", "slug").values_list("slug", "name"))


def _narrow(subject: Subject, value: str, viewer: Viewer) -> Q | None:
    """The present members of a segment."""
    segment = Segment.objects.visible_to(viewer).filter(subject=subject, slug=value[:100].replace("\x00", "")).first()
    return Q(pk__in=stays(segment).values("subject_id")) if segment else None


GROUPING = Grouping("segment", "Segment", _options, _narrow)
