"""Certificates that end: reminded of once, renewed by taking the course again, the old one kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from partners.models import Activity
from people import roles
from people.models import User
from programs import reminding, renewing, settling, taking
from programs.certifying import verify
from programs.messages import composing, sending
from programs.models import Certificate, Delivery, Enrolment, Message, Offer
from programs.quizzing import hand_in
from programs.transcripts import transcript_of
from segments.models import Segment
from tests.programs.world import colleague, partner, program, segment

pytestmark = pytest.mark.django_db
START = datetime(2026, 1, 5, 10, tzinfo=UTC)
QUIZ = {
    "pass_mark": 100,
    "attempts": 2,
    "questions": [
        {
            "id": "a", "type": "single", "text": "1 + 1?", "explanation": "",
            "choices": [{"id": "x", "text": "2"}, {"id": "y", "text": "3"}], "correct": ["x"],
        }
    ],
}  # fmt: skip
LESSONS = [
    {"key": "p", "kind": "page", "title": "Read", "body": "x"},
    {"key": "q", "kind": "quiz", "title": "Quiz", "quiz": QUIZ},
]


@pytest.fixture(autouse=True)
def queues(broker: Any) -> None:
    """What is handed to workers is handed to a broker of this test's own."""


@pytest.fixture
def clock(time_machine: Any) -> Any:
    time_machine.move_to(START, tick=False)
    return time_machine


@pytest.fixture
def learner(clock: Any) -> User:
    company = partner("P1", name="Acme")
    segment("gold", [company])
    return colleague(company, "robin@p-1.example")


@pytest.fixture
def offer(learner: User) -> Offer:
    detail = {"lessons": LESSONS, "gives_certificate": True, "certificate_months": 12, "due_days": 30}
    program("basics", kind="course", any=[Segment.objects.get(slug="gold")], detail=detail)
    settling.settle()
    return Offer.objects.get()


def passes(offer: Offer, learner: User) -> None:
    taking.start_offer(offer_id=offer.pk, user=learner)
    taking.complete_lesson(offer_id=offer.pk, user=learner, number=1)
    made = Enrolment.objects.get().attempts.count()
    hand_in(offer_id=offer.pk, user=learner, number=2, attempt=made + 1, answers={"a": "x"})


def test_renew__taken_again__new_certificate_and_the_old_kept(offer: Offer, learner: User, clock: Any):
    passes(offer, learner)
    [first] = Certificate.objects.all()
    with pytest.raises(taking.Refused, match="nothing to renew yet"):
        renewing.renew(offer_id=offer.pk, user=learner)
    clock.move_to(START + timedelta(days=330), tick=False)
    renewing.renew(offer_id=offer.pk, user=learner)
    enrolment = renewing.renew(offer_id=offer.pk, user=learner)
    assert enrolment.is_under_way and enrolment.completed_at == START
    assert Certificate.objects.count() == 1
    taking.complete_lesson(offer_id=offer.pk, user=learner, number=1)
    wrong = hand_in(offer_id=offer.pk, user=learner, number=2, attempt=2, answers={"a": "y"})
    assert wrong.is_new and not wrong.completed
    again = hand_in(offer_id=offer.pk, user=learner, number=2, attempt=3, answers={"a": "x"})
    assert again.completed
    old, new = Certificate.objects.order_by("pk")
    assert (old.code, new.code != old.code) == (first.code, True)
    assert new.expires_on > old.expires_on
    assert verify(old.code) == old and verify(new.code) == new
    [row] = transcript_of(learner)
    assert (row.certificate, row.earlier) == (new, [old])
    assert Activity.objects.filter(kind="course_completed").count() == 1
    assert Activity.objects.filter(kind="certificate_earned").count() == 2


def test_renew__no_longer_on_offer__is_refused_and_the_proof_stays(offer: Offer, learner: User, clock: Any):
    passes(offer, learner)
    Offer.objects.update(lapsed_at=START)
    clock.move_to(START + timedelta(days=400), tick=False)
    with pytest.raises(taking.NotOnOffer):
        renewing.renew(offer_id=offer.pk, user=learner)
    assert Certificate.objects.count() == 1


