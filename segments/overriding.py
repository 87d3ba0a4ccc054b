"""Let one subject into a segment, or keep it out, whatever the rule says; and let the rule decide again."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from segments.dispatch import recompute_soon
from segments.members import MODELS
from segments.models import Override, Recompute, Segment


@transaction.atomic
def set_override(
    *, segment: Segment, subject_id: int, kind: str, author: str, reason: str, expires_at: datetime | None = None
) -> Override:
    """Decide by hand about one subject; what was decided about it before is replaced. ValidationError by field.

    Members follow with the run that is asked for.
    """
    if segment.status == Segment.Status.ARCHIVED:
        raise ValidationError({"segment": "The segment is archived and has no members any more."})
    if not MODELS[segment.subject].objects.filter(pk=subject_id, deleted_at=None).exists():
        raise ValidationError({"subject_id": f"There is no such {segment.subject}."})
    if expires_at is not None and expires_at <= timezone.now():
        raise ValidationError({"expires_at": "This is past already. Leave it out to decide for good."})
    found = Override.objects.select_for_update().filter(segment=segment, subject_id=subject_id).first()
    override = found or Override(segment=segment, subject_id=subject_id)
    override.kind, override.author, override.reason = kind, author[:200], reason.strip()
    override.expires_at, override.created_at = expires_at, timezone.now()
    override.full_clean(exclude=["segment"], validate_constraints=False)
    override.save()
    _follow(segment, author)
    return override


@transaction.atomic
def remove_override(*, segment: Segment, subject_id: int, author: str) -> bool:
    """Let the rule decide about the subject again; False when it does already."""
    gone, _ = Override.objects.filter(segment=segment, subject_id=subject_id).delete()
    if gone:
        _follow(segment, author)
    return bool(gone)


def _follow(segment: Segment, author: str) -> None:
    if segment.status == Segment.Status.ACTIVE:
        recompute_soon(trigger=Recompute.Trigger.CHANGE, slugs=[segment.slug], requested_by=author)
