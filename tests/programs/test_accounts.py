"""Pages about money: each company its own, staff those of their regions, and nothing but what the ledger says."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from people import roles
from programs import claims
from programs.accruing import accrue
from programs.models import Claim, LedgerEntry, Offer
from programs.settling import settle
from tests.programs.test_accruing import won
from tests.programs.world import colleague, partner, program, segment, set_members, staff

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def one() -> Any:
    return partner("P1", name="Acme Cloud", region="EMEA")


@pytest.fixture
def gold(one: Any) -> Any:
    return segment("gold", [one], partner_visible=True)


@pytest.fixture
def rebate(gold: Any) -> Any:
    detail = {"rate": "2", "tiers": [{"from": "1000000.00", "rate": "3.5"}], "budget": "5000.00"}
    made = program("rebate", kind="incentive", any=[gold], name="Growth rebate", detail=detail)
    settle()
    return made


@pytest.fixture
def visitor(one: Any, client: Client) -> Client:
    client.force_login(colleague(one))
    return client


def asked(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, (address, response)
    return response.content.decode()


def test_incentives__earned_from__shows_progress_to_the_next_reward(visitor: Client, one: Any, rebate: Any) -> None:
    won(one, timezone.localdate().isoformat(), "400000.00")
    accrue()
    html = page(visitor, "/portal/incentives/")
    for words in ("Growth rebate", "EUR 8,000.00", "EUR 600,000.00 to go", "3.5 %"):
        assert (words in html) is (words != "EUR 8,000.00"), words  # the budget of 5,000 bounds what is earned
    assert "EUR 5,000.00" in html


def test_claim__through_the_pages__filed_approved_and_paid(visitor: Client, one: Any, rebate: Any) -> None:
    won(one, "2026-03-01", "10000.00")
    accrue()
    body = {"amount": "150.00", "note": "First part", "proof": SimpleUploadedFile("invoice.pdf", b"%PDF-1.7 one")}
    answer = visitor.post("/portal/claims/new/rebate/", body)
    claim = Claim.objects.get()
    assert answer.url == f"/portal/claims/{claim.pk}/"
    office = asked(staff())
    assert "Acme Cloud" in page(office, "/console/claims/")
    for action in ("approve", "pay"):
        office.post(f"/console/claims/{claim.pk}/decide/", {"action": action, "reference": "SEPA 77"})
    assert "SEPA 77" in page(visitor, f"/portal/claims/{claim.pk}/")
    html = page(visitor, "/portal/claims/")
    for words in ("EUR 200.00", "EUR 150.00", "EUR 50.00", "Paid"):
        assert words in html
    assert page(office, "/console/claims/?status=paid").count("Claim 1") <= 1


def test_claim__too_much__says_how_much_there_is_and_keeps_what_was_typed(
    visitor: Client, one: Any, rebate: Any
) -> None:
    won(one, "2026-03-01", "10000.00")
    accrue()
    response = visitor.post("/portal/claims/new/rebate/", {"amount": "201", "note": "All of it"})
    assert response.status_code == 422
    assert "up to EUR 200.00" in response.content.decode()
    assert "All of it" in response.content.decode()


def test_claim__rejected__partner_reads_why(visitor: Client, one: Any, rebate: Any) -> None:
    won(one, "2026-03-01", "10000.00")
    accrue()
    visitor.post("/portal/claims/new/rebate/", {"amount": "10"})
    claim = Claim.objects.get()
    office = asked(staff())
    office.post(f"/console/claims/{claim.pk}/decide/", {"action": "reject", "reason": ""})
    claim.refresh_from_db()
    assert claim.status == "submitted"
    office.post(f"/console/claims/{claim.pk}/decide/", {"action": "reject", "reason": "Wrong quarter"})
    assert "Wrong quarter" in page(visitor, f"/portal/claims/{claim.pk}/")


def test_claim_and_proof__of_another_company_or_region__are_not_found(one: Any, gold: Any, rebate: Any) -> None:
    won(one, "2026-03-01", "10000.00")
    accrue()
    proof = SimpleUploadedFile("invoice.pdf", b"%PDF-1.7 secret")
    claim = claims.file_claim(
        incentive_id=rebate.pk, user=colleague(one), amount=Decimal(10), proof=proof, note="Secret"
    )
    two = partner("P2", region="NA")
    set_members(gold, [one, two])
    settle()
    stranger = asked(colleague(two))
    far = asked(staff(regions=["APAC"]))
    for address in (f"/portal/claims/{claim.pk}/", f"/portal/claims/{claim.pk}/proof/"):
        assert stranger.get(address).status_code == 404
    for address in (f"/console/claims/{claim.pk}/", f"/console/claims/{claim.pk}/proof/"):
        assert far.get(address).status_code == 404
    assert far.post(f"/console/claims/{claim.pk}/decide/", {"action": "approve"}).status_code == 404
    assert "Secret" not in page(stranger, "/portal/claims/")
    assert "Acme" not in page(far, "/console/claims/")
    assert "Acme" not in page(far, "/console/programs/rebate/accounts/")
    assert b"P1" not in b"".join(far.get("/console/programs/rebate/accounts/statement.csv").streaming_content)


def test_proof__same_name_twice__each_keeps_the_name_it_came_by(one: Any, gold: Any, rebate: Any) -> None:
    won(one, "2026-03-01", "10000.00")
    accrue()
    user = colleague(one)
    filed = [
        claims.file_claim(
            incentive_id=rebate.pk,
            user=user,
            amount=Decimal(10),
            proof=SimpleUploadedFile("invoice.pdf", b"%PDF-1.7 " + number),
        )
        for number in (b"one", b"two")
    ]
    assert [claim.proof_name for claim in filed] == ["invoice.pdf", "invoice.pdf"]
    assert [claim.proof.read() for claim in filed] == [b"%PDF-1.7 one", b"%PDF-1.7 two"]


def test_proof__for_its_own_people_and_staff__is_a_download_that_cannot_run(
    visitor: Client, one: Any, rebate: Any
) -> None:
    won(one, "2026-03-01", "10000.00")
    accrue()
    visitor.post(
        "/portal/claims/new/rebate/", {"amount": "10", "proof": SimpleUploadedFile("invoice.pdf", b"%PDF-1.7 one")}
    )
    claim = Claim.objects.get()
    for client, door in ((visitor, "portal"), (asked(staff(roles.ANALYST)), "console")):
        response = client.get(f"/{door}/claims/{claim.pk}/proof/")
        assert b"".join(response.streaming_content) == b"%PDF-1.7 one"
        assert response["Content-Disposition"].startswith("attachment")
        assert response["Content-Type"] == "application/octet-stream"


def test_statement__csv__adds_up_to_the_ledger_and_defuses_formulas(visitor: Client, one: Any, rebate: Any) -> None:
    won(one, "2026-03-01", "10000.00")
    deal = won(one, "2026-03-02", "333.33", name="=cmd")
    accrue()
    deal.stage, deal.external_id = "lost", "=1+1"
    deal.save()
    accrue()
    response = visitor.get("/portal/claims/statement.csv")
    rows = list(csv.DictReader(b"".join(response.streaming_content).decode().splitlines()))
    assert [row["amount"] for row in rows] == ["200.00", "6.67", "-6.67"]
    assert sum(Decimal(row["amount"]) for row in rows) == Decimal(200)
    assert rows[1]["deal"] == "'=1+1"


def test_portal_pages__many_claims_and_entries__stay_within_the_queries(visitor: Client, one: Any, gold: Any) -> None:
    for number in range(8):
        program(f"rebate-{number}", kind="incentive", any=[gold], detail={"tiers": [{"from": "50.00", "rate": "9"}]})
    settle()
    for number in range(40):
        won(one, "2026-03-01", str(100 + number))
    accrue()
    first = LedgerEntry.objects.first()
    assert first
    for _ in range(30):
        Claim.objects.create(incentive=first.incentive, partner=one, amount=1, currency="EUR", filed_by=None)
    claim, offer = Claim.objects.first(), Offer.objects.on().get(program=first.incentive.program)
    assert claim
    for address in (
        "/portal/",
        "/portal/incentives/",
        "/portal/claims/",
        f"/portal/claims/{claim.pk}/",
        f"/portal/claims/new/{first.incentive.program.slug}/",
        f"/portal/offers/{offer.pk}/",
    ):
        page(visitor, address)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page(visitor, address)
        assert len(queries) <= MOST_QUERIES, (address, len(queries))


def test_priority__two_of_a_type__the_loser_is_kept_and_shown_with_the_winner(
    visitor: Client, one: Any, gold: Any
) -> None:
    program("low", kind="incentive", any=[gold], name="Small rebate", priority=1)
    program("high", kind="incentive", any=[gold], name="Big rebate", priority=5)
    program("gift", kind="incentive", any=[gold], detail={"type": "spiff", "rate": None, "amount": "5"})
    settle()
    html = page(visitor, "/portal/incentives/")
    assert html.count("Comes second") == 1
    assert "“Big rebate” pays for your deals instead" in html
    loser = Offer.objects.get(program__slug="low")
    assert "“Big rebate” pays for your deals instead" in page(visitor, f"/portal/offers/{loser.pk}/")
    office = asked(staff())
    assert "It comes first, so it pays for their deals instead" in page(office, "/console/programs/low/accounts/")
    assert "This one comes first (priority 5)" in page(office, "/console/programs/high/accounts/")
    assert "“Big rebate” pays instead" in page(office, "/console/partners/P1/portal/")


def test_preview__on_a_day__shows_what_was_on_offer_then(one: Any, gold: Any) -> None:
    past = program("past", any=[gold], name="Old guide")
    now = program("now", any=[gold], name="New guide")
    start = timezone.localdate() + timedelta(days=30)
    program("soon", any=[gold], name="Coming guide", starts_on=start, ends_on=start)
    at = datetime(2026, 2, 1, 12, tzinfo=UTC)
    Offer.objects.create(program=past, partner=one, offered_at=at, withdrawn_at=at + timedelta(days=2))
    Offer.objects.create(program=now, partner=one, offered_at=at + timedelta(days=2))
    past.status = "archived"
    past.save()
    office = asked(staff())

    def shown(day: date) -> list[str]:
        html = page(office, f"/console/partners/P1/portal/?on={day.isoformat()}")
        assert "Only to look at" in html
        return [name for name in ("Old guide", "New guide", "Coming guide") if name in html]

    assert shown(date(2026, 1, 31)) == []
    assert shown(date(2026, 2, 1)) == shown(date(2026, 2, 2)) == ["Old guide"]
    assert shown(date(2026, 2, 3)) == shown(timezone.localdate()) == ["New guide"]
    assert shown(start) == ["New guide", "Coming guide"]
    assert shown(start + timedelta(days=1)) == ["New guide"]
    assert office.get("/console/partners/P1/portal/?on=2026-99-99").status_code == 200


def test_preview__by_a_partner_or_for_another_region__is_not_found(visitor: Client, one: Any, gold: Any) -> None:
    assert visitor.get("/console/partners/P1/portal/").status_code == 404
    assert asked(staff(regions=["APAC"])).get("/console/partners/P1/portal/").status_code == 404


def test_terms__once_earned_by__stay(one: Any, gold: Any, rebate: Any) -> None:
    won(one, "2026-03-01", "10000.00")
    accrue()
    office = asked(staff())
    body = {
        "name": "Growth rebate",
        "slug": "rebate",
        "any": ["gold"],
        "type": "rebate",
        "rate": "4",
        "currency": "EUR",
        "budget": "9000",
        "tiers": "1000000: 3.5",
        "period": "whole",
    }
    response = office.post("/console/programs/rebate/edit/", body)
    assert response.status_code == 422
    assert "earned or claimed by these terms" in response.content.decode()
    assert office.post("/console/programs/rebate/edit/", body | {"rate": "2"}).status_code == 302
    rebate.incentive.refresh_from_db()
    assert rebate.incentive.budget == 9000


def test_gap__segments_not_in_yet__nearest_first_with_what_is_missing(visitor: Client, one: Any) -> None:
    one.tier = "silver"
    one.save()

    def leaf(field: str, operator: str, value: Any) -> dict[str, Any]:
        return {"field": field, "operator": operator, "value": value}

    def every(*rules: Any) -> dict[str, Any]:
        return {"combinator": "and", "not": False, "rules": list(rules)}

    far = every(leaf("region", "=", "APAC"), leaf("tier", ">=", "gold"), leaf("country", "=", "DE"))
    near = every(leaf("region", "=", "EMEA"), leaf("tier", ">=", "gold"))
    segment("far", partner_visible=True, name="Far away", rule=far)
    target = segment("near", partner_visible=True, name="Gold in EMEA", rule=near)
    segment("hidden", name="Not to be told", rule=near)
    through = every({"field": "segment", "operator": "in", "value": ["hidden"]})
    segment("through", partner_visible=True, name="By a hidden one", rule=through)
    segment("mine", [one], partner_visible=True, name="Mine already", rule=leaf("region", "=", "EMEA"))
    program("kit", any=[target], name="Gold kit")
    page(visitor, "/portal/segments/gap/")
    with CaptureQueriesContext(connection) as queries:
        html = page(visitor, "/portal/segments/gap/")
    assert len(queries) <= MOST_QUERIES + 4, [query["sql"][:90] for query in queries]
    assert html.index("Gold in EMEA") < html.index("Far away")
    for words in ("Your tier: Silver", "Next: Gold", "1 condition away", "(you: Silver)", "bring you Gold kit"):
        assert words in html, words
    for words in ("Not to be told", "By a hidden one", "Mine already"):
        assert words not in html


@pytest.mark.parametrize(
    ("rule", "is_told"),
    [
        ({"field": "tier", "operator": "=", "value": "silver"}, False),
        ({"field": "tier", "operator": "<", "value": "gold"}, False),
        ({"field": "tier", "operator": "in", "value": ["silver", "platinum"]}, True),
        ({"field": "lifecycle_stage", "operator": "=", "value": "onboarding"}, False),
        ({"field": "employees", "operator": ">=", "value": 150}, True),
    ],
)
def test_gap__what_a_company_cannot_aim_at__is_not_told(
    visitor: Client, one: Any, rule: dict[str, Any], is_told: bool
) -> None:
    one.tier, one.lifecycle_stage, one.employees = "gold", "top_performer", 140
    one.save()
    segment("aim", partner_visible=True, name="An aim", rule=rule)
    assert ("An aim" in page(visitor, "/portal/segments/gap/")) is is_told
