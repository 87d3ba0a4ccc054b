"""Writing journeys: made, changed, started, paused. Every refusal is a ValidationError by field name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from programs.dispatch import settle_soon
from programs.drafts import SLUG
from programs.journeys import beginnings, doings, watching
from programs.journeys.conditions import CannotEvaluate
from programs.journeys.following import latest_line
from programs.journeys.models import Journey, JourneyStep
from programs.models import Program
from segments.models import Segment


@dataclass(frozen=True, slots=True)
class JourneyDraft:
    """A journey as entered; its steps are written one by one."""

    slug: str
    name: str
    segment: str = ""
    """Slug. For a date or a fact it may be left out: every partner."""
    trigger: str = Journey.Trigger.ENTERED
    description: str = ""
    field: str = ""
    """Of a date or a fact: its name. The next is for dates, the two after it for facts that change."""
    offset_days: int = 0
    from_value: str = ""
    to_value: str = ""


@dataclass(frozen=True, slots=True)
class StepDraft:
    """A step as entered. Which of the last four count follows from the action."""

    action: str
    wait_days: int = 0
    only_while: bool = True
    condition: Any = None
    """A rule, or None."""
    program: str = ""
    """Slug."""
    message: int | None = None
    text: str = ""
    field: str = ""


@transaction.atomic
def create_journey(*, draft: JourneyDraft) -> Journey:
    """A new journey without steps; it takes nobody on before it is started."""
    return Journey.objects.create(**_own(draft, None))


@transaction.atomic
def change_journey(*, journey: Journey, draft: JourneyDraft) -> Journey:
    """Change what it is called and, before it was ever started, what begins it."""
    journey = _locked(journey)
    values = _own(draft, journey)
    begins_anew = any(getattr(journey, name) != values[name] for name in beginnings.NAMES)
    if begins_anew and journey.activated_at is not None:
        raise ValidationError({"trigger": "It has been started: what begins it stays. Make a new journey instead."})
    return _set(journey, values)


@transaction.atomic
def start(*, journey: Journey, members_too: bool = False) -> Journey:
    """Let it take partners on, from now; or carry on after a pause, catching up with what happened meanwhile.

    `members_too`: the first time, those who are in the segment already begin as well, at the time they entered.
    """
    journey = _locked(journey)
    if journey.status == Journey.Status.ACTIVE:
        return journey
    if not journey.steps.filter(retired_at=None).exists():
        raise ValidationError("Add at least one step first.", code="no_steps")
    if journey.segment is not None and journey.segment.status == Segment.Status.ARCHIVED:
        raise ValidationError("Its segment is archived, so nobody enters or leaves it.", code="archived")
    values: dict[str, Any] = {"status": Journey.Status.ACTIVE}
    if journey.activated_at is None:
        now = timezone.now()
        values |= {"activated_at": now, "cursor": latest_line() if journey.trigger in Journey.ON_SEGMENT else 0}
        if members_too and journey.trigger == Journey.Trigger.ENTERED:
            values["cursor"] = 0
        if journey.trigger == Journey.Trigger.CHANGED:
            _remember(journey, now)
    return _set(journey, values)


def _remember(journey: Journey, now: datetime) -> None:
    try:
        watching.remember(journey=journey, now=now)
    except CannotEvaluate as reason:
        raise ValidationError(str(reason), code="no_fact") from None


@transaction.atomic
def pause(*, journey: Journey) -> Journey:
    """Take nobody on and do nothing until it is started again."""
    journey = _locked(journey)
    return _set(journey, {"status": Journey.Status.PAUSED}) if journey.status == Journey.Status.ACTIVE else journey


@transaction.atomic
def archive(*, journey: Journey) -> Journey:
    """End it for good; the log stays, and what it offered is withdrawn when programmes settle next."""
    journey = _locked(journey)
    settle_soon(list(Program.objects.filter(journey_grants__act__entry__journey=journey).values_list("pk", flat=True)))
    return _set(journey, {"status": Journey.Status.ARCHIVED})


@transaction.atomic
def add_step(*, journey: Journey, draft: StepDraft) -> JourneyStep:
    """One more step, also for partners on the journey whose day for it is still to come."""
    journey = _locked(journey)
    position = journey.steps.count() + 1
    step = JourneyStep.objects.create(journey=journey, position=position, **doings.checked(draft))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO programs_journeyact (entry_id, step_id, state, due_at, failure_count, outcome)"
            " SELECT id, %(step)s, 'due', began_at + make_interval(days => %(days)s), 0, ''"
            " FROM programs_journeyentry WHERE journey_id = %(journey)s"
            " AND began_at + make_interval(days => %(days)s) > %(now)s ON CONFLICT DO NOTHING",
            {"step": step.pk, "days": step.wait_days, "journey": journey.pk, "now": timezone.now()},
        )
    return step


@transaction.atomic
def change_step(*, step: JourneyStep, draft: StepDraft) -> JourneyStep:
    """Change a step for everybody who has yet to come to it; its action stays."""
    _locked(step.journey)
    if draft.action != step.action:
        raise ValidationError({"action": "The action of a step stays. Add another step and take this one out."})
    values = doings.checked(draft)
    JourneyStep.objects.filter(pk=step.pk).update(**values)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE programs_journeyact a SET due_at = e.began_at + make_interval(days => %s)"
            " FROM programs_journeyentry e WHERE e.id = a.entry_id AND a.step_id = %s AND a.state = 'due'",
            [draft.wait_days, step.pk],
        )
    step.refresh_from_db()
    return step


@transaction.atomic
def remove_step(*, step: JourneyStep) -> None:
    """Take a step out; one that somebody has come to is kept for the log, and done no more."""
    journey = _locked(step.journey)
    if journey.status == Journey.Status.ACTIVE and journey.steps.filter(retired_at=None).count() == 1:
        raise ValidationError("It is the only step. Pause the journey first.", code="last_step")
    if step.acts.exclude(state="due").exists():
        JourneyStep.objects.filter(pk=step.pk).update(retired_at=timezone.now())
    else:
        step.delete()


def _locked(journey: Journey) -> Journey:
    return Journey.objects.select_for_update(of=("self",)).select_related("segment").get(pk=journey.pk)


def _set(journey: Journey, values: dict[str, Any]) -> Journey:
    values["updated_at"] = timezone.now()
    for name, value in values.items():
        setattr(journey, name, value)
    journey.save(update_fields=list(values))
    return journey


def _own(draft: JourneyDraft, journey: Journey | None) -> dict[str, Any]:
    errors: dict[str, list[str]] = {}
    if not SLUG.fullmatch(draft.slug) or len(draft.slug) > 100 or draft.slug == "new":
        errors["slug"] = ["Use small letters, digits and single hyphens, at most 100, such as welcome-gold. Not “new”."]
    elif Journey.objects.filter(slug=draft.slug).exclude(pk=journey.pk if journey else 0).exists():
        errors["slug"] = [f"There is a journey “{draft.slug}” already. Choose another."]
    if not draft.name.strip() or len(draft.name) > 200:
        errors["name"] = ["Give it a name of at most 200 characters."]
    beginning = beginnings.checked(draft, errors)
    if errors:
        raise ValidationError(errors)
    return {
        "slug": draft.slug,
        "name": draft.name.strip(),
        "description": draft.description.strip()[:500],
        "trigger": draft.trigger,
        **beginning,
    }
