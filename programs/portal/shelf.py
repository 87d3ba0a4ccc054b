"""What is on offer to the person who asks, ready to be shown. No rule is evaluated: offers are read as they stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F, Func, IntegerField
from django.utils import timezone

from people.models import User
from programs import translations
from programs.certifying import today
from programs.lessons import done_count
from programs.models import Content, Enrolment, Incentive, Offer, Program
from programs.wording import because
from segments.models import Segment

ICONS = {
    Program.Kind.CONTENT: "document-text",
    Program.Kind.COURSE: "academic-cap",
    Program.Kind.INCENTIVE: "banknotes",
}


def noun_of(part: Incentive | Content | None) -> str:
    """What partners call a programme by what it is made of; None is a course."""
    if isinstance(part, Incentive):
        return str(part.get_type_display())
    return str(part.get_form_display()) if part else "Course"


@dataclass(frozen=True, slots=True)
class Card:
    """One offer as a card."""

    offer: Offer
    why: str
    earns: str
    enrolment: Enrolment | None
    lessons: int
    language_note: str = ""
    """What is said when it is not in the language the person prefers."""

    @property
    def program(self) -> Program:
        """What is offered."""
        return self.offer.program

    @property
    def icon(self) -> str:
        """The picture of its kind."""
        return ICONS[Program.Kind(self.program.kind)]

    @property
    def noun(self) -> str:
        """What to call it."""
        if self.program.kind == Program.Kind.INCENTIVE:
            return noun_of(self.program.incentive)
        return noun_of(self.program.content if self.program.kind == Program.Kind.CONTENT else None)

    @property
    def is_new(self) -> bool:
        """Nobody of the company has opened it yet."""
        return self.offer.opened_at is None

    @property
    def is_under_way(self) -> bool:
        """A course this person has begun and not finished."""
        return self.enrolment is not None and self.enrolment.is_under_way

    @property
    def completed_at(self) -> datetime | None:
        """When this person finished it."""
        return self.enrolment.completed_at if self.enrolment and not self.enrolment.is_renewing else None

    @property
    def due_on(self) -> date | None:
        """The day by which the course is to be completed; None when it is at leisure, or done."""
        if (
            self.program.kind != Program.Kind.COURSE
            or (self.enrolment and self.enrolment.completed_at)
            or not self.program.course.due_days
        ):
            return None
        day = timezone.localdate(self.offer.offered_at, timezone.get_default_timezone())
        return day + timedelta(days=self.program.course.due_days)

    @property
    def is_overdue(self) -> bool:
        """The day is past."""
        return self.due_on is not None and self.due_on < timezone.localdate(timezone=timezone.get_default_timezone())

    @property
    def lessons_done(self) -> int:
        """Never more than there are lessons."""
        return min(self.enrolment.lessons_done, self.lessons) if self.enrolment else 0


def cards(user: User, *, kind: str = "") -> list[Card]:
    """The offers of the person's company, weightiest and newest first; lapsed courses only where they have begun."""
    offers = (
        Offer.objects.visible_to(user)
        .on()
        .unexpired(today())
        .select_related("program", "program__course", "program__incentive", "program__content")
        .defer("program__course__lessons", "program__incentive__terms", "program__content__body")
        .annotate(
            lessons=Func(F("program__course__lessons"), function="jsonb_array_length", output_field=IntegerField())
        )
        .order_by("-program__priority", "-offered_at", "-id")
    )
    if kind:
        offers = offers.filter(program__kind=kind)
    found = list(offers)
    enrolments = Enrolment.objects.filter(user=user) if kind in ("", Program.Kind.COURSE) else ()
    mine = {enrolment.course_id: enrolment for enrolment in enrolments}
    names = visible_names(found)
    language = translations.preferred_by(user)
    shown = [
        offer
        for offer in found
        if offer.lapsed_at is None or offer.program_id in mine or offer.program.kind != Program.Kind.COURSE
    ]
    begun = {offer.pk for offer in shown if offer.program_id in mine}
    chosen = {each.pk for each in translations.chosen(shown, language, lambda offer: offer.program)}
    return [_card(each, mine.get(each.program_id), names, language) for each in shown if each.pk in chosen | begun]


def card_of(user: User, offer: Offer) -> Card:
    """One offer, for its own page."""
    enrolment = None
    offer.lessons = 0  # type: ignore[attr-defined]
    if offer.program.kind == Program.Kind.COURSE:
        enrolment = Enrolment.objects.filter(user=user, course_id=offer.program_id).first()
        lessons = offer.program.course.lessons
        offer.lessons = len(lessons)  # type: ignore[attr-defined]
        if enrolment is not None:
            enrolment.lessons_done = done_count(lessons, enrolment.done)
    return _card(offer, enrolment, visible_names([offer]), translations.preferred_by(user))


def visible_names(offers: Iterable[Offer]) -> dict[str, str]:
    """Of the segments that are a reason of these offers, the names by slug of those that partners may see. One query."""
    slugs = {slug for offer in offers for slug in [*offer.reason.get("any", []), *offer.reason.get("all", [])]}
    return dict(Segment.objects.filter(slug__in=slugs, partner_visible=True).values_list("slug", "name"))


def _card(offer: Offer, enrolment: Enrolment | None, names: dict[str, str], language: str) -> Card:
    earns = ""
    if offer.program.kind == Program.Kind.INCENTIVE:
        earns = offer.program.incentive.earns
    return Card(
        offer=offer,
        why=because(offer.reason, names),
        earns=earns,
        enrolment=enrolment,
        lessons=offer.lessons or 0,  # type: ignore[attr-defined]
        language_note=translations.note(offer.program, language),
    )
