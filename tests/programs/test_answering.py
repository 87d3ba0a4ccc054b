"""What partners asked for is answered: told once, to whoever asked and to the admins, in words that say what to do."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from partners import registering
from partners.models import Deal, Registration
from partners.registering import Wish
from people import preferences, roles
from people.models import User
from programs import answering, claims
from programs.company_facts import facts_of
from programs.messages import sending
from programs.models import Claim, Delivery, Message, Plan
from programs.settling import settle
from programs.voices import disputing
from tests.programs.world import colleague, partner, program, segment, staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def surroundings(broker: Any, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.QUIET_HOURS = (0, 0)


@pytest.fixture
def one() -> Any:
    return partner("P1", name="Acme", tier="silver")


@pytest.fixture
def boss(one: Any) -> User:
    return colleague(one, "boss@p1.example", roles.PARTNER_ADMIN)


@pytest.fixture
def robin(one: Any, boss: User) -> User:
    colleague(one, "other@p1.example")
    colleague(partner("P2"), "boss@p2.example", roles.PARTNER_ADMIN)
    return colleague(one, "robin@p1.example")


@pytest.fixture
def manager() -> User:
    return staff()


def told() -> list[tuple[str, str]]:
    return sorted(Delivery.objects.values_list("message__notice", "user__email"))


def both(notice: str) -> list[tuple[str, str]]:
    return [(notice, "boss@p1.example"), (notice, "robin@p1.example")]


def filed(one: Any, robin: User) -> Claim:
    detail = {"type": "mdf", "rate": None, "amount": "2000.00"}
    made = program("fund", kind="incentive", any=[segment("gold", [one])], detail=detail)
    settle()
    proof: Any = ContentFile(b"%PDF-1.7", name="invoice.pdf")
    return claims.file_claim(incentive_id=made.pk, user=robin, amount=Decimal("1234.50"), proof=proof)


def test_claim__each_decision__is_told_once_with_its_reason(one: Any, robin: User, manager: User, mailoutbox: Any):
    claim = filed(one, robin)
    assert answering.answer_all() == 0
    claims.approve(claim_id=claim.pk, user=manager)
    assert [answering.answer_all(), answering.answer_all()] == [2, 0]
    claims.pay(claim_id=claim.pk, user=manager, reference="SEPA 7")
    assert [answering.answer_all(), answering.answer_all()] == [2, 0]
    assert told() == sorted(both("claim_approved") + both("claim_paid"))
    assert sending.send_due().sent == 4
    assert {mail.subject for mail in mailoutbox} == {
        "Your claim of EUR 1,234.50 is approved",
        "Your claim of EUR 1,234.50 is paid",
    }
    assert sum("SEPA 7" in mail.body for mail in mailoutbox) == 2
    assert Delivery.objects.first().leads_to == f"/portal/claims/{claim.pk}/"


def test_claim__rejected__gives_the_reason_as_it_was_written(one: Any, robin: User, manager: User):
    claim = filed(one, robin)
    claims.reject(claim_id=claim.pk, user=manager, reason="The invoice is of <last> year *and* not yours")
    answering.answer_all()
    assert told() == both("claim_rejected")
    client = Client()
    client.force_login(robin)
    mine = Delivery.objects.get(user=robin)
    page = client.get(f"/portal/notifications/{mine.pk}/").content.decode()
    assert "The invoice is of &lt;last&gt; year *and* not yours" in page
    assert client.post(f"/portal/notifications/{mine.pk}/follow/").headers["Location"] == f"/portal/claims/{claim.pk}/"


def test_claim__decided_long_ago_or_people_gone__is_not_told(one: Any, robin: User, manager: User):
    claim = filed(one, robin)
    claims.approve(claim_id=claim.pk, user=manager)
    User.objects.filter(pk=robin.pk).update(is_active=False)
    assert answering.answer_all(now=timezone.now() + timedelta(days=4)) == 0
    assert answering.answer_all() == 1
    assert told() == [("claim_approved", "boss@p1.example")]


def registered(robin: User, customer: str = "Nordlicht") -> Registration:
    return registering.submit(user=robin, wish=Wish(customer, "Managed service"))


def test_registration__approved_near_its_end_and_over__told_each_once(one: Any, robin: User, manager: User):
    made = registered(robin)
    registering.approve(registration_id=made.pk, user=manager)
    now = timezone.now()
    assert [answering.answer_all(), answering.answer_all()] == [2, 0]
    for days in (75, 80, 89):
        answering.answer_all(now=now + timedelta(days=days))
    Registration.objects.update(status="expired")
    for days in (91, 92):
        answering.answer_all(now=now + timedelta(days=days))
    names = ("registration_approved", "registration_ending", "registration_expired")
    assert told() == sorted(pair for name in names for pair in both(name))
    ending = Delivery.objects.filter(message__notice="registration_ending").first()
    assert ending.words["customer"] == "Nordlicht"
    assert ending.leads_to == f"/portal/deals/{Deal.objects.get().pk}/"


def test_registration__rejected_and_one_that_was_won__told_and_not_told(one: Any, robin: User, manager: User):
    refused, won = registered(robin), registered(robin, "Südwind")
    registering.reject(registration_id=refused.pk, user=manager, reason="We serve them ourselves")
    registering.approve(registration_id=won.pk, user=manager)
    Deal.objects.update(stage="won")
    answering.answer_all()
    answering.answer_all(now=timezone.now() + timedelta(days=85))
    assert told() == sorted(both("registration_rejected") + both("registration_approved"))


@pytest.mark.parametrize(("accept", "notice"), [(True, "dispute_accepted"), (False, "dispute_rejected")])
def test_dispute__answered__is_told_with_the_answer(accept: bool, notice: str, one: Any, robin: User, manager: User):
    said = next(each for each in facts_of(one) if each.field.name == "tier")
    made = disputing.dispute(partner=one, user=robin, said=said, claimed="gold")
    assert answering.answer_all() == 0
    disputing.answer(dispute=made, user=manager, accept=accept, text="Since the audit of May")
    assert [answering.answer_all(), answering.answer_all()] == [2, 0]
    assert told() == both(notice)
    words = Delivery.objects.get(user=robin).words
    assert (words["fact"], words["claimed"], words["answer"]) == ("Tier", "gold", "Since the audit of May")


def test_plan__vendor_agreed__is_told_to_the_admins_each_time(one: Any, robin: User, boss: User):
    plan = Plan.objects.create(partner=one, title="Grow", starts_on=timezone.localdate(), ends_on=timezone.localdate())
    assert answering.answer_all() == 0
    for seconds in (60, 10):
        Plan.objects.update(vendor_agreed_at=timezone.now() - timedelta(seconds=seconds))
        assert [answering.answer_all(), answering.answer_all()] == [1, 0]
    assert told() == [("plan_waiting", boss.email)] * 2
    assert Delivery.objects.first().leads_to == f"/portal/plans/{plan.pk}/"
    Plan.objects.update(vendor_agreed_at=timezone.now(), partner_agreed_at=timezone.now())
    assert answering.answer_all() == 0


def test_answers__switched_off__stay_in_the_portal(one: Any, robin: User, boss: User, manager: User, mailoutbox: Any):
    preferences.switch_off(user_id=robin.pk, kind="answer")
    claim = filed(one, robin)
    claims.approve(claim_id=claim.pk, user=manager)
    answering.answer_all()
    outcome = sending.send_due()
    assert (outcome.sent, outcome.held_back) == (1, 1)
    assert [mail.to for mail in mailoutbox] == [[boss.email]]
    client = Client()
    client.force_login(robin)
    assert "Your claim of EUR 1,234.50 is approved" in client.get("/portal/notifications/").content.decode()


def test_answers__many_decisions__ask_as_many_queries(one: Any, robin: User, manager: User):
    claim = filed(one, robin)
    claims.approve(claim_id=claim.pk, user=manager)
    answering.answer_all()
    asked = []
    for count in (1, 30):
        words = {"incentive": claim.incentive, "partner": one, "amount": 1, "currency": "EUR", "status": "approved"}
        Claim.objects.bulk_create(Claim(decided_at=timezone.now(), **words) for _ in range(count))
        with CaptureQueriesContext(connection) as queries:
            assert answering.answer_all() == count
        asked.append(len(queries))
    assert asked[0] == asked[1]
    assert Message.objects.filter(notice="claim_approved").count() == 1
