"""The figures on the portal's home: what the company earned, and its joint plan. Two queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Sum
from django.urls import reverse

from partners.wording import amount
from people.roles import Viewer
from programs.certifying import today
from programs.models import Incentive, LedgerEntry
from programs.plans.models import Plan

BACK = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Figure:
    """One of them."""

    label: str
    value: str
    note: str
    href: str
    is_words: bool = False
    """The value is a name, not a figure."""


def figures(viewer: Viewer, partner_id: int) -> list[Figure]:
    """Those that there is something to say of."""
    earned = LedgerEntry.objects.filter(partner=partner_id, kind__in=("accrual", "reversal"), on__gt=today() - BACK)
    earned = earned.exclude(incentive__type=Incentive.Type.DISCOUNT)  # taken off the price: saved, not earned
    sums = earned.order_by("currency").values_list("currency").annotate(sum=Sum("amount"))
    found = [
        Figure("Earned", f"{currency} {amount(total, places=2)}", "in the last twelve months", reverse("portal_claims"))
        for currency, total in sums
        if total
    ]
    plan = Plan.objects.visible_to(viewer).filter(closed_at=None, ends_on__gte=today()).first()
    if plan is not None:
        note = plan.status_label
        if plan.next_review_on is not None:
            note += f", review {'was due' if plan.review_is_overdue(today()) else ''} on {plan.next_review_on:%-d %B}"
        found.append(
            Figure("Joint plan", plan.title, note.replace("  ", " "), reverse("portal_plan", args=[plan.pk]), True)
        )
    return found