def test_pages__certificate_ends_soon__can_be_renewed_from_the_course(offer: Offer, learner: User, clock: Any):
    passes(offer, learner)
    visitor = Client()
    visitor.force_login(learner)
    address = f"/portal/offers/{offer.pk}/"
    assert "Renew the certificate" not in visitor.get(address).content.decode()
    clock.move_to(START + timedelta(days=350), tick=False)
    visitor = Client()  # nobody stays signed in for a year
    visitor.force_login(learner)
    assert "Renew the certificate" in visitor.get(address).content.decode()
    went = visitor.post(f"{address}renew/")
    assert went.status_code == 302
    assert "You are renewing" in visitor.get(address).content.decode()
    assert "Renewing: 0 of 2 lessons" in visitor.get("/portal/training/transcript/").content.decode()
    passes(offer, learner)
    page = visitor.get("/portal/training/transcript/").content.decode()
    assert all(code in page for code in Certificate.objects.values_list("code", flat=True))


def told() -> list[tuple[str, str]]:
    return list(Delivery.objects.order_by("pk").values_list("message__notice", "user__email"))


def test_remind__course_due__whoever_began_it_once(offer: Offer, learner: User):
    colleague(offer.partner, "idle@p-1.example")
    taking.start_offer(offer_id=offer.pk, user=learner)
    for day in (22, 23, 24, 29, 30, 31, 32, 60):
        reminding.remind(now=START + timedelta(days=day))
    assert told() == [("course_due", learner.email), ("course_overdue", learner.email)]
    delivery = Delivery.objects.earliest("pk")
    assert delivery.words == {"course": "Basics", "day": "4 February 2026"}
    assert delivery.leads_to == f"/portal/offers/{offer.pk}/"


def test_remind__nobody_began__the_admins(offer: Offer, learner: User):
    boss = colleague(offer.partner, "boss@p-1.example", roles.PARTNER_ADMIN)
    reminding.remind(now=START + timedelta(days=25))
    assert told() == [("course_due", boss.email)]


def test_remind__completed_or_lapsed__nobody(offer: Offer, learner: User):
    passes(offer, learner)
    assert reminding.remind(now=START + timedelta(days=25)).courses == 0
    Enrolment.objects.update(completed_at=None)
    Offer.objects.update(lapsed_at=START)
    assert reminding.remind(now=START + timedelta(days=25)).courses == 0


def test_remind__certificate_ends__once_before_and_once_after_unless_renewed(offer: Offer, learner: User, clock: Any):
    passes(offer, learner)
    end = Certificate.objects.get().expires_on
    assert end is not None
    days = (end - START.date()).days
    for day in (days - 31, days - 30, days - 1, days + 1, days + 2):
        reminding.remind(now=START + timedelta(days=day))
    assert told() == [("certificate_ending", learner.email), ("certificate_ended", learner.email)]
    clock.move_to(START + timedelta(days=days + 3), tick=False)
    renewing.renew(offer_id=offer.pk, user=learner)
    passes(offer, learner)
    assert reminding.remind().certificates == 0


def test_reminder__at_night__waits_and_then_reads_as_it_should(
    offer: Offer, learner: User, clock: Any, mailoutbox: list[Any]
):
    taking.start_offer(offer_id=offer.pk, user=learner)
    night = START + timedelta(days=25, hours=13)
    clock.move_to(night, tick=False)
    reminding.remind()
    assert sending.send_due().put_off == 1 and not mailoutbox
    clock.move_to(night + timedelta(hours=9, minutes=1), tick=False)
    assert sending.send_due().sent == 1
    [mail] = mailoutbox
    assert mail.subject == "Basics is due on 4 February 2026"
    assert "“Basics” is to be completed by 4 February 2026" in mail.body


def test_notice__in_other_words__is_kept_and_never_deleted(offer: Offer, learner: User):
    taking.start_offer(offer_id=offer.pk, user=learner)
    reminding.remind(now=START + timedelta(days=25))
    made = Message.objects.get(notice="course_due")
    draft = composing.draft_of(made)
    other = composing.MessageDraft(
        subject="{{ course }}!", body="By {{ day }}", link=draft.link, link_label=draft.link_label, kind=draft.kind
    )
    assert composing.change_message(message=made, draft=other).status == "journey"
    with pytest.raises(composing.ValidationError):
        composing.delete_message(message=made)
