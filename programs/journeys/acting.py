"""Does the steps that are due. A step and everything it brings about are one transaction under the lock of its row:

killed anywhere, either all of it is there or nothing, and the next worker does it. So each step happens exactly once for
each entry; only the mail of a message leaves later, from the outbox.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from partners.models import Origin
from partners.outbox import announce
from partners.records import change_record
from partners.rows import Invalid
from programs.dispatch import settle_soon
from programs.journeys import facts
from programs.journeys.conditions import CannotEvaluate, holding
from programs.journeys.models import Journey, JourneyAct, JourneyGrant, ManagerTask
from programs.messages.telling import tell_partner
from programs.models import Program
from segments.models import Membership

BATCH = 500
TRIES = 5
WAIT = timedelta(minutes=15)
"""Times the number of failures: until a step that went wrong is tried again."""

log = logging.getLogger(__name__)


class NotDone(Exception):
    """The step cannot be done; the text says why. It is not tried again."""


@dataclass(slots=True)
class Acted:
    """What one go through the steps did."""

    done: int = 0
    skipped: int = 0
    failed: int = 0

    @property
    def total(self) -> int:
        """Steps taken in hand."""
        return self.done + self.skipped + self.failed


def act_due(*, now: datetime | None = None, limit: int = BATCH) -> Acted:
    """Do what is due, oldest first, until nothing is or `limit` steps were taken in hand."""
    outcome = Acted()
    while outcome.total < limit:
        state = act_next(now=now or timezone.now())
        if state is None:
            break
        if state == JourneyAct.State.DONE:
            outcome.done += 1
        elif state == JourneyAct.State.SKIPPED:
            outcome.skipped += 1
        else:
            outcome.failed += 1
    return outcome


def act_next(*, now: datetime) -> str | None:
    """Do the oldest due step that nobody has in hand; what came of it, or None when there is none."""
    with transaction.atomic():
        due = JourneyAct.objects.filter(
            state=JourneyAct.State.DUE, due_at__lte=now, entry__journey__status=Journey.Status.ACTIVE
        )
        act = (
            due.select_for_update(skip_locked=True, of=("self",))
            .select_related("entry__partner", "entry__journey__segment", "step__message", "step__program")
            .order_by("due_at", "id")
            .first()
        )
        if act is None:
            return None
        try:
            with transaction.atomic():
                outcome = _do(act, now)
            state = JourneyAct.State.DONE
        except (NotDone, CannotEvaluate, Invalid) as reason:
            state, outcome = JourneyAct.State.SKIPPED, str(reason)
        except Exception as error:
            log.exception("A journey's step went wrong", extra={"act": act.pk})
            return _put_off(act, error, now)
        _finish(act, state, outcome, now)
        return state


def _finish(act: JourneyAct, state: str, outcome: str, now: datetime) -> None:
    act.state, act.outcome, act.finished_at = state, outcome[:300], now
    act.save(update_fields=["state", "outcome", "finished_at"])


def _put_off(act: JourneyAct, error: Exception, now: datetime) -> str:
    """Something unforeseen: tried again a few times, then given up, with what it was."""
    act.failure_count += 1
    act.outcome = f"{type(error).__name__}: {error}"[:300]
    if act.failure_count >= TRIES:
        act.state, act.finished_at = JourneyAct.State.FAILED, now
    else:
        act.due_at = now + WAIT * act.failure_count
    act.save(update_fields=["failure_count", "outcome", "state", "finished_at", "due_at"])
    return JourneyAct.State.FAILED


def _do(act: JourneyAct, now: datetime) -> str:
    """Ask whether it is to be done, and do it; what was done, in words."""
    step, partner = act.step, act.entry.partner
    if step.retired_at is not None:
        raise NotDone("The step was taken out of the journey.")
    if partner.deleted_at is not None:
        raise NotDone("The partner was deleted.")
    if step.only_while and (gone := _gone(act, now)):
        raise NotDone(gone)
    if step.condition is not None and partner.pk not in holding(step.condition, [partner.pk]):
        raise NotDone("The condition did not hold.")
    return _ACTIONS[step.action](act, now)


def _gone(act: JourneyAct, now: datetime) -> str:
    """What no longer holds of that which began the journey for the partner; "" while it does."""
    journey, entry = act.entry.journey, act.entry
    stays = Membership.objects.current().filter(segment=journey.segment_id, subject_id=entry.partner_id)
    if journey.trigger == Journey.Trigger.LEFT:
        return "The partner was back in." if stays.exists() else ""
    if journey.trigger == Journey.Trigger.ENTERED:
        stays = stays.filter(entered_at__lte=entry.began_at)
    if journey.segment_id is not None and not stays.exists():
        return "The partner was no longer in the segment."
    if journey.trigger in Journey.ON_SEGMENT:
        return ""
    is_day = journey.trigger == Journey.Trigger.DATE
    value = facts.values_of(journey.field, [entry.partner_id], as_of=now, is_day=is_day).get(entry.partner_id, "")
    if value[:300] == entry.value:
        return ""
    return "The date was moved." if is_day else "The fact has changed again."


def _offer(act: JourneyAct, now: datetime) -> str:
    program = act.step.program
    if program is None or program.status != Program.Status.ACTIVE:
        raise NotDone("The programme is not active.")
    JourneyGrant.objects.get_or_create(act=act, defaults={"program": program, "partner": act.entry.partner})
    settle_soon([program.pk])
    return f"Offered “{program.name}”"


def _message(act: JourneyAct, now: datetime) -> str:
    message = act.step.message
    if message is None:
        raise NotDone("The message is gone.")
    told = tell_partner(message=message, partner_id=act.entry.partner_id, occasion=act.entry_id, now=now)
    if not told.people:
        raise NotDone("Nobody of the partner's could be told.")
    return f"Told {told.people} {'person' if told.people == 1 else 'people'}"


def _task(act: JourneyAct, now: datetime) -> str:
    partner = act.entry.partner
    manager = partner.channel_manager
    assignee = manager if manager is not None and manager.is_active else None
    ManagerTask.objects.get_or_create(
        act=act, defaults={"partner": partner, "assignee": assignee, "text": act.step.text, "created_at": now}
    )
    return f"Task for {assignee}" if assignee else "Task for nobody in particular: the partner has no channel manager"


def _attribute(act: JourneyAct, now: datetime) -> str:
    origin = Origin(kind=Origin.Kind.JOURNEY, label=act.entry.journey.name)
    change_record(record=act.entry.partner, values={act.step.field: act.step.text}, origin=origin)
    return f"Set {act.step.field} to {act.step.text or 'nothing'}"


def _webhook(act: JourneyAct, now: datetime) -> str:
    entry, step = act.entry, act.step
    payload = {
        "key": f"journey.step:{act.pk}",
        "journey": entry.journey.slug,
        "step": step.pk,
        "event": step.text,
        "partner": {"external_id": entry.partner.external_id, "name": entry.partner.name},
        "trigger": entry.journey.trigger,
        "segment": entry.journey.segment.slug if entry.journey.segment else None,
        "field": entry.journey.field or None,
        "value": [part for part in entry.value.split(facts.SEPARATOR) if part] if entry.value else None,
        "began_at": entry.began_at.isoformat(),
        "at": now.isoformat(),
    }
    announce(type="journey.step", payload=payload)
    return f"Told the webhooks: {step.text}"


_ACTIONS: dict[str, Callable[[JourneyAct, datetime], str]] = {
    "offer": _offer,
    "message": _message,
    "task": _task,
    "attribute": _attribute,
    "webhook": _webhook,
}
