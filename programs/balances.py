"""What a partner has earned, claimed and been paid, incentive by incentive, and how far it is to the next reward."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, Sum
from django.utils import timezone

from partners.models import Partner
from programs.accounts import Claim, LedgerEntry
from programs.models import FundRequest, Incentive, Offer, Program
from programs.money import Progress, Terms, Tier, cents, decimal, period_of, progress

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Balance:
    """One incentive as it stands for one partner."""

    incentive: Incentive
    earned: Decimal = NOTHING
    held: Decimal = NOTHING
    """Claimed and not rejected, paid ones included; and what open fund requests hold."""
    paid: Decimal = NOTHING
    progress: Progress | None = None
    is_on: bool = False
    """On offer to the partner just now."""

    @property
    def program(self) -> Program:
        """The incentive's programme."""
        return self.incentive.program

    @property
    def is_fund(self) -> bool:
        """Claimed for what was spent, not earned by deals."""
        return self.incentive.is_fund

    @property
    def asks_first(self) -> bool:
        """Agreed on before it is spent: what is available may be asked for, and claimed under what was granted."""
        return self.incentive.asks_first

    @property
    def is_discount(self) -> bool:
        """Taken off the price of deals: there is nothing to claim."""
        return self.incentive.is_discount

    @property
    def most(self) -> Decimal | None:
        """The most this partner may have in all; None: no limit."""
        limits = [self.incentive.cap, self.incentive.amount if self.is_fund else None]
        return min((limit for limit in limits if limit is not None), default=None)

    @property
    def available(self) -> Decimal:
        """What may be claimed now (of funds agreed on first: asked for), as far as the partner goes.

        The budget is asked when it is filed.
        """
        if self.is_discount:
            return NOTHING
        if not self.is_fund:
            return max(NOTHING, self.earned - self.held)
        if not self.is_on:
            return NOTHING
        if self.most is None:
            return max(NOTHING, (self.incentive.budget or NOTHING) - self.held)
        return max(NOTHING, self.most - self.held)

    @property
    def overclaimed(self) -> Decimal:
        """What was claimed beyond what is earned now, because deals were reversed since; set off against what comes."""
        return NOTHING if self.is_fund else max(NOTHING, self.held - self.earned)

    @property
    def gap(self) -> Decimal:
        """Revenue still missing to the next tier."""
        return decimal(self.progress.gap) if self.progress else NOTHING

    @property
    def revenue(self) -> Decimal:
        """Revenue that counts towards the tiers in this period."""
        return decimal(self.progress.revenue) if self.progress else NOTHING

    @property
    def next_start(self) -> Decimal | None:
        """Where the next tier begins."""
        return decimal(self.progress.next_start) if self.progress and self.progress.next_start else None

    @property
    def next_rate(self) -> str:
        """The next tier's rate, per cent, without idle zeros."""
        return _plain(self.progress.next_rate) if self.progress and self.progress.next_rate else ""

    @property
    def rate(self) -> str:
        """The rate reached, per cent, without idle zeros."""
        return _plain(self.progress.rate) if self.progress else ""


@dataclass(frozen=True, slots=True)
class Budget:
    """An incentive's budget and what is held of it."""

    budget: Decimal | None
    held: Decimal
    """Claimed and not rejected, or promised by open fund requests."""

    @property
    def left(self) -> Decimal | None:
        """What may still be claimed by all together; None: no limit."""
        return None if self.budget is None else max(NOTHING, self.budget - self.held)


def budget_of(incentive: Incentive) -> Budget:
    """What all partners' claims and fund requests hold of the budget. Two queries at most."""
    held = sum(_held(Q(incentive=incentive), "incentive_id", asks=incentive.asks_first).values(), NOTHING)
    return Budget(incentive.budget, held)


def balance_of(incentive: Incentive, company: Partner) -> Balance:
    """The incentive as it stands for the partner."""
    [balance] = balances(company.pk, incentives=[incentive.pk])
    return balance


def _held(which: Q, by: str, *, asks: bool) -> dict[int, Decimal]:
    """Per `by`, what claims and open fund requests hold; a claim under an open request is within what that holds.

    One query, two where funds are asked for first (`asks`).
    """
    claims = Claim.objects.standing().filter(which)
    if not asks:
        return dict(claims.order_by().values_list(by).annotate(Sum("amount")))
    requests = FundRequest.objects.filter(which).open(timezone.localdate(timezone=timezone.get_default_timezone()))
    found: dict[int, Decimal] = {row[by]: row["held"] for row in requests.held_by(by)}
    alone = claims.exclude(request__in=requests.values("pk")).order_by().values_list(by).annotate(Sum("amount"))
    for key, amount in alone:
        found[key] = found.get(key, NOTHING) + amount
    return found


