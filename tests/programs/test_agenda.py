"""What to do next on the portal's home: what presses most comes first, each kind leads to where it is done."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from partners import registering
from partners.models import Deal, Registration
from partners.registering import Wish
from people import roles
from people.models import User
from programs import taking
from programs.accruing import accrue
from programs.funding import asking
from programs.funding.asking import Plan as Wanted
from programs.models import Certificate, Claim, Enrolment, FundRequest, Offer, Plan
from programs.portal.agenda import next_steps
from programs.portal.shelf import cards
from programs.settling import settle
from tests.programs.world import colleague, partner, program, segment, staff

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture(autouse=True)
def queues(broker: Any) -> None:
    """What is handed to workers is handed to a broker of this test's own."""


@pytest.fixture
def one() -> Any:
    return partner("P1", name="Acme")


@pytest.fixture
def gold(one: Any) -> Any:
    return segment("gold", [one])


@pytest.fixture
def boss(one: Any) -> User:
    return colleague(one, "boss@p1.example", roles.PARTNER_ADMIN)


def steps(user: User, one: Any, most: int = 20) -> list[tuple[str, str, str]]:
    found = next_steps(user, cards(user), one.pk, most=most)
    return [(step.kind, step.title, step.href) for step in found]


def everything(one: Any, gold: Any, boss: User) -> dict[str, Any]:
    """One of each kind of step."""
    manager = staff()
    program("kit", any=[gold])
    late, soon, _idle = (
        program(slug, kind="course", any=[gold], detail={"due_days": days})
        for slug, days in (("late", 3), ("soon", 10), ("idle", None))
    )
    rebate = program("rebate", kind="incentive", any=[gold])
    detail = {"type": "mdf", "rate": None, "amount": "500.00", "asks_first": True}
    funds = program("funds", kind="incentive", any=[gold], detail=detail)
    settle()
    Offer.objects.filter(program=late).update(offered_at=timezone.now() - timedelta(days=9))
    offers = {offer.program.slug: offer.pk for offer in Offer.objects.select_related("program")}
    taking.start_offer(offer_id=offers["idle"], user=boss)
    Deal.objects.create(
        external_id="D1", partner=one, stage="won", amount="1000.00", closed_on=TODAY(), registered_on=TODAY()
    )
    accrue()
    Claim.objects.create(incentive=rebate.incentive, partner=one, amount="12.50", currency="EUR")
    asked = Wanted("Fair", "A stand", Decimal(300), TODAY(), TODAY())
    fund = asking.grant(
        request_id=asking.ask(incentive_id=funds.pk, user=boss, plan=asked).pk,
        user=manager,
        claim_by=TODAY() + timedelta(days=5),
    )
    made = registering.submit(user=boss, wish=Wish("Nordlicht", "Service"))
    deal = registering.approve(registration_id=made.pk, user=manager).deal
    Registration.objects.update(expires_on=TODAY() + timedelta(days=2))
    plan = Plan.objects.create(
        partner=one, title="Grow", starts_on=TODAY(), ends_on=TODAY(), vendor_agreed_at=timezone.now()
    )
    return {"offers": offers, "fund": fund.pk, "deal": deal.pk if deal else 0, "plan": plan.pk, "soon": soon}


def test_steps__one_of_each__the_most_pressing_first(one: Any, gold: Any, boss: User):
    made = everything(one, gold, boss)
    offers = made["offers"]
    assert steps(boss, one) == [
        ("To do", "Late", f"/portal/offers/{offers['late']}/"),
        ("Deal", "Nordlicht", f"/portal/deals/{made['deal']}/"),
        ("Claim", "Fair", f"/portal/funds/{made['fund']}/"),
        ("To do", "Soon", f"/portal/offers/{offers['soon']}/"),
        ("Earned", "Claim EUR 37.50", "/portal/claims/"),
        ("Joint plan", "Grow", f"/portal/plans/{made['plan']}/"),
        ("Carry on", "Idle", f"/portal/offers/{offers['idle']}/resume/"),
        *[("New for you", title, f"/portal/offers/{offers[title.lower()]}/") for title in fresh(boss)],
    ]
    assert len(steps(boss, one, most=3)) == 3


def fresh(user: User) -> list[str]:
    return [card.program.name for card in cards(user) if card.program.slug in {"kit", "rebate", "funds"}]


def test_steps__done_or_not_theirs__are_gone(one: Any, gold: Any, boss: User):
    everything(one, gold, boss)
    Claim.objects.update(amount="50.00")
    FundRequest.objects.update(claim_by=TODAY() - timedelta(days=1))
    Deal.objects.filter(stage="open").update(stage="won")
    Offer.objects.update(opened_at=timezone.now())
    Enrolment.objects.update(completed_at=timezone.now())
    member = colleague(one)
    assert [kind for kind, *_ in steps(boss, one)] == ["To do", "To do", "Joint plan"]
    assert [kind for kind, *_ in steps(member, one)] == ["To do", "To do"]
    other = partner("P2")
    assert steps(colleague(other), other) == []


@pytest.mark.parametrize(("days", "kinds"), [(90, []), (40, ["Renew"]), (-5, ["Renew"])])
def test_steps__certificate_that_ends__is_to_be_renewed(one: Any, gold: Any, boss: User, days: int, kinds: list[str]):
    course = program("course", kind="course", any=[gold])
    settle()
    Offer.objects.update(opened_at=timezone.now())
    Enrolment.objects.create(course=course.course, user=boss, partner=one, completed_at=timezone.now())
    words = {"course": course.course, "partner": one, "user": boss, "holder": "Boss", "title": "Course"}
    Certificate.objects.create(code="A", expires_on=TODAY() - timedelta(days=100), **words)
    Certificate.objects.create(code="B", expires_on=TODAY() + timedelta(days=days), **words)
    assert [kind for kind, *_ in steps(boss, one)] == kinds
    Enrolment.objects.update(is_renewing=True)
    assert "Renew" not in [kind for kind, *_ in steps(boss, one)]


def test_home__one_of_each__leads_there_within_a_dozen_queries(one: Any, gold: Any, boss: User):
    made = everything(one, gold, boss)
    client = Client()
    client.force_login(boss, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    page = client.get("/portal/").content.decode()
    for address in (f"/portal/offers/{made['offers']['late']}/", f"/portal/deals/{made['deal']}/"):
        assert f'href="{address}"' in page
    with CaptureQueriesContext(connection) as asked:
        client.get("/portal/")
    assert len(asked) <= 12
