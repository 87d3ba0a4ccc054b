"""Segments as what lists of records can be narrowed by."""

from __future__ import annotations

from django.db.models import Q
from pyroaring import BitMap64

from partners.groupings import Grouping
from partners.tables import Ints
from partners.vocabulary import Subject
from people.roles import Viewer
from segments.bitmaps import ids_of
from segments.members import current_member_ids, stays
from segments.models import Segment


def _options(subject: Subject, viewer: Viewer) -> list[tuple[str, str]]:
    """The active segments of the subject, by name. One query."""
    rows = Segment.objects.visible_to(viewer).filter(subject=subject, status=Segment.Status.ACTIVE)
    return list(rows.order_by("name", "slug").values_list("slug", "name"))


def _narrow(subject: Subject, value: str, viewer: Viewer) -> Q | None:
    """The present members of a segment."""
    segment = _named(subject, value, viewer)
    return Q(pk__in=stays(segment).values("subject_id")) if segment else None


def _ids(subject: Subject, value: str, viewer: Viewer) -> Ints:
    """Their ids."""
    segment = _named(subject, value, viewer)
    return ids_of(current_member_ids(segment) if segment else BitMap64())


def _named(subject: Subject, value: str, viewer: Viewer) -> Segment | None:
    known = Segment.objects.visible_to(viewer)
    found: Segment | None = known.filter(subject=subject, slug=value[:100].replace("\x00", "")).first()
    return found


GROUPING = Grouping("segment", "Segment", _options, _narrow, _ids)
