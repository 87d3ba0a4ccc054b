"""Put many records on a list at once, and take back what one such step put there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from people.roles import Viewer
from segments import drafting, publishing
from segments.dispatch import recompute_soon
from segments.members import MODELS
from segments.models import Override, Recompute, Segment

MOST = 100_000
"""Records in one step."""
BATCH = 5_000
NOBODY = {"combinator": "and", "not": True, "rules": [{"everyone": True}]}
"""The rule of a list: only who is put on it belongs."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What one step did. `at` names it: all it put on the list carries that instant."""

    segment: Segment
    at: datetime
    added: int
    present: int
    """Were let in by hand before."""
    kept_out: int
    """Are kept out by hand, and stay so."""


@transaction.atomic
def make_list(*, slug: str, name: str, subject: str, author: str, viewer: Viewer | None = None) -> Segment:
    """An empty list, in force at once."""
    made = drafting.create_segment(
        slug=slug, name=name, subject=subject, kind=Segment.Kind.LIST, rule=NOBODY, author=author, viewer=viewer
    )
    publishing.publish(segment=made, author=author, queue=False)
    return made


@transaction.atomic
def gather(*, segment: Segment, ids: Sequence[int], author: str, reason: str) -> Gathered:
    """Let these records in by hand, whatever the rule says. ValidationError when there is nobody, or too many.

    What was decided by hand before stays as it is. Members follow with the run that is asked for.
    """
    if not ids:
        raise ValidationError("Nobody is selected.")
    if len(ids) > MOST:
        raise ValidationError(f"{MOST:,} is the most at once. Narrow the list.")
    if segment.status == Segment.Status.ARCHIVED:
        raise ValidationError("The list is archived and has no members any more.")
    Segment.objects.select_for_update(of=("self",)).get(pk=segment.pk)
    decided = dict(segment.overrides.filter(subject_id__in=list(ids)).values_list("subject_id", "kind"))
    there = MODELS[segment.subject].objects.present().filter(pk__in=list(ids)).values_list("pk", flat=True)
    at = timezone.now()
    made = [
        Override(
            segment=segment,
            subject_id=pk,
            kind=Override.Kind.INCLUDE,
            author=author[:200],
            reason=reason.strip()[:500],
            created_at=at,
        )
        for pk in there
        if pk not in decided
    ]
    Override.objects.bulk_create(made, batch_size=BATCH)
    if made:
        _follow(segment, author)
    kept_out = sum(kind == Override.Kind.EXCLUDE for kind in decided.values())
    return Gathered(segment, at, len(made), len(decided) - kept_out, kept_out)


@transaction.atomic
def take_back(*, segment: Segment, at: datetime, viewer: Viewer, author: str) -> int:
    """Undo one step, as far as nobody decided anew since and the viewer may see the records; how many are taken back."""
    seen = MODELS[segment.subject].objects.visible_to(viewer).values("pk")
    gone, _ = segment.overrides.filter(created_at=at, subject_id__in=seen).delete()
    if gone:
        _follow(segment, author)
    return gone


def _follow(segment: Segment, author: str) -> None:
    if segment.status == Segment.Status.ACTIVE:
        recompute_soon(trigger=Recompute.Trigger.CHANGE, slugs=[segment.slug], requested_by=author)
