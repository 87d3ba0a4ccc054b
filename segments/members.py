"""Who is in a segment, now or then, and which segments a subject is in: reads that several doors need."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet
from pyroaring import BitMap64

from partners import picking
from partners.columns import read_ids
from partners.models import Customer, Partner
from partners.reading import one_snapshot
from partners.tables import Ints
from partners.vocabulary import Subject
from people.roles import Viewer, is_vendor
from segments.bitmaps import bitmap, ids_of
from segments.history import members_at
from segments.ledger import present_members
from segments.models import Membership, Segment

MODELS: dict[str, Any] = {Subject.PARTNER.value: Partner, Subject.CUSTOMER.value: Customer}
"""The records that segments are about."""


def current_member_ids(segment: Segment) -> BitMap64:
    """Ids of all present members, whoever may see them."""
    return present_members([segment.pk])[segment.pk]


def stays(segment: Segment, as_of: datetime | None = None) -> QuerySet[Membership]:
    """The stays that hold now, or held at an instant."""
    rows = Membership.objects.filter(segment=segment)
    return rows.current() if as_of is None else rows.as_of(as_of)


def members(segment: Segment, viewer: Viewer, as_of: datetime | None = None) -> QuerySet[Any]:
    """The partners or customers in the segment that the viewer may see, now or at an instant. Deleted ones do not show."""
    records = MODELS[segment.subject].objects.visible_to(viewer)
    return records.filter(pk__in=stays(segment, as_of).values("subject_id"))


def seen_subjects(subject: Subject | str, viewer: Viewer) -> BitMap64:
    """The records that the viewer may see: by the columns kept of a large population, else by one query."""
    with one_snapshot():
        known = picking.sift(Subject(subject), viewer=viewer)
    if known is None:
        rows = MODELS[Subject(subject).value].objects.visible_to(viewer).order_by("pk").values_list("pk")
        try:
            known = read_ids(*rows.query.sql_with_params())
        except EmptyResultSet:
            return BitMap64()
    return bitmap(known)


def member_ids(segment: Segment, viewer: Viewer, as_of: datetime | None = None) -> Ints:
    """Ascending ids of the same, from the bitmaps."""
    found = current_member_ids(segment) if as_of is None else members_at(segment, as_of)
    if viewer.regions or not is_vendor(viewer):
        return ids_of(found & seen_subjects(segment.subject, viewer))
    deleted = MODELS[segment.subject].objects.filter(deleted_at__isnull=False).values_list("pk", flat=True)
    return ids_of(found - BitMap64(deleted.iterator()))


def count(segment: Segment, viewer: Viewer, as_of: datetime | None = None) -> int:
    """How many of them."""
    return len(member_ids(segment, viewer, as_of))


def member_counts(found: Iterable[Segment], viewer: Viewer) -> dict[int, int]:
    """Present members per segment as the viewer may count them: the stored count, or by the bitmaps when scoped."""
    rows = list(found)
    if not viewer.regions:
        return {segment.pk: segment.member_count for segment in rows}
    counts: dict[int, int] = {}
    members_of = present_members([segment.pk for segment in rows])
    for subject in {segment.subject for segment in rows}:
        seen = seen_subjects(subject, viewer)
        mine = [segment.pk for segment in rows if segment.subject == subject]
        counts |= {pk: members_of[pk].intersection_cardinality(seen) for pk in mine}
    return counts


def is_member(segment: Segment, subject_id: int, as_of: datetime | None = None) -> bool:
    """The subject is in the segment, now or at an instant."""
    return stays(segment, as_of).filter(subject_id=subject_id).exists()


def segments_of(subject: Subject | str, subject_id: int, as_of: datetime | None = None) -> QuerySet[Membership]:
    """The stays of one subject with their segments, latest first."""
    rows = Membership.objects.of(subject_id).filter(segment__subject=Subject(subject).value)
    rows = rows.current() if as_of is None else rows.as_of(as_of)
    return rows.select_related("segment").order_by("-entered_at", "segment__name")
