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
from programs import lessons as curriculum
from programs.certifying import certify
from programs.models import Content, Enrolment, Offer, Program


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


def note_seen(*, partner_id: int, user: Viewer, content: Content, downloaded: bool = False) -> None:
    """Count a look at content, or a download of its file, by a partner's person."""
    kind = Activity.Kind.CONTENT_DOWNLOADED if downloaded else Activity.Kind.CONTENT_OPENED
    activity.record(partner_id=partner_id, user_id=user.pk, kind=kind, about=content.program.slug)


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
def complete_lesson(*, offer_id: int, user: Viewer, number: int, key: str = "") -> Progress:
    """Finish lesson `number` (from 1), in order; the last one completes the course. Also after the offer has lapsed.

    `key`, when given, is the lesson the person had before them: another one at that place by now is not finished for it.
    A quiz is finished by passing it, not by this.
    """
    offer, enrolment = locked_enrolment(offer_id, user)
    course = offer.program.course
    if not 1 <= number <= len(course.lessons):
        raise Refused(f"There is no lesson {number}: the course has {len(course.lessons)}.")
    found = curriculum.keys(course.lessons)[number - 1]
    if key and key != found:
        raise Refused("The course was changed meanwhile. Go on from where you are now.")
    if not curriculum.may_open(course.lessons, enrolment.done, number):
        upcoming = curriculum.next_number(course.lessons, enrolment.done)
        raise Refused(f"Finish lesson {upcoming} first.")
    if curriculum.kind_of(course.lessons[number - 1]) == "quiz" and found not in enrolment.done:
        raise Refused("Pass the quiz to finish this lesson.")
    return finish_lesson(offer, enrolment, user, found)


def finish_lesson(offer: Offer, enrolment: Enrolment, user: Viewer, key: str) -> Progress:
    """Note a lesson as done, on an enrolment that is locked; with the last one the course is complete."""
    lessons = offer.program.course.lessons
    if key not in enrolment.done:
        enrolment.done = [*enrolment.done, key]
        enrolment.lessons_done = curriculum.done_count(lessons, enrolment.done)
        enrolment.save(update_fields=["done", "lessons_done"])
    if curriculum.next_number(lessons, enrolment.done) is None:
        _complete(offer, enrolment, user)
    return Progress(enrolment.lessons_done, len(lessons), not enrolment.is_under_way)


@transaction.atomic
def complete_offer(*, offer_id: int, user: Viewer) -> Progress:
    """Complete a course whose lessons are all done. Also after the offer has lapsed: what was begun may be finished."""
    offer, enrolment = locked_enrolment(offer_id, user)
    lessons = offer.program.course.lessons
    done = curriculum.done_count(lessons, enrolment.done)
    if done < len(lessons):
        raise Refused(f"Finish every lesson first: {done} of {len(lessons)} are done.")
    _complete(offer, enrolment, user)
    return Progress(done, len(lessons), completed=True)


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


def locked_enrolment(offer_id: int, user: Viewer) -> tuple[Offer, Enrolment]:
    """The offer of a course and the person's enrolment in it, both held until the transaction ends."""
    offer = _locked(offer_id, user)
    if offer.program.kind != Program.Kind.COURSE:
        raise Refused("Only a course can be completed.")
    enrolment = Enrolment.objects.select_for_update().filter(course_id=offer.program_id, user_id=_id(user)).first()
    if enrolment is None:
        raise Refused("Start the course first.")
    return offer, enrolment


def _complete(offer: Offer, enrolment: Enrolment, user: Viewer) -> None:
    now = timezone.now()
    if enrolment.completed_at is None:
        enrolment.completed_at = now
        enrolment.save(update_fields=["completed_at"])
        _note(offer, user, Activity.Kind.COURSE_COMPLETED)
        if offer.program.course.gives_certificate:
            certify(course=offer.program.course, enrolment=enrolment)
    elif enrolment.is_renewing:
        enrolment.is_renewing = False
        enrolment.save(update_fields=["is_renewing"])
        if offer.program.course.gives_certificate:
            certify(course=offer.program.course, enrolment=enrolment)
    Offer.objects.filter(pk=offer.pk, completed_at=None).update(
        completed_at=now, started_at=Coalesce("started_at", Value(now)), opened_at=Coalesce("opened_at", Value(now))
    )


def _note(offer: Offer, user: Viewer, kind: Activity.Kind) -> None:
    """Engagement flows back as a fact about the partner."""
    activity.record(partner_id=offer.partner_id, user_id=user.pk, kind=kind, about=offer.program.slug)
