"""A segment as it was: its words, status, version in force and profile at an instant, out of the kept history."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import OuterRef, Subquery

from segments.models import Membership, Segment, SegmentProfile, SegmentVersion
from segments.profiling import FIELDS
from segments.rulebook import slugs_named

WORDS = ("name", "status", "description", "objective", "partner_visible")


@dataclass(frozen=True, slots=True)
class Past:
    """What is known. `segment` and `profile` are copies that are never saved."""

    segment: Segment
    profile: SegmentProfile
    is_known: bool
    """History goes back that far; otherwise words and profile are today's."""
    existed: bool


def _events(model: str) -> Any:
    return apps.get_model("segments", f"{model}Event").objects


def segment_at(segment: Segment, profile: SegmentProfile, at: datetime) -> Past:
    """The segment at an instant. Its version is that of the history, else of the members of then. Four queries at most."""
    then, told = copy.copy(segment), copy.copy(profile)
    event = _events("Segment").filter(pgh_obj_id=segment.pk, pgh_created_at__lte=at).order_by("-pgh_id").first()
    version_id = event.published_id if event else None
    if event:
        for name in WORDS:
            setattr(then, name, getattr(event, name))
        then.owner_id = event.owner_id
        noted = (
            _events("SegmentProfile").filter(pgh_obj_id=segment.pk, pgh_created_at__lte=at).order_by("-pgh_id").first()
        )
        for name in FIELDS:
            setattr(told, name, getattr(noted or SegmentProfile(), name))
    version = SegmentVersion.objects.filter(pk=version_id).first() if version_id else None
    then.published = version or _version_of_members(segment, at)
    then.draft = then.published
    return Past(then, told, event is not None, event is not None or then.published is not None)


def _version_of_members(segment: Segment, at: datetime) -> SegmentVersion | None:
    """The newest version that somebody was a member by."""
    stays = Membership.objects.filter(segment=segment, entered_at__lte=at)
    number = stays.order_by("-entered_at").values_list("version", flat=True).first()
    return SegmentVersion.objects.filter(segment=segment, number=number).first() if number else None


def referring_at(slug: str, at: datetime) -> list[Segment]:
    """Segments that were active then and whose rule of then refers to this one. Three queries at most."""
    events = _events("Segment").filter(pgh_obj_id=OuterRef("pk"), pgh_created_at__lte=at).order_by("-pgh_id")
    rows = Segment.objects.exclude(slug=slug).annotate(
        then_version=Subquery(events.values("published_id")[:1]), then_status=Subquery(events.values("status")[:1])
    )
    found = {row.then_version: row for row in rows.filter(then_status=Segment.Status.ACTIVE)}
    rules = dict(SegmentVersion.objects.filter(pk__in=list(found)).values_list("pk", "rule"))
    return [row for pk, row in found.items() if pk in rules and slug in slugs_named(rules[pk])]
