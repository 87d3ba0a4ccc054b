"""What one deal has earned its partner, or would earn if it were won today: the same arithmetic as the ledger's. (Reads.)"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum
from django.utils import timezone

from partners.models import Deal
from programs.balances import Balance, balances, terms_of
from programs.models import Incentive, LedgerEntry, Offer, Program
from programs.money import cents, decimal, earned
from programs.precedence import outranked

BOOKED = ("accrual", "reversal")


@dataclass(frozen=True, slots=True)
class Earning:
    """One incentive on one deal."""

    incentive: Incentive
    amount: Decimal | None
    """None: it cannot be said yet, since the deal has no amount."""
    offer_id: int | None = None
    """The offer that it would be earned by; None where it is booked."""

    @property
    def program(self) -> Program:
        """The incentive's programme."""
        return self.incentive.program


def earnings_of(deal: Deal) -> list[Earning]:
    """Of a won deal, what is booked; of an open one, what it would earn today. A lost one earns nothing.

    Eight queries at most.
    """
    if deal.stage == "open":
        return _expected(deal)
    return _booked(deal) if deal.stage == "won" else []


def _booked(deal: Deal) -> list[Earning]:
    entries = LedgerEntry.objects.filter(deal=deal, partner=deal.partner_id, kind__in=BOOKED).order_by()
    sums = dict(entries.values_list("incentive_id").annotate(Sum("amount")))
    found = Incentive.objects.filter(pk__in=[pk for pk, amount in sums.items() if amount]).select_related("program")
    return [Earning(each, sums[each.pk]) for each in found.order_by("program__name", "pk")]


def _expected(deal: Deal) -> list[Earning]:
    """By the offers that stand today; of several of a type, the one that would pay."""
    today = timezone.localdate(timezone=timezone.get_default_timezone())
    running = Program.objects.running_on(today).filter(kind=Program.Kind.INCENTIVE).values("pk")
    found = Offer.objects.on().filter(partner=deal.partner_id, lapsed_at=None, program__in=running)
    offers = [each for each in found.select_related("program__incentive") if _qualifies(each.program.incentive, deal)]
    second = outranked(offers)
    paying = {each.program_id: each.pk for each in offers if each.pk not in second}
    if not paying:
        return []
    given = LedgerEntry.objects.filter(incentive__in=paying, kind__in=BOOKED, incentive__budget__isnull=False)
    spent = dict(given.order_by().values_list("incentive_id").annotate(Sum("amount")))
    return [
        Earning(each.incentive, _due(each, deal, spent.get(each.incentive.pk, Decimal(0))), paying[each.incentive.pk])
        for each in balances(deal.partner_id, incentives=list(paying))
    ]


def _qualifies(incentive: Incentive, deal: Deal) -> bool:
    """As far as the deal goes: see `programs.qualifying`, which asks the same of won deals."""
    if incentive.is_fund or (incentive.type == Incentive.Type.DEAL_REGISTRATION and deal.registered_on is None):
        return False
    return incentive.amount is not None or deal.currency in {"", incentive.currency}


def _due(balance: Balance, deal: Deal, spent: Decimal) -> Decimal | None:
    """What it would earn on top of what is there, within what cap and budget leave."""
    incentive = balance.incentive
    if incentive.amount is None and not deal.amount:
        return None
    before = balance.progress.revenue if balance.progress else 0
    due = decimal(earned(terms_of(incentive), before=before, amount=cents(deal.amount or Decimal(0))))
    if incentive.cap is not None:
        due = min(due, incentive.cap - balance.earned)
    if incentive.budget is not None:
        due = min(due, incentive.budget - spent)
    return max(due, Decimal("0.00"))
