"""Funds agreed on before they are spent: asked, granted, claimed under what was granted; never promised twice."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.test import Client

from people.models import User
from programs import answering, authoring, claims
from programs.balances import balance_of, budget_of
from programs.drafts import IncentiveDraft
from programs.funding import asking
from programs.funding.asking import Plan
from programs.funding.granting import granted_of
from programs.models import Claim, Delivery, FundRequest, LedgerEntry, Program
from programs.settling import settle
from programs.taking import Refused
from tests.programs.test_claims import at_once, filed, proof
from tests.programs.world import colleague, partner, program, segment, set_members, staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def surroundings(broker: Any, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def one() -> Any:
    return partner("P1", name="Acme")


@pytest.fixture
def gold(one: Any) -> Any:
    return segment("gold", [one])


@pytest.fixture
def robin(one: Any) -> User:
    return colleague(one, "robin@p1.example")


@pytest.fixture
def manager() -> User:
    return staff()


def funds(*segments: Any, **detail: Any) -> Program:
    detail = {"type": "mdf", "rate": None, "amount": "1000.00", "budget": "3000.00", "asks_first": True, **detail}
    made = program("funds", kind="incentive", any=segments, detail=detail)
    settle()
    made.incentive.refresh_from_db()
    return made


def plan(amount: str = "400.00", **fields: Any) -> Plan:
    first = asking.today() + timedelta(days=5)
    return Plan(
        **{
            "title": "Breakfast",
            "plan": "For twenty customers",
            "amount": Decimal(amount),
            "starts_on": first,
            "ends_on": first,
            **fields,
        }
    )


def asked(made: Program, user: User, amount: str = "400.00", **fields: Any) -> FundRequest:
    return asking.ask(incentive_id=made.pk, user=user, plan=plan(amount, **fields))


def standing(made: Program, one: Any) -> tuple[Decimal, Decimal | None]:
    return balance_of(made.incentive, one).available, budget_of(made.incentive).left


def test_request__asked_granted_claimed_paid__holds_what_it_should_at_each_step(
    one: Any, gold: Any, robin: User, manager: User
):
    made = funds(gold)
    request = asked(made, robin)
    assert standing(made, one) == (600, 2600)
    request = asking.grant(request_id=request.pk, user=manager, amount=Decimal("300.00"), note="Invite the bank, too")
    assert request.claim_by == request.ends_on + asking.TO_CLAIM
    assert standing(made, one) == (700, 2700)
    first = filed(made, robin, Decimal("120.00"), request_id=request.pk)
    assert standing(made, one) == (700, 2700)
    with pytest.raises(Refused, match=r"up to EUR 180\.00 under this request"):
        filed(made, robin, Decimal("180.01"), request_id=request.pk)
    claims.approve(claim_id=first.pk, user=manager)
    claims.pay(claim_id=first.pk, user=manager)
    rejected = filed(made, robin, Decimal("180.00"), request_id=request.pk)
    claims.reject(claim_id=rejected.pk, user=manager, reason="No invoice")
    assert granted_of(request).left == 180
    asking.end(request_id=request.pk, user=manager)
    assert standing(made, one) == (880, 2880)
    assert list(LedgerEntry.objects.values_list("kind", "amount")) == [("payment", 120), ("claim", 120)]


def test_request__last_day_to_claim_is_over__frees_the_rest(one: Any, gold: Any, robin: User, manager: User):
    made = funds(gold)
    request = asking.grant(request_id=asked(made, robin).pk, user=manager)
    filed(made, robin, Decimal("50.00"), request_id=request.pk)
    FundRequest.objects.update(claim_by=asking.today() - timedelta(days=1))
    assert standing(made, one) == (950, 2950)
    with pytest.raises(Refused, match="Nothing can be claimed"):
        filed(made, robin, Decimal("1.00"), request_id=request.pk)
    FundRequest.objects.update(claim_by=asking.today())
    assert filed(made, robin, Decimal("1.00"), request_id=request.pk).request_id == request.pk


def test_request__partner_left_the_segment__what_was_granted_is_still_claimed(
    one: Any, gold: Any, robin: User, manager: User
):
    made = funds(gold)
    request = asking.grant(request_id=asked(made, robin).pk, user=manager)
    set_members(gold, [])
    settle()
    with pytest.raises(Refused, match="not on offer"):
        asked(made, robin)
    assert filed(made, robin, Decimal("400.00"), request_id=request.pk).amount == 400


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"amount": "1000.01"}, r"up to EUR 1,000\.00"),
        ({"amount": "0"}, "above 0"),
        ({"amount": "1.005"}, "two decimal places"),
        ({"title": " "}, "what you want to do"),
        ({"ends_on": asking.today()}, "ends before it begins"),
        ({"starts_on": asking.today() - timedelta(9), "ends_on": asking.today() - timedelta(2)}, "over already"),
    ],
)
def test_ask__what_cannot_be__is_refused_in_words(gold: Any, robin: User, fields: dict[str, Any], words: str):
    made = funds(gold)
    with pytest.raises(Refused, match=words):
        asked(made, robin, fields.pop("amount", "400.00"), **fields)
    assert not FundRequest.objects.exists()


def test_claim__without_a_request_or_of_another__is_refused(one: Any, gold: Any, robin: User, manager: User):
    made = funds(gold)
    waiting = asked(made, robin)
    with pytest.raises(Refused, match="agreed on before"):
        filed(made, robin, Decimal("10.00"))
    with pytest.raises(Refused, match="Nothing can be claimed"):
        filed(made, robin, Decimal("10.00"), request_id=waiting.pk)
    other = partner("P2")
    set_members(gold, [one, other])
    settle()
    theirs = asking.grant(request_id=asked(made, colleague(other)).pk, user=manager)
    with pytest.raises(Refused, match="agreed on before"):
        filed(made, robin, Decimal("10.00"), request_id=theirs.pk)


def test_decisions__each_once_within_limits_and_by_those_who_may(one: Any, gold: Any, robin: User, manager: User):
    made = funds(gold)
    request = asked(made, robin, "800.00")
    for call in (
        lambda: asking.grant(request_id=request.pk, user=robin),
        lambda: asking.grant(request_id=request.pk, user=staff("analyst")),
        lambda: asking.refuse(request_id=request.pk, user=staff(email="far@x.example", regions=["APAC"]), reason="No"),
        lambda: asking.withdraw(request_id=request.pk, user=manager),
    ):
        with pytest.raises(Refused, match="no such request"):
            call()
    with pytest.raises(Refused, match="at most the EUR 800"):
        asking.grant(request_id=request.pk, user=manager, amount=Decimal("800.01"))
    with pytest.raises(Refused, match="Leave time to claim"):
        asking.grant(request_id=request.pk, user=manager, claim_by=request.ends_on - timedelta(days=1))
    with pytest.raises(Refused, match="Say why"):
        asking.refuse(request_id=request.pk, user=manager, reason=" ")
    made.incentive.budget = Decimal("500.00")
    made.incentive.save()
    with pytest.raises(Refused, match="beyond the budget"):
        asking.grant(request_id=request.pk, user=manager)
    asking.grant(request_id=request.pk, user=manager, amount=Decimal("500.00"))
    for verb in (asking.grant, asking.withdraw):
        with pytest.raises(Refused, match="This one is approved"):
            verb(request_id=request.pk, user=manager if verb is asking.grant else robin)


def test_withdraw__waiting__frees_its_sum(one: Any, gold: Any, robin: User):
    made = funds(gold)
    asking.withdraw(request_id=asked(made, robin).pk, user=robin)
    assert standing(made, one) == (1000, 3000)


@pytest.mark.django_db(transaction=True)
def test_ask__fifty_at_once_on_a_budget_for_ten__ten_are_taken() -> None:
    companies = [partner(f"P{number}") for number in range(50)]
    made = funds(segment("gold", companies), budget="1000.00")
    people = [colleague(company) for company in companies]
    answers = at_once([lambda user=user: asked(made, user, "100.00") for user in people])
    assert (len(answers), answers.count("")) == (50, 10)
    assert FundRequest.objects.aggregate(Sum("amount"))["amount__sum"] == 1000


@pytest.mark.django_db(transaction=True)
def test_claim__twenty_at_once_under_one_request__within_what_was_granted() -> None:
    company, manager = partner("P1"), staff()
    made, user = funds(segment("gold", [company])), colleague(company)
    request = asking.grant(request_id=asked(made, user).pk, user=manager)
    answers = at_once(
        [lambda: filed(made, user, Decimal("100.00"), request_id=request.pk, proof=proof()) for _ in range(20)]
    )
    assert answers.count("") == 4


@pytest.mark.parametrize("seed", [1, 2])
def test_requests_and_claims__random_steps__what_is_held_is_as_counted_by_hand(seed: int, gold: Any, manager: User):
    dice = random.Random(seed)
    companies = [partner(f"Q{number}") for number in range(3)]
    set_members(gold, companies)
    made = funds(gold)
    people = [colleague(company) for company in companies]
    for _ in range(250):
        try:
            dice.choice(steps(made, dice, people, manager))()
        except Refused:
            continue
        for company in companies:
            assert balance_of(made.incentive, company).held == by_hand(company)
        held = sum(by_hand(company) for company in companies)
        assert budget_of(made.incentive).held == held <= 3000
    assert Claim.objects.count() > 5


def steps(made: Program, dice: random.Random, people: list[User], manager: User) -> list[Any]:
    """What may happen next, on requests and claims drawn by lot."""
    user, amount = dice.choice(people), Decimal(dice.randrange(10, 5_000)) / 10
    found: list[Any] = [lambda: asked(made, user, str(amount))]
    if request := dice.choice([None, *FundRequest.objects.all()]):
        own = next(each for each in people if request.partner.team.filter(user=each).exists())
        rows = FundRequest.objects.filter(pk=request.pk, status="approved")
        found += [
            lambda: asking.grant(request_id=request.pk, user=manager, amount=min(request.amount, amount)),
            lambda: asking.refuse(request_id=request.pk, user=manager, reason="No"),
            lambda: asking.withdraw(request_id=request.pk, user=own),
            lambda: asking.end(request_id=request.pk, user=manager),
            lambda: rows.update(claim_by=asking.today() - timedelta(days=1)),
            *[lambda: filed(made, own, amount / 10, request_id=request.pk)] * 6,
        ]
    if claim := dice.choice([None, *Claim.objects.all()]):
        found += [
            lambda: claims.approve(claim_id=claim.pk, user=manager),
            lambda: claims.reject(claim_id=claim.pk, user=manager, reason="No"),
        ]
    return found


def by_hand(company: Any) -> Decimal:
    total = Decimal(0)
    for request in FundRequest.objects.filter(partner=company):
        spent = sum(claim.amount for claim in request.claims.all() if claim.status != "rejected")
        assert spent <= (request.granted or 0)
        if request.status == "submitted":
            total += request.amount
        elif request.status == "approved" and request.claim_by >= asking.today():
            total += request.granted
        else:
            total += spent
    return total


def test_authoring__asked_for_first__only_of_funds_and_kept_once_asked(gold: Any, robin: User):
    assert "asks_first" in IncentiveDraft("rebate", rate=Decimal(5), asks_first=True).errors()
    made = funds(gold)
    draft = authoring.draft_of(made)
    assert isinstance(draft.detail, IncentiveDraft)
    assert draft.detail.asks_first
    asked(made, robin)
    with pytest.raises(ValidationError) as refused:
        authoring.change_program(program=made, draft=replace(draft, detail=replace(draft.detail, asks_first=False)))
    assert "asks_first" in refused.value.message_dict


def test_answers__granted_refused_and_about_to_end__are_told(one: Any, gold: Any, robin: User, manager: User):
    made = funds(gold)
    granted = asking.grant(request_id=asked(made, robin).pk, user=manager, amount=Decimal("300.00"))
    asking.refuse(request_id=asked(made, robin, "200.00").pk, user=manager, reason="Not this year")
    assert [answering.answer_all(), answering.answer_all()] == [2, 0]
    filed(made, robin, Decimal("120.00"), request_id=granted.pk)
    FundRequest.objects.filter(pk=granted.pk).update(claim_by=asking.today() + timedelta(days=10))
    assert [answering.answer_all(), answering.answer_all()] == [1, 0]
    told = dict(Delivery.objects.values_list("message__notice", "words__amount"))
    assert told == {"fund_approved": "EUR 300", "fund_rejected": "EUR 200", "fund_ending": "EUR 180"}


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    return client


def test_pages__from_asking_to_the_claim__both_sides(one: Any, gold: Any, robin: User, manager: User):
    made = funds(gold)
    visitor, console = as_(robin), as_(manager)
    assert "/portal/funds/funds/ask/" in visitor.get("/portal/claims/").content.decode()
    assert visitor.get("/portal/claims/new/funds/").status_code == 404
    first = (asking.today() + timedelta(days=5)).isoformat()
    entered = {"title": "Fair", "plan": "A stand", "amount": "400", "starts_on": first, "ends_on": first}
    wrong = visitor.post("/portal/funds/funds/ask/", entered | {"amount": "4000"})
    assert wrong.status_code == 422 and "You can ask for up to EUR 1,000.00" in wrong.content.decode()
    went = visitor.post("/portal/funds/funds/ask/", entered)
    request = FundRequest.objects.get()
    assert went.headers["Location"] == f"/portal/funds/{request.pk}/"
    assert "before you spend anything" in visitor.get(f"/portal/funds/{request.pk}/").content.decode()
    assert "1 request for funds to decide on" in console.get("/console/").content.decode()
    assert "Fair" in console.get("/console/funds/").content.decode()
    address = f"/console/funds/{request.pk}/"
    assert "A stand" in console.get(address).content.decode()
    console.post(f"{address}decide/", {"action": "grant", "amount": "300", "claim_by": first, "reason": "Good"})
    page = visitor.get(f"/portal/funds/{request.pk}/").content.decode()
    assert "Good" in page and f"/portal/claims/new/funds/?request={request.pk}" in page
    form = visitor.get(f"/portal/claims/new/funds/?request={request.pk}").content.decode()
    assert "up to EUR 300.00" in form
    sent = {"amount": "300", "note": "Stand", "proof": proof()}
    visitor.post(f"/portal/claims/new/funds/?request={request.pk}", sent)
    claim = Claim.objects.get()
    assert claim.request_id == request.pk
    assert "Under the request" in console.get(f"/console/claims/{claim.pk}/").content.decode()
    assert "Fair" in visitor.get(f"/portal/claims/{claim.pk}/").content.decode()
    assert made.incentive.claims.count() == 1
