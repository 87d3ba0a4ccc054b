"""Change what is written down about a segment's members and how the segment is measured."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from segments.models import Segment, SegmentProfile

FIELDS = (
    "kpi",
    "target",
    "review_on",
    "needs",
    "challenges",
    "preferred_channels",
    "decision_process",
    "value_proposition",
    "support_level",
)
"""What a profile says, in reading order."""
MEASURED = ("measure", "target_value")
"""The figure that shows whether the target is reached."""


@transaction.atomic
def change_profile(*, segment: Segment, **values: Any) -> SegmentProfile:
    """Write the values handed in, and leave the others. ValidationError by field."""
    unknown = sorted(set(values) - {*FIELDS, *MEASURED})
    if unknown:
        raise ValidationError(dict.fromkeys(unknown, "A profile has no such field."))
    SegmentProfile.objects.get_or_create(segment=segment)
    profile = SegmentProfile.objects.select_for_update().get(segment=segment)
    changed = [name for name, value in values.items() if getattr(profile, name) != value]
    for name in changed:
        setattr(profile, name, values[name])
    profile.clean_fields(exclude=["segment"])
    if changed:
        profile.save(update_fields=changed)
    return profile
