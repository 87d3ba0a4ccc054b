"""Taking up what is on offer: a partner's person opens, starts, goes through and completes it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from partners import activity
from partners.models import Activity
from people.roles import Viewer
from programs.models import Enrolment, Offer, Program


class Refused(Exception):
    """It cannot be done; the message says why, to the person who tried."""


class NotOnOffer(Refused):
    """The offer was withdrawn, has lapsed, or was never this company's."""

    def __init__(self) -> None:
        super().__init__("This is no longer on offer to your company.")


@dataclass(frozen=True, slots=True)
class Taken:
    """The offer as it is now, and whether this call is what made it so."""

    offer: Offer
    changed: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one person is in a course."""

    lessons_done: int
    lessons: int
    completed: bool


def open_offer(*, offer: Offer, user: Viewer) -> Taken:
    """Note that the company has seen it; only the first time counts. Needs no lock: the update asks again."""
    if offer.opened_at is not None:
        return Taken(offer, changed=False)
    now = timezone.now()
    first = Offer.objects.taken_up_by(user).on().filter(pk=offer.pk, opened_at=None)
    with transaction.atomic():
        changed = bool(Offer.objects.filter(pk__in=first.values("pk"), opened_at=None).update(opened_at=now))
        if changed and offer.program.kind == Program.Kind.CONTENT:
            _note(offer, user, Activity.Kind.CONTENT_OPENED)
    if changed:
        offer.opened_at = now
    return Taken(offer, changed=changed)


@transaction.atomic
def start_offer(*, offer_id: int, user: Viewer) -> Taken:
    """Begin a course (the person is enrolled) or register interest in an incentive. Twice is as good as once."""
    offer = _locked(offer_id, user)
    if offer.program.kind == Program.Kind.CONTENT:
        raise Refused("Content needs no start: open it and read.")
    is_enrolled = Enrolment.objects.filter(course_id=offer.program_id, user_id=_id(user)).exists()
    if offer.lapsed_at is not None and not is_enrolled:
        raise NotOnOffer
    now = timezone.now()
    changed = bool(
        Offer.objects.filter(pk=offer.pk, started_at=None).update(
            started_at=now, opened_at=Coalesce("opened_at", Value(now))
        )
    )
    if offer.program.kind == Program.Kind.COURSE:
        _, is_new = Enrolment.objects.get_or_create(
            course_id=offer.program_id, user_id=_id(user), defaults={"partner_id": offer.partner_id}
        )
        if is_new:
            _note(offer, user, Activity.Kind.COURSE_STARTED)
        changed = changed or is_new
    offer.refresh_from_db(fields=["opened_at", "started_at"])
    return Taken(offer, changed=changed)


@transaction.atomic
def complete_lesson(*, offer_id: int, user: Viewer, number: int) -> Progress:
    """Finish lesson `number` (from 1), in order; the last one completes the course. Also after the offer has lapsed."""
    offer, enrolment, lessons = _on_the_way(offer_id, user)
    if not 1 <= number <= lessons:
        raise Refused(f"There is no lesson {number}: the course has {lessons}.")
    if number > enrolment.lessons_done + 1:
        raise Refused(f"Finish lesson {enrolment.lessons_done + 1} first.")
    if number == enrolment.lessons_done + 1:
        enrolment.lessons_done = number
        enrolment.save(update_fields=["lessons_done"])
    if number == lessons:
        _complete(offer, enrolment, user)
    return Progress(enrolment.lessons_done, lessons, enrolment.completed_at is not None)


@transaction.atomic
def complete_offer(*, offer_id: int, user: Viewer) -> Progress:
    """Complete a course whose lessons are all done. Also after the offer has lapsed: what was begun may be finished."""
    offer, enrolment, lessons = _on_the_way(offer_id, user)
    if enrolment.lessons_done < lessons:
        raise Refused(f"Finish every lesson first: {enrolment.lessons_done} of {lessons} are done.")
    _complete(offer, enrolment, user)
    return Progress(enrolment.lessons_done, lessons, completed=True)


def _id(user: Viewer) -> int:
    """The person's id; machines take nothing up."""
    if user.pk is None:
        raise NotOnOffer
    return user.pk


def _locked(offer_id: int, user: Viewer) -> Offer:
    """The company's offer, held until the transaction ends: settling waits, or has already withdrawn it."""
    mine = Offer.objects.taken_up_by(user).on().filter(pk=offer_id)
    offer = Offer.objects.filter(pk__in=mine.values("pk"), withdrawn_at=None).select_for_update().first()
    if offer is None:
        raise NotOnOffer
    return offer


def _on_the_way(offer_id: int, user: Viewer) -> tuple[Offer, Enrolment, int]:
    """The offer of a course, the person's enrolment, and how many lessons there are."""
    offer = _locked(offer_id, user)
    if offer.program.kind != Program.Kind.COURSE:
        raise Refused("Only a course can be completed.")
    enrolment = Enrolment.objects.select_for_update().filter(course_id=offer.program_id, user_id=_id(user)).first()
    if enrolment is None:
        raise Refused("Start the course first.")
    return offer, enrolment, len(offer.program.course.lessons)


def _complete(offer: Offer, enrolment: Enrolment, user: Viewer) -> None:
    now = timezone.now()
    if enrolment.completed_at is None:
        enrolment.completed_at = now
        enrolment.save(update_fields=["completed_at"])
        _note(offer, user, Activity.Kind.COURSE_COMPLETED)
    Offer.objects.filter(pk=offer.pk, completed_at=None).update(
        completed_at=now, started_at=Coalesce("started_at", Value(now)), opened_at=Coalesce("opened_at", Value(now))
    )


def _note(offer: Offer, user: Viewer, kind: Activity.Kind) -> None:
    """Engagement flows back as a fact about the partner."""
    activity.record(partner_id=offer.partner_id, user_id=user.pk, kind=kind, about=offer.program.slug)
