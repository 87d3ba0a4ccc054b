"""Ask colleagues about a draft, and say something about it."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from people.models import User
from segments.models import Segment, SegmentComment


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Where the segment stands after it, and what was said, if anything."""

    segment: Segment
    comment: SegmentComment | None


@transaction.atomic
def comment(*, segment: Segment, user: User, text: str) -> SegmentComment:
    """Say something about the newest version. ValidationError when nothing is said."""
    said = SegmentComment(
        segment=segment, version_id=segment.draft_id, user=user, author=str(user)[:200], text=text.strip()
    )
    said.full_clean(exclude=["segment", "version", "user"])
    said.save()
    return said


@transaction.atomic
def request_review(*, segment: Segment, user: User, text: str = "") -> Reviewed:
    """Put a draft up for review; one that is in review already stays so. ValidationError for any other."""
    return _turn(segment, Segment.Status.IN_REVIEW, user, text)


@transaction.atomic
def end_review(*, segment: Segment, user: User, text: str = "") -> Reviewed:
    """Take a segment back to being a draft. ValidationError when it is neither in review nor a draft."""
    return _turn(segment, Segment.Status.DRAFT, user, text)


def _turn(segment: Segment, status: Segment.Status, user: User, text: str) -> Reviewed:
    fresh = Segment.objects.select_for_update().get(pk=segment.pk)
    if fresh.status not in (Segment.Status.DRAFT, Segment.Status.IN_REVIEW):
        raise ValidationError(
            "Only a draft can be reviewed before it is published. Comments can be written at any time."
        )
    if fresh.status != status:
        fresh.status = status
        fresh.updated_at = timezone.now()
        fresh.save(update_fields=["status", "updated_at"])
    segment.status, segment.updated_at = fresh.status, fresh.updated_at
    return Reviewed(segment, comment(segment=segment, user=user, text=text) if text.strip() else None)
