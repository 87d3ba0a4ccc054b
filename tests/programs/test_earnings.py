"""What a deal would earn is what the ledger books once it is won; a discount is given on the deal and never claimed."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db.models import Sum
from django.test import Client
from django.utils import timezone

from partners.models import Customer, Deal
from programs import claims
from programs.accruing import accrue
from programs.balances import balances
from programs.earnings import earnings_of
from programs.models import LedgerEntry, Program
from programs.settling import settle
from programs.taking import Refused
from tests.programs.world import colleague, partner, program, segment, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def one() -> Any:
    return partner("P1")


@pytest.fixture
def gold(one: Any) -> Any:
    return segment("gold", [one])


@pytest.fixture
def visitor(one: Any) -> Client:
    client = Client()
    client.force_login(colleague(one), backend=django_settings.AUTHENTICATION_BACKENDS[0])
    return client


def incentive(gold: Any, slug: str, type: str = "rebate", **detail: Any) -> Program:  # noqa: A002
    fields = {name: detail.pop(name) for name in ("priority", "ends_on") if name in detail}
    return program(slug, kind="incentive", any=[gold], detail={"type": type, "rate": "5", **detail}, **fields)


def open_deal(one: Any, amount: str | None = "1000.00", **fields: Any) -> Deal:
    number = Deal.objects.count()
    made = Deal.objects.create(external_id=f"D{number}", partner=one, stage="open", amount=amount, **fields)
    return Deal.objects.get(pk=made.pk)


def win(deal: Deal) -> None:
    deal.stage, deal.closed_on = "won", timezone.localdate()
    deal.save(update_fields=["stage", "closed_on"])


def amounts(deal: Deal) -> dict[str, Decimal | None]:
    return {row.program.slug: row.amount for row in earnings_of(deal)}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_earnings__open_deals__are_what_is_booked_once_they_are_won(seed: int, one: Any, gold: Any) -> None:
    dice = random.Random(seed)
    tiers = [{"from": "3000.00", "rate": "4.125"}, {"from": "9000.00", "rate": "6"}]
    incentive(gold, "tiered", rate="2.375", tiers=tiers, period="quarter")
    incentive(gold, "capped", "spiff", rate=None, amount="70.00", cap="500.00")
    incentive(gold, "off", "discount", rate="7.5", budget="900.00")
    incentive(gold, "registered", "deal_registration", rate="1.115")
    settle()
    for _ in range(12):
        registered = timezone.localdate() if dice.random() < 0.5 else None
        deal = open_deal(one, str(Decimal(dice.randrange(1, 300_000)) / 100), registered_on=registered)
        said = amounts(deal)
        win(deal)
        accrue()
        sums = LedgerEntry.objects.filter(deal=deal).values_list("incentive__program__slug").annotate(Sum("amount"))
        booked = dict(sums.order_by())
        assert {slug: amount for slug, amount in said.items() if amount} == booked
        assert amounts(deal) == booked


def test_earnings__of_two_of_a_type__the_one_that_pays(one: Any, gold: Any) -> None:
    incentive(gold, "first", priority=5)
    incentive(gold, "second", rate="9")
    settle()
    assert amounts(open_deal(one)) == {"first": Decimal("50.00")}


def test_earnings__what_does_not_qualify__is_left_out(one: Any, gold: Any) -> None:
    incentive(gold, "fund", "mdf", rate=None, amount="500.00")
    incentive(gold, "dollars", currency="USD")
    incentive(gold, "bonus", "deal_registration")
    incentive(gold, "unknown", "spiff", rate="3")
    settle()
    deal = open_deal(one, None, currency="EUR")
    assert amounts(deal) == {"unknown": None}
    deal.stage = "lost"
    assert amounts(deal) == {}


def test_discount__won_deal__is_given_and_counts_but_is_never_claimed(one: Any, gold: Any) -> None:
    made = incentive(gold, "off", "discount")
    settle()
    deal = open_deal(one)
    win(deal)
    accrue()
    [balance] = balances(one.pk)
    assert (balance.earned, balance.available, balance.overclaimed) == (Decimal("50.00"), 0, 0)
    with pytest.raises(Refused, match="taken off the price"):
        claims.file_claim(incentive_id=made.pk, user=colleague(one), amount=Decimal(1))


def test_pages__deal_with_a_discount__say_what_comes_off_and_lead_to_no_claim(one: Any, gold: Any, visitor: Client):
    incentive(gold, "off", "discount")
    settle()
    customer = Customer.objects.create(external_id="C1", name="Buyer")
    deal = open_deal(one, customer=customer)
    page = visitor.get(f"/portal/deals/{deal.pk}/").content.decode()
    for part in ("earnings", "plays"):
        assert f'hx-get="/portal/deals/{deal.pk}/{part}/"' in page
    part = visitor.get(f"/portal/deals/{deal.pk}/earnings/").content.decode()
    assert "EUR 50.00</span> off the price" in part and "What it would earn you" in part
    win(deal)
    accrue()
    assert "What it earned you" in visitor.get(f"/portal/deals/{deal.pk}/earnings/").content.decode()
    assert visitor.get("/portal/claims/new/off/").status_code == 404
    shelf = visitor.get("/portal/incentives/").content.decode()
    assert "5 % off the deal" in shelf and "Saved so far" in shelf
    claimed = visitor.get("/portal/claims/").content.decode()
    assert "off the price" in claimed and "portal/claims/new" not in claimed
    assert visitor.get("/portal/").context["figures"] == []


def test_panel__of_a_colleague__says_what_the_partner_reads_and_leads_to_the_accounts(one: Any, gold: Any) -> None:
    incentive(gold, "off", "discount")
    settle()
    deal = open_deal(one, customer=Customer.objects.create(external_id="C1", name="Buyer"))
    client = Client()
    client.force_login(staff(), backend=django_settings.AUTHENTICATION_BACKENDS[0])
    page = client.get(f"/console/deals/{deal.external_id}/").content.decode()
    for part in (f"deals/{deal.external_id}/earnings", "customers/C1/plays"):
        assert f'hx-get="/console/{part}/"' in page
    panel = client.get(f"/console/deals/{deal.external_id}/earnings/").content.decode()
    assert "What it would earn the partner" in panel and "EUR 50.00</span> off the price" in panel
    assert 'href="/console/programs/off/accounts/"' in panel
