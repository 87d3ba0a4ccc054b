"""`claims/` and `ledger/`: read, within one's regions."""

from __future__ import annotations

from datetime import date

import pytest

from programs.models import Claim, LedgerEntry
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