def _plain(milli: int) -> str:
    """Thousandths of a per cent as per cent: 3500 is "3.5"."""
    return f"{(Decimal(milli) / 1000).normalize():f}"


def terms_of(incentive: Incentive) -> Terms:
    """An incentive's terms in cents and thousandths of a per cent."""
    tiers: tuple[Tier, ...] = ()
    if incentive.rate is not None:
        steps = [Tier(cents(Decimal(tier["from"])), int(Decimal(tier["rate"]) * 1000)) for tier in incentive.tiers]
        tiers = (Tier(0, int(incentive.rate * 1000)), *steps)
    return Terms(
        amount=None if incentive.amount is None else cents(incentive.amount),
        tiers=tiers,
        period=incentive.period,
        cap=None if incentive.cap is None else cents(incentive.cap),
        budget=None if incentive.budget is None else cents(incentive.budget),
    )


def balances(
    partner_id: int, *, incentives: Collection[int] | None = None, with_progress: bool = True
) -> list[Balance]:
    """Every incentive on offer to the partner, earned from or claimed (or of these ids). Five queries at most; one less
    without how far it is to the next tier."""
    found = Incentive.objects.select_related("program")
    found = found.filter(_mine(partner_id)) if incentives is None else found.filter(pk__in=incentives)
    found = found.annotate(is_on=_is_on(partner_id)).order_by("-program__priority", "program__name", "pk")
    rows = list(found)
    entries = LedgerEntry.objects.filter(partner=partner_id, incentive__in=rows)
    sums = {each["incentive_id"]: each for each in entries.sums("incentive_id")}
    mine = Q(partner=partner_id, incentive__in=rows)
    held = _held(mine, "incentive_id", asks=any(each.asks_first for each in rows))
    revenue = _revenue(partner_id, [each for each in rows if each.tiers]) if with_progress else {}
    return [
        Balance(
            incentive=each,
            earned=sums[each.pk]["earned"] if each.pk in sums else NOTHING,
            paid=sums[each.pk]["paid"] if each.pk in sums else NOTHING,
            held=held.get(each.pk, NOTHING),
            progress=progress(terms_of(each), revenue.get(each.pk, 0)) if with_progress else None,
            is_on=each.is_on,
        )
        for each in rows
    ]


def _mine(partner_id: int) -> Q:
    """Three lists of ids rather than three joins: joined, every line of the ledger would meet every claim."""
    offers = Offer.objects.on().filter(partner=partner_id).values("program")
    entries = LedgerEntry.objects.filter(partner=partner_id).order_by().values("incentive")
    claims = Claim.objects.filter(partner=partner_id).order_by().values("incentive")
    return Q(pk__in=offers) | Q(pk__in=entries) | Q(pk__in=claims)


def _is_on(partner_id: int) -> Exists:
    standing = Offer.objects.on().filter(program=OuterRef("pk"), partner=partner_id, lapsed_at=None)
    return Exists(standing)


def _revenue(partner_id: int, tiered: Collection[Incentive]) -> dict[int, int]:
    """By incentive, cents of the deals that earned in the present period."""
    if not tiered:
        return {}
    deals = (
        LedgerEntry.objects.filter(partner=partner_id, incentive__in=tiered, deal__isnull=False)
        .order_by()
        .values("incentive_id", "deal_id", amount_sold=F("deal__amount"), day=F("deal__closed_on"))
        .annotate(net=Sum("amount"))
        .filter(net__gt=0)
    )
    today = timezone.localdate(timezone=timezone.get_default_timezone())
    periods = {each.pk: each.period for each in tiered}
    found: dict[int, int] = {}
    for deal in deals:
        period, start = periods[deal["incentive_id"]], settings.YEAR_START_MONTH
        if deal["day"] and period_of(deal["day"], period, start) == period_of(today, period, start):
            found[deal["incentive_id"]] = found.get(deal["incentive_id"], 0) + cents(deal["amount_sold"] or NOTHING)
    return found
