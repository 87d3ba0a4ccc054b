"""What begins a journey, as entered: checked, brought into the stored form, and said in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q

from partners.vocabulary import Field, Subject
from programs.journeys import facts
from programs.journeys.models import Journey
from segments.models import Segment

if TYPE_CHECKING:
    from programs.journeys.authoring import JourneyDraft

FURTHEST = 3650
"""Days between a date and the day on which it begins a journey."""
NAMES = ("segment", "trigger", "field", "offset_days", "from_value", "to_value")
"""What stays once a journey was started."""


def checked(draft: JourneyDraft, errors: dict[str, list[str]]) -> dict[str, Any]:
    """The columns of what begins it; what is wrong is added to the errors by field."""
    values: dict[str, Any] = {"segment": None, "field": "", "offset_days": 0, "from_value": "", "to_value": ""}
    if draft.trigger not in Journey.Trigger.values:
        errors["trigger"] = ["Choose what begins it."]
        return values
    on_segment = draft.trigger in Journey.ON_SEGMENT
    if draft.segment or on_segment:
        segment = Segment.objects.filter(slug=draft.segment).first()
        if segment is None or segment.subject != Subject.PARTNER:
            errors["segment"] = ["Choose a segment of partners."]
        values["segment"] = segment
    if on_segment:
        return values
    is_date = draft.trigger == Journey.Trigger.DATE
    found = facts.watchable(dates=is_date).get(draft.field)
    values["field"] = draft.field
    if found is None:
        errors["field"] = ["Choose a date of partners."] if is_date else ["Choose a fact of partners."]
    elif is_date:
        values["offset_days"] = draft.offset_days
        if not -FURTHEST <= draft.offset_days <= FURTHEST:
            errors["offset_days"] = [f"At most {FURTHEST} days before or after."]
    else:
        values |= _changes(draft, found, errors)
    return values


def _changes(draft: JourneyDraft, found: Field, errors: dict[str, list[str]]) -> dict[str, str]:
    values = {}
    for name in ("from_value", "to_value"):
        try:
            values[name] = facts.as_written(found, getattr(draft, name))[:200]
        except ValueError as error:
            errors[name] = [f"“{getattr(draft, name)}”: {error}."]
    if values.get("from_value") and values.get("from_value") == values.get("to_value"):
        errors["to_value"] = ["That is the same value: it would never change."]
    return values


def in_words(journey: Journey) -> str:
    """When it begins, behind "Begins when a partner"; a journey's segment is named by the page, with a link."""
    if journey.trigger in Journey.ON_SEGMENT:
        return "enters" if journey.trigger == Journey.Trigger.ENTERED else "leaves"
    found = facts.watchable().get(journey.field)
    label = found.label if found else journey.field
    if journey.trigger == Journey.Trigger.DATE:
        days = abs(journey.offset_days)
        if not days:
            return f"reaches the day of “{label}”"
        side = "before" if journey.offset_days < 0 else "after"
        return f"reaches the day {days} day{'' if days == 1 else 's'} {side} “{label}”"
    words = f"changes in “{label}”"
    if journey.from_value:
        words += f" from {facts.in_words(found, journey.from_value)}"
    if journey.to_value:
        words += f" to {facts.in_words(found, journey.to_value)}"
    return words


def uses_of(subject: Subject, name: str) -> list[str]:
    """Journeys, in words, that begin by a fact or set it: it is not archived under them."""
    if subject != Subject.PARTNER:
        return []
    alive = Journey.objects.exclude(status=Journey.Status.ARCHIVED)
    named = alive.filter(Q(field=name) | Q(steps__field=name, steps__retired_at=None)).distinct()
    return [f"the journey “{each.name}”" for each in named]
