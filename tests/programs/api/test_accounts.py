"""`claims/` and `ledger/`: read, within one's regions."""

from __future__ import annotations

from datetime import date

import pytest

from programs.models import Claim, FundRequest, LedgerEntry
from tests import callers
from tests.callers import assert_problem
from tests.programs import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def claims() -> list[Claim]:
    bonus = world.program("bonus", kind="incentive").incentive
    made = []
    for name, region in (("P-1", "EMEA"), ("P-2", "NA")):
        partner = world.partner(name, region=region)
        made.append(Claim.objects.create(incentive=bonus, partner=partner, amount="10.50", currency="EUR"))
        for number in range(2):
            LedgerEntry.objects.create(
                incentive=bonus, partner=partner, kind="accrual", amount="7.25", currency="EUR", on=date(2026, 1, 2),
                key=f"{name}{number}",
            )  # fmt: skip
    return made


def test_claims__read__newest_first_narrowed_and_one(claims: list[Claim]) -> None:
    caller = callers.key("read")
    rows = caller.get("claims/").json()["results"]
    assert [row["partner"] for row in rows] == ["P-2", "P-1"]
    assert (rows[0]["amount"], rows[0]["incentive"], rows[0]["status"]) == ("10.50", "bonus", "submitted")
    assert caller.get("claims/?partner=P-1&incentive=bonus&status=submitted").json()["results"] == rows[1:]
    assert caller.get("claims/?status=paid").json()["results"] == []
    assert_problem(caller.get("claims/?status=lost"), 400)
    assert caller.get(f"claims/{claims[0].pk}/").json() == rows[1]
    assert_problem(caller.get("claims/99999999999999999999/"), 404)


def test_ledger__walked_page_by_page__each_line_once_in_order(claims: list[Claim]) -> None:
    caller = callers.key("read")
    found, address = [], "ledger/?page_size=3"
    while address:
        body = caller.get(address).json()
        found += body["results"]
        address = body["next"]
    assert [row["id"] for row in found] == list(LedgerEntry.objects.order_by("id").values_list("id", flat=True))
    assert (found[0]["amount"], found[0]["on"], found[0]["kind"]) == ("7.25", "2026-01-02", "accrual")


def test_accounts__limited_to_regions__only_those_of_theirs(claims: list[Claim]) -> None:
    caller = callers.person("analyst", regions=["NA"])
    for address, count in (("claims/", 1), ("ledger/", 2)):
        assert [row["partner"] for row in caller.get(address).json()["results"]] == ["P-2"] * count
    assert_problem(caller.get(f"claims/{claims[0].pk}/"), 404)


def test_fund_requests__read__newest_first_and_narrowed(claims: list[Claim]) -> None:
    made = []
    for claim in claims:
        made.append(
            FundRequest.objects.create(
                incentive=claim.incentive, partner=claim.partner, title="Fair", plan="A stand", amount="90.00",
                currency="EUR", starts_on=date(2026, 1, 2), ends_on=date(2026, 1, 3),
            )
        )  # fmt: skip
    FundRequest.objects.filter(pk=made[0].pk).update(status="approved", granted="80.00", claim_by=date(2026, 3, 1))
    Claim.objects.filter(pk=claims[0].pk).update(request=made[0])
    caller = callers.key("read")
    rows = caller.get("fund-requests/").json()["results"]
    assert [(row["partner"], row["status"], row["granted"]) for row in rows] == [
        ("P-2", "submitted", None),
        ("P-1", "approved", "80.00"),
    ]
    assert caller.get("fund-requests/?status=approved&partner=P-1&incentive=bonus").json()["results"] == rows[1:]
    assert_problem(caller.get("fund-requests/?status=lost"), 400)
    assert caller.get(f"claims/{claims[0].pk}/").json()["request"] == made[0].pk
    near = callers.person("analyst", regions=["NA"])
    assert [row["partner"] for row in near.get("fund-requests/").json()["results"]] == ["P-2"]
