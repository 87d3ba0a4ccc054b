"""Claims: up to what is earned, within the budget also when many come at once, and each step once."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction

from partners.models import Activity
from people import roles
from programs import claims
from programs.accruing import LOCK, accrue
from programs.models import Claim, LedgerEntry, Offer, Program
from programs.settling import settle
from programs.taking import Refused
from tests.programs.test_accruing import won
from tests.programs.world import colleague, partner, program, segment, set_members, staff

PDF = b"%PDF-1.7 an invoice"
HUNDRED = Decimal("100.00")


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def proof(name: str = "invoice.pdf", body: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, body)


def fund(*segments: Any, slug: str = "fund", **detail: Any) -> Program:
    detail = {"type": "mdf", "rate": None, "amount": "100.00", "budget": "1000.00", **detail}
    made = program(slug, kind="incentive", any=segments, detail=detail)
    settle()
    return made


def filed(made: Program, user: Any, amount: Decimal = HUNDRED, **fields: Any) -> Claim:
    return claims.file_claim(incentive_id=made.pk, user=user, amount=amount, **{"proof": proof(), **fields})


@pytest.fixture
def one(db: None) -> Any:
    return partner("P1")


@pytest.fixture
def gold(one: Any) -> Any:
    return segment("gold", [one])


@pytest.fixture
def robin(one: Any) -> Any:
    return colleague(one)


@pytest.fixture
def manager(db: None) -> Any:
    return staff()


def test_claim__filed_approved_paid__is_in_the_ledger_once_each(one: Any, gold: Any, robin: Any, manager: Any) -> None:
    claim = filed(fund(gold), robin, note="Trade fair")
    assert LedgerEntry.objects.count() == 0
    claims.approve(claim_id=claim.pk, user=manager)
    claims.pay(claim_id=claim.pk, user=manager, reference="SEPA 1")
    for again in (claims.approve, claims.pay):
        with pytest.raises(Refused, match="paid"):
            again(claim_id=claim.pk, user=manager)
    with pytest.raises(Refused, match="paid"):
        claims.reject(claim_id=claim.pk, user=manager, reason="Too late")
    entries = LedgerEntry.objects.order_by("id").values_list("kind", "amount", "partner_id")
    assert list(entries) == [("claim", HUNDRED, one.pk), ("payment", HUNDRED, one.pk)]
    assert Activity.objects.get().about == "fund"


def test_claim__rejected__gives_its_sum_back_and_needs_a_reason(one: Any, gold: Any, robin: Any, manager: Any) -> None:
    made = fund(gold, budget="100.00")
    claim = filed(made, robin)
    with pytest.raises(Refused, match="nothing left"):
        filed(made, robin)
    with pytest.raises(Refused, match="Say why"):
        claims.reject(claim_id=claim.pk, user=manager, reason=" ")
    claims.reject(claim_id=claim.pk, user=manager, reason="The invoice is of last year")
    assert filed(made, robin).status == "submitted"
    assert LedgerEntry.objects.count() == 0


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"amount": Decimal("100.01")}, "up to EUR 100.00"),
        ({"amount": Decimal(0)}, "above 0"),
        ({"amount": Decimal("1.005")}, "two decimal places"),
        ({"proof": None}, "Add the proof"),
        ({"proof": proof("page.html", b"<script>")}, "Hand in a PDF"),
        ({"proof": proof("invoice.pdf", b"<script>")}, "not what its name says"),
        ({"proof": proof("invoice.pdf", b"")}, "empty"),
    ],
)
def test_claim__wrong_sum_or_proof__is_refused(gold: Any, robin: Any, fields: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        filed(fund(gold), robin, **fields)
    assert not Claim.objects.exists()


def test_claim__of_what_deals_earned__up_to_the_balance(one: Any, gold: Any, robin: Any, manager: Any) -> None:
    made = program("rebate", kind="incentive", any=[gold])
    settle()
    deal = won(one, "2026-03-01", "1000.00")
    accrue()
    with pytest.raises(Refused, match=r"up to EUR 50\.00"):
        filed(made, robin, Decimal("50.01"))
    set_members(gold, [])  # what was earned stays claimable after the partner left
    settle()
    claim = filed(made, robin, Decimal("50.00"), proof=None)
    deal.stage = "lost"
    deal.save()
    accrue()
    with pytest.raises(Refused, match="Less is earned by now"):
        claims.approve(claim_id=claim.pk, user=manager)


def test_claim__fund_no_longer_on_offer__is_refused(one: Any, gold: Any, robin: Any) -> None:
    made = fund(gold)
    set_members(gold, [])
    settle()
    assert not Offer.objects.on().exists()
    with pytest.raises(Refused, match="not on offer"):
        filed(made, robin)


def test_approve__budget_lowered_since__is_refused(one: Any, gold: Any, robin: Any, manager: Any) -> None:
    made = fund(gold)
    claim = filed(made, robin)
    made.incentive.budget = Decimal("99.99")
    made.incentive.save()
    with pytest.raises(Refused, match="beyond the budget"):
        claims.approve(claim_id=claim.pk, user=manager)


@pytest.mark.parametrize(
    "who", [{"role": roles.ANALYST}, {"regions": ["APAC"]}], ids=["may not edit", "of another region"]
)
def test_approve__by_who_may_not__finds_no_claim(gold: Any, robin: Any, who: dict[str, Any]) -> None:
    claim = filed(fund(gold), robin)
    with pytest.raises(Refused, match="no such claim"):
        claims.approve(claim_id=claim.pk, user=staff(**who))
    with pytest.raises(Refused, match="no such claim"):
        claims.approve(claim_id=claim.pk, user=robin)


def at_once(work: list[Any]) -> list[str]:
    """Every callable in a thread and on a connection of its own, begun together; "" or the refusal of each."""
    gate = threading.Barrier(len(work))
    answers: list[str] = []

    def run(call: Any) -> None:
        try:
            gate.wait(timeout=60)
            call()
            answers.append("")
        except Refused as refusal:
            answers.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.django_db(transaction=True)
def test_file_claim__fifty_at_once_on_a_budget_for_ten__ten_are_accepted() -> None:
    companies = [partner(f"P{number}") for number in range(50)]
    made = fund(segment("gold", companies))
    people = [colleague(company) for company in companies]
    answers = at_once([lambda user=user: filed(made, user) for user in people])
    assert (len(answers), answers.count("")) == (50, 10)
    assert set(answers) == {"", "There is not enough left in this incentive for that sum. Ask your channel manager."}
    assert Claim.objects.count() == 10


@pytest.mark.django_db(transaction=True)
def test_approve__the_same_claim_by_twenty_at_once__is_booked_once() -> None:
    company = partner("P1")
    claim = filed(fund(segment("gold", [company])), colleague(company))
    manager = staff()
    answers = at_once([lambda: claims.approve(claim_id=claim.pk, user=manager) for _ in range(20)])
    assert answers.count("") == 1
    assert LedgerEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_approve__fifty_at_once_on_a_budget_lowered_to_ten__ten_are_approved() -> None:
    companies = [partner(f"P{number}") for number in range(50)]
    made = fund(segment("gold", companies), budget="5000.00")
    submitted = [filed(made, colleague(company)) for company in companies]
    made.incentive.budget = Decimal("1000.00")
    made.incentive.save()
    manager = staff()
    answers = at_once([lambda pk=claim.pk: claims.approve(claim_id=pk, user=manager) for claim in submitted])
    assert answers.count("") == 10
    assert LedgerEntry.objects.filter(kind="claim").count() == 10


@pytest.mark.django_db(transaction=True)
def test_accrue__while_another_is_at_it__leaves_it_to_that_one() -> None:
    company = partner("P1")
    program("rebate", kind="incentive", any=[segment("gold", [company])])
    won(company, "2026-03-01")
    found = []

    def run() -> None:
        found.append(accrue(wait=False).accruals)
        connection.close()

    with transaction.atomic():
        connection.cursor().execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    run()
    assert found == [0, 1]


@pytest.mark.django_db(transaction=True)
def test_accrue__ten_at_once__books_every_deal_once() -> None:
    company = partner("P1")
    program("rebate", kind="incentive", any=[segment("gold", [company])])
    for _ in range(20):
        won(company, "2026-03-01")
    assert at_once([accrue] * 10) == [""] * 10
    assert LedgerEntry.objects.count() == 20
