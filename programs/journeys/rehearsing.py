"""What a journey would have done had it been on: the ledger of the last weeks played through, and nothing written.

Who entered and left, and who was still in, is history and exact. Conditions, and whether a partner has anybody to tell, are
asked of the facts as they are today, for past values are not kept; the answer says so.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from partners.models import Partner
from people.roles import Viewer
from programs.journeys import replaying
from programs.journeys.conditions import CannotEvaluate, holding
from programs.journeys.models import Journey, JourneyStep
from programs.messages import telling
from segments.models import Membership

BACK = timedelta(days=90)
SHOWN = 20
MOST = 2_000
"""So many who would have begun it, the latest ones, are played through."""


@dataclass(frozen=True, slots=True)
class StepRehearsal:
    """One step: for how many it would have been done, by now or later, and for how many not."""

    step: JourneyStep
    done: int
    skipped: int
    to_come: int
    error: str = ""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The journey over a stretch of history."""

    since: datetime
    entries: int
    steps: list[StepRehearsal]
    sample: list[tuple[Partner, datetime]]
    """The latest who would have begun it."""
    error: str = ""
    is_cut: bool = False
    """There were more; these are the latest."""

    @property
    def asks_conditions(self) -> bool:
        """Some step asks a rule, which is answered with the facts of today."""
        return any(each.step.condition is not None for each in self.steps)


def rehearse(*, journey: Journey, viewer: Viewer, back: timedelta = BACK, now: datetime | None = None) -> Rehearsal:
    """Play the ledger of the time `back` until now through the journey, for the partners the viewer may see."""
    now = now or timezone.now()
    partners = Partner.objects.visible_to(viewer)
    error = ""
    try:
        begun = replaying.begun(journey=journey, partners=partners, since=now - back, now=now, most=MOST + 1)
    except CannotEvaluate as reason:
        begun, error = [], str(reason)
    is_cut, begun = len(begun) > MOST, begun[:MOST]
    stays = _stays(journey, {partner for partner, _ in begun})
    if journey.segment_id is not None and journey.trigger not in Journey.ON_SEGMENT:
        begun = [(partner, at) for partner, at in begun if _is_open(stays[partner], at)]
    steps = [
        _rehearse_step(step, journey, begun, stays, now)
        for step in journey.steps.filter(retired_at=None).select_related("program", "message")
    ]
    shown = partners.in_bulk([partner for partner, _ in begun[:SHOWN]])
    return Rehearsal(
        since=now - back,
        entries=len(begun),
        steps=steps,
        sample=[(shown[partner], at) for partner, at in begun[:SHOWN] if partner in shown],
        error=error,
        is_cut=is_cut,
    )


def _stays(journey: Journey, partners: set[int]) -> dict[int, list[tuple[datetime, datetime | None]]]:
    found: dict[int, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    rows = Membership.objects.filter(segment=journey.segment, subject_id__in=partners)
    for partner, entered, left in rows.values_list("subject_id", "entered_at", "left_at"):
        found[partner].append((entered, left))
    return found


def _rehearse_step(
    step: JourneyStep,
    journey: Journey,
    begun: list[tuple[int, datetime]],
    stays: dict[int, list[tuple[datetime, datetime | None]]],
    now: datetime,
) -> StepRehearsal:
    wait = timedelta(days=step.wait_days)
    due = [(partner, at, at + wait) for partner, at in begun if at + wait <= now]
    going = [each for each in due if not step.only_while or _still(journey, stays[each[0]], each[1], each[2])]
    error = ""
    if step.action == JourneyStep.Action.MESSAGE and step.message is not None:
        told = telling.partners_with_people({partner for partner, _, _ in going}, admins_only=step.message.admins_only)
        going = [each for each in going if each[0] in told]
    if step.condition is not None:
        try:
            true_of = holding(step.condition, {partner for partner, _, _ in going})
        except CannotEvaluate as reason:
            true_of, error = set(), str(reason)
        going = [each for each in going if each[0] in true_of]
    return StepRehearsal(
        step=step, done=len(going), skipped=len(due) - len(going), to_come=len(begun) - len(due), error=error
    )


def _still(
    journey: Journey, stays: list[tuple[datetime, datetime | None]], began_at: datetime, due_at: datetime
) -> bool:
    """As the step would have found it at its hour: in the same stay; or, for leaving, still out. (Past facts are not kept.)"""
    if journey.trigger == Journey.Trigger.ENTERED:
        return any(entered <= began_at for entered, left in stays if _holds(entered, left, due_at))
    if journey.trigger == Journey.Trigger.LEFT:
        return not _is_open(stays, due_at)
    return journey.segment_id is None or _is_open(stays, due_at)


def _is_open(stays: list[tuple[datetime, datetime | None]], at: datetime) -> bool:
    return any(_holds(entered, left, at) for entered, left in stays)


def _holds(entered: datetime, left: datetime | None, at: datetime) -> bool:
    return entered <= at and (left is None or left > at)
