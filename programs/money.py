"""What deals earn, to the cent: rates, tiers, caps and budgets. Pure values; sums are whole cents.

The rounding rule: one deal earns one line; what its parts earn is added up exactly and rounded once, half up to the cent
(EUR 0.005 becomes EUR 0.01). Totals are sums of rounded lines and are never rounded again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

MILLI = 100_000
"""A rate is kept in thousandths of a per cent: 3.5 % is 3500, and 100 % is this."""


@dataclass(frozen=True, slots=True)
class Tier:
    """From this revenue (cents) in the period on, this rate (thousandths of a per cent)."""

    start: int
    rate: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What an incentive pays: a fixed sum for each deal, or rates by tier; and its limits. Cents throughout."""

    amount: int | None = None
    tiers: tuple[Tier, ...] = ()
    """Ascending, the first from 0."""
    period: str = "whole"
    """Over which revenue adds up for the tiers: "whole" (the programme), "year" or "quarter" (the organisation's)."""
    cap: int | None = None
    """The most one partner earns."""
    budget: int | None = None
    """The most all partners earn."""


@dataclass(frozen=True, slots=True)
class Sale:
    """A won deal that qualifies, with its day and amount (cents)."""

    deal: int
    partner: int
    on: date
    amount: int


@dataclass(frozen=True, slots=True)
class Line:
    """What a deal has earned its partner so far, and what it should have."""

    deal: int
    partner: int
    on: date
    have: int
    due: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a partner is on the way to the next tier."""

    revenue: int
    rate: int
    next_start: int | None
    next_rate: int | None

    @property
    def gap(self) -> int:
        """Cents still missing to the next tier; 0 on the last."""
        return max(0, (self.next_start or 0) - self.revenue)


def cents(value: Decimal) -> int:
    """A sum of money with at most two decimal places, in cents."""
    scaled = value * 100
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{value} has more than two decimal places")
    return int(scaled)


def decimal(value: int) -> Decimal:
    """Cents as money with two decimal places."""
    return Decimal(value).scaleb(-2)


def earned(terms: Terms, *, before: int, amount: int) -> int:
    """What a deal earns by itself, after `before` cents of revenue in its period. Nothing for an amount of 0 or less."""
    if terms.amount is not None:
        return terms.amount
    if amount <= 0:
        return 0
    after, exact = before + amount, 0
    ends = [tier.start for tier in terms.tiers[1:]]
    for tier, end in zip(terms.tiers, [*ends, after], strict=True):
        exact += max(0, min(after, end) - max(before, tier.start)) * tier.rate
    return _half_up(exact, MILLI)


def _half_up(value: int, by: int) -> int:
    """A non-negative whole number divided, rounded half up."""
    return (2 * value + by) // (2 * by)


def period_of(day: date, period: str, year_start: int = 1) -> tuple[int, int]:
    """The fiscal (year, quarter) that a day counts to; zeros where the period does not tell them apart."""
    if period == "whole":
        return (0, 0)
    months = (day.month - year_start) % 12
    year = day.year if day.month >= year_start else day.year - 1
    return (year, months // 3 + 1) if period == "quarter" else (year, 0)


def due(terms: Terms, sales: Iterable[Sale], *, year_start: int = 1) -> dict[tuple[int, int], int]:
    """By (deal, partner), what each sale earns before limits; revenue adds up in order of day, then of deal."""
    sums: dict[tuple[int, tuple[int, int]], int] = {}
    found = {}
    for sale in sorted(sales, key=lambda sale: (sale.on, sale.deal)):
        key = (sale.partner, period_of(sale.on, terms.period, year_start))
        before = sums.get(key, 0)
        found[sale.deal, sale.partner] = earned(terms, before=before, amount=sale.amount)
        sums[key] = before + max(0, sale.amount)
    return found


def lines(
    terms: Terms, sales: Sequence[Sale], have: Mapping[tuple[int, int], int], *, year_start: int = 1
) -> list[Line]:
    """Every line that has to change, in order of day: what qualifies no more is taken back, what is due is added.

    Limits never take back what was earned: they only bound what is added. Who comes first (by day, then by deal) is
    served first, the last one with what is left.
    """
    wanted = due(terms, sales, year_start=year_start)
    days = {(sale.deal, sale.partner): sale.on for sale in sales}
    kept = {key: min(sum_, wanted.get(key, 0)) for key, sum_ in have.items()}
    room = None if terms.budget is None else terms.budget - sum(kept.values())
    spent: dict[int, int] = {}
    for (_, partner), sum_ in kept.items():
        spent[partner] = spent.get(partner, 0) + sum_
    changed = []
    for key in kept:
        if key not in wanted and have[key]:
            changed.append(Line(key[0], key[1], days.get(key, date.min), have[key], 0))
    for key in sorted(wanted, key=lambda key: (days[key], key)):
        deal, partner = key
        base = kept.get(key, 0)
        more = wanted[key] - base
        if terms.cap is not None:
            more = min(more, terms.cap - spent.get(partner, 0))
        if room is not None:
            more = min(more, room)
        more = max(0, more)
        spent[partner] = spent.get(partner, 0) + more
        if room is not None:
            room -= more
        if base + more != have.get(key, 0):
            changed.append(Line(deal, partner, days[key], have.get(key, 0), base + more))
    return changed


def progress(terms: Terms, revenue: int) -> Progress | None:
    """Where a partner stands on the tiers with this revenue (cents) in the period; None without more than one tier."""
    if len(terms.tiers) < 2:
        return None
    reached = [tier for tier in terms.tiers if tier.start <= revenue]
    coming = [tier for tier in terms.tiers if tier.start > revenue]
    following = coming[0] if coming else None
    return Progress(
        revenue=revenue,
        rate=reached[-1].rate,
        next_start=following.start if following else None,
        next_rate=following.rate if following else None,
    )
