"""Accruing: what won deals earn, by the day they were closed."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from django.db import InternalError, connection, transaction
from django.db.models import Sum

from partners.models import Deal
from programs.accruing import accrue
from programs.models import LedgerEntry, Program
from segments.models import Membership
from tests.programs.world import partner, program, segment, set_members

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)


def won(company: Any, on: str, amount: str | None = "1000.00", **fields: Any) -> Deal:
    number = Deal.objects.count() + 1
    return Deal.objects.create(
        external_id=f"D-{number}",
        partner=company,
        amount=amount,
        **{"stage": "won", "closed_on": date.fromisoformat(on), "currency": "EUR", **fields},
    )


def stay(made: Any, company: Any, entered: str, left: str | None = None) -> None:
    Membership.objects.create(
        segment=made,
        subject_id=company.pk,
        version=1,
        entered_at=datetime.fromisoformat(entered),
        left_at=datetime.fromisoformat(left) if left else None,
    )


def earned(made: Program, company: Any = None) -> Decimal:
    found = LedgerEntry.objects.filter(incentive_id=made.pk)
    found = found.filter(partner=company) if company else found
    return found.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)


def incentive(*segments: Any, slug: str = "rebate", **fields: Any) -> Program:
    detail = fields.pop("detail", {})
    return program(slug, kind="incentive", any=segments, detail=detail, **fields)


@pytest.fixture
def one() -> Any:
    return partner("P1")


@pytest.fixture
def gold(one: Any) -> Any:
    return segment("gold", [one])


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2026-02-28", 0),
        ("2026-03-01", 50),
        ("2026-03-15", 50),
        ("2026-03-31", 50),
        ("2026-04-01", 0),
    ],
)
def test_accrue__deal_within_and_without_the_stay__earns_by_its_day(one: Any, on: str, expected: int) -> None:
    silver = segment("silver")
    stay(silver, one, "2026-03-01T15:00:00+00:00", "2026-03-31T09:00:00+00:00")
    made = incentive(silver)
    won(one, on)
    accrue(now=NOW)
    assert earned(made) == expected


def test_accrue__day_in_the_organisations_zone__decides_at_its_midnight(one: Any, settings: Any) -> None:
    settings.TIME_ZONE = "Pacific/Auckland"
    silver = segment("silver")
    # From noon to one o'clock UTC on 10 March: after midnight of 11 March in Auckland.
    stay(silver, one, "2026-03-10T12:00:00+00:00", "2026-03-10T13:00:00+00:00")
    made = incentive(silver)
    won(one, "2026-03-10")
    accrue(now=NOW)
    assert earned(made) == 0
    won(one, "2026-03-11")
    accrue(now=NOW)
    assert earned(made) == 50


def test_accrue__all_and_none__hold_at_one_moment(one: Any) -> None:
    big, near, banned = segment("big"), segment("near"), segment("banned")
    stay(big, one, "2026-01-01T00:00:00+00:00", "2026-02-10T10:00:00+00:00")
    stay(near, one, "2026-02-10T11:00:00+00:00")
    stay(big, one, "2026-03-01T00:00:00+00:00")
    stay(banned, one, "2026-04-01T00:00:00+00:00", "2026-04-05T08:00:00+00:00")
    made = program("both", kind="incentive", all=[big, near], none=[banned])
    for on in ("2026-02-10", "2026-04-02"):  # never both at once on the first day; excluded on the second
        won(one, on)
    accrue(now=NOW)
    assert earned(made) == 0
    won(one, "2026-03-01")
    won(one, "2026-04-05")
    accrue(now=NOW)
    assert earned(made) == 100


def test_accrue__new_members_only__pays_only_those_who_entered_since(one: Any) -> None:
    two, silver = partner("P2"), segment("silver")
    stay(silver, one, "2026-01-01T00:00:00+00:00")
    stay(silver, two, "2026-03-10T00:00:00+00:00")
    made = incentive(silver, new_members_only=True, starts_on=date(2026, 3, 1))
    won(one, "2026-03-20")
    won(two, "2026-03-20")
    accrue(now=NOW)
    assert (earned(made, one), earned(made, two)) == (0, 50)


def test_accrue__dates_stage_currency_and_registration__bound_what_counts(one: Any, gold: Any) -> None:
    made = incentive(gold, starts_on=date(2026, 2, 1), ends_on=date(2026, 2, 28))
    bonus = incentive(gold, slug="bonus", detail={"type": "deal_registration", "rate": None, "amount": "7.00"})
    won(one, "2026-01-31", registered_on=date(2026, 1, 1))
    won(one, "2026-03-01", registered_on=date(2026, 3, 2))
    won(one, "2026-02-10", stage="lost")
    won(one, "2026-02-10", currency="USD")
    won(one, "2026-02-10", amount=None)
    won(one, "2026-02-10", deleted_at=NOW)
    won(one, "2026-07-10", registered_on=date(2026, 1, 1))
    accrue(now=NOW)
    assert (earned(made), earned(bonus)) == (0, 7)


def test_accrue__again__adds_nothing(one: Any, gold: Any) -> None:
    made = incentive(gold)
    won(one, "2026-03-01")
    assert accrue(now=NOW).accruals == 1
    again = accrue(now=NOW)
    assert (again.accruals, again.reversals, earned(made)) == (0, 0, 50)


@pytest.mark.parametrize(
    ("change", "expected", "entries"),
    [
        ({"stage": "lost"}, "0", ["accrual", "reversal"]),
        ({"deleted_at": NOW}, "0", ["accrual", "reversal"]),
        ({"amount": Decimal("600.00")}, "30", ["accrual", "reversal"]),
        ({"amount": Decimal("1600.00")}, "80", ["accrual", "accrual"]),
        ({"closed_on": date(2019, 1, 1)}, "0", ["accrual", "reversal"]),
        ({"closed_on": date(2026, 4, 1)}, "50", ["accrual"]),
    ],
)
def test_accrue__deal_changed__books_the_difference_and_edits_nothing(
    one: Any, gold: Any, change: dict[str, Any], expected: str, entries: list[str]
) -> None:
    made, deal = incentive(gold), won(one, "2026-03-01")
    accrue(now=NOW)
    first = LedgerEntry.objects.values().get()
    Deal.objects.filter(pk=deal.pk).update(**change)
    accrue(now=NOW)
    accrue(now=NOW)
    assert earned(made) == Decimal(expected)
    assert [entry.kind for entry in LedgerEntry.objects.order_by("id")] == entries
    assert LedgerEntry.objects.values().get(pk=first["id"]) == first


def test_accrue__deal_won_again_or_moved__pays_whom_it_belongs_to(one: Any, gold: Any) -> None:
    two = partner("P2")
    set_members(gold, [one, two])
    made, deal = incentive(gold), won(one, "2026-03-01")
    accrue(now=NOW)
    Deal.objects.filter(pk=deal.pk).update(partner=two)
    accrue(now=NOW)
    assert (earned(made, one), earned(made, two)) == (0, 50)
    Deal.objects.filter(pk=deal.pk).update(partner=one)
    accrue(now=NOW)
    assert (earned(made, one), earned(made, two)) == (50, 0)


def test_accrue__left_retargeted_or_archived__takes_nothing_back(one: Any, gold: Any) -> None:
    made = incentive(gold)
    won(one, "2026-03-01")
    accrue(now=NOW)
    set_members(gold, [], at=datetime(2026, 5, 1, tzinfo=UTC))
    made.targets.all().delete()
    accrue(now=NOW)
    Program.objects.filter(pk=made.pk).update(status="archived", ends_on=date(2026, 1, 1))
    won(one, "2026-03-02")
    accrue(now=NOW)
    assert [entry.kind for entry in LedgerEntry.objects.all()] == ["accrual"]


def test_accrue__several_of_one_type__the_first_by_priority_pays(one: Any, gold: Any) -> None:
    low = incentive(gold, slug="low", priority=1)
    high = incentive(gold, slug="high", priority=9)
    spiff = incentive(gold, slug="spiff", detail={"type": "spiff", "rate": None, "amount": "20.00"})
    won(one, "2026-03-01")
    accrue(now=NOW)
    assert [earned(made) for made in (low, high, spiff)] == [0, 50, 20]
    Program.objects.filter(pk=low.pk).update(priority=99)  # what was paid for stays where it is
    won(one, "2026-03-02")
    accrue(now=NOW)
    assert [earned(made) for made in (low, high)] == [50, 50]


def test_accrue__budget_and_cap__bound_the_sum_and_take_nothing_back(one: Any, gold: Any) -> None:
    two = partner("P2")
    set_members(gold, [one, two])
    made = incentive(gold, detail={"budget": "120.00", "cap": "75.00"})
    for company in (one, two):
        for day in ("2026-03-01", "2026-03-02"):
            won(company, day)
    accrue(now=NOW)
    assert (earned(made), earned(made, one), earned(made, two)) == (120, 70, 50)
    made.incentive.budget = Decimal("50.00")
    made.incentive.save()
    accrue(now=NOW)
    assert earned(made) == 120
    made.incentive.budget = None
    made.incentive.save()
    accrue(now=NOW)
    assert (earned(made, one), earned(made, two)) == (75, 75)


def test_accrue__tiers__apply_to_the_part_beyond_the_threshold_in_each_period(one: Any, gold: Any) -> None:
    made = incentive(gold, detail={"rate": "2", "tiers": [{"from": "1500.00", "rate": "4"}], "period": "quarter"})
    won(one, "2026-01-10")
    won(one, "2026-02-10")
    won(one, "2026-04-10")
    accrue(now=NOW)
    by_day = [entry.amount for entry in LedgerEntry.objects.order_by("on")]
    assert by_day == [Decimal(20), Decimal(30), Decimal(20)]
    won(one, "2026-01-05")  # an earlier deal turns up late: those after it move up the tiers
    accrue(now=NOW)
    assert earned(made) == Decimal(1500) * 2 / 100 + Decimal(1500) * 4 / 100 + 20


def test_ledger__update_or_delete__is_refused_by_the_database(one: Any, gold: Any) -> None:
    incentive(gold)
    won(one, "2026-03-01")
    accrue(now=NOW)
    for statement in ("UPDATE programs_ledgerentry SET amount = 1", "DELETE FROM programs_ledgerentry"):
        with pytest.raises(InternalError, match="Cannot update or delete"), transaction.atomic():
            connection.cursor().execute(statement)
    assert LedgerEntry.objects.get().amount == 50


def test_accrue__many_random_deals__adds_up_to_the_cent(pytestconfig: pytest.Config) -> None:
    compare(pytestconfig.getoption("--deals"), seed=7)


def compare(count: int, *, seed: int) -> Decimal:
    """Accrue for random deals and stays, and work the same out deal by deal with decimals; both must agree everywhere."""
    dice = random.Random(seed)
    companies = [partner(f"P{number}") for number in range(max(5, count // 100))]
    gold = segment("gold")
    start = datetime(2025, 1, 1, tzinfo=UTC)
    stays: dict[int, list[tuple[datetime, datetime | None]]] = {}
    for company in companies:
        at = start + timedelta(minutes=dice.randrange(300_000))
        for _ in range(dice.randrange(4)):
            until = at + timedelta(minutes=dice.randrange(1, 200_000))
            stays.setdefault(company.pk, []).append((at, until if dice.random() < 0.8 else None))
            if stays[company.pk][-1][1] is None:
                break
            at = until + timedelta(minutes=dice.randrange(1, 100_000))
    Membership.objects.bulk_create(
        Membership(segment=gold, subject_id=pk, entered_at=a, left_at=b, version=1)
        for pk, each in stays.items()
        for a, b in each
    )
    made = incentive(
        gold,
        detail={
            "rate": "2.375",
            "tiers": [{"from": "50000.00", "rate": "3.125"}, {"from": "200000.01", "rate": "4.5"}],
            "period": "quarter",
        },
    )
    Deal.objects.bulk_create(
        Deal(
            external_id=f"D{number}",
            partner=dice.choice(companies),
            stage=dice.choices(["won", "lost", "open"], [7, 2, 1])[0],
            amount=None if dice.random() < 0.02 else Decimal(dice.randrange(0, 5_000_000)) / 100,
            currency=dice.choices(["EUR", "", "USD"], [8, 1, 1])[0],
            closed_on=(start + timedelta(days=dice.randrange(540))).date(),
        )
        for number in range(count)
    )
    accrue(now=NOW)
    first = _independent(stays)
    assert _booked(made) == first
    # A tenth of them changes; the ledger follows, and nothing that was written is touched.
    before = LedgerEntry.objects.count()
    for deal in Deal.objects.order_by("id")[: count // 10]:
        deal.stage, deal.amount = dice.choice(["won", "lost"]), Decimal(dice.randrange(1, 5_000_000)) / 100
        deal.save(update_fields=["stage", "amount"])
    accrue(now=NOW)
    second = _independent(stays)
    assert _booked(made) == second
    assert LedgerEntry.objects.count() > before
    assert accrue(now=NOW).accruals == 0
    assert second
    return sum(second.values(), Decimal(0))


def _booked(made: Program) -> dict[int, Decimal]:
    sums = LedgerEntry.objects.filter(incentive_id=made.pk).values_list("deal_id").annotate(Sum("amount"))
    return {deal: amount for deal, amount in sums.order_by() if amount}


def _independent(stays: dict[int, list[tuple[datetime, datetime | None]]]) -> dict[int, Decimal]:
    """The same by the shortest way: one deal after the other, in decimals."""
    steps = [
        (Decimal(0), Decimal("2.375")),
        (Decimal(50_000), Decimal("3.125")),
        (Decimal("200000.01"), Decimal("4.5")),
    ]
    revenue: dict[Any, Decimal] = {}
    found = {}
    for deal in Deal.objects.order_by("closed_on", "id"):
        day = datetime.combine(deal.closed_on, datetime.min.time(), tzinfo=UTC)
        inside = any(a < day + timedelta(days=1) and (b is None or b > day) for a, b in stays.get(deal.partner_id, []))
        if not inside or deal.stage != "won" or deal.currency == "USD" or not deal.amount or day > NOW:
            continue
        key = (deal.partner_id, deal.closed_on.year, (deal.closed_on.month - 1) // 3)
        before = revenue.get(key, Decimal(0))
        revenue[key] = after = before + deal.amount
        exact = Decimal(0)
        for number, (low, rate) in enumerate(steps):
            high = steps[number + 1][0] if number + 1 < len(steps) else None
            part = (after if high is None else min(after, high)) - max(before, low)
            exact += max(Decimal(0), part) * rate / 100
        amount = exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
        if amount:
            found[deal.pk] = amount
    return found
