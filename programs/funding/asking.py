"""Asking for funds before they are spent: asked by a partner, granted or refused by staff, ended.

Every step first locks the incentive, as claims do, so that money is never promised twice or beyond the budget.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from partners.models import Partner
from partners.outbox import announce
from people import roles
from people.models import User
from programs.balances import balance_of, budget_of
from programs.funding.models import FundRequest
from programs.models import Incentive
from programs.taking import Refused

TO_CLAIM = timedelta(days=60)
"""After the last day of what is done, for so long it may be claimed unless staff say otherwise."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a partner wants to do."""

    title: str
    plan: str
    amount: Decimal
    starts_on: date
    ends_on: date
    outcome: str = ""


def today() -> date:
    """The organisation's local day."""
    return timezone.localdate(timezone=timezone.get_default_timezone())


@transaction.atomic
def ask(*, incentive_id: int, user: User, plan: Plan) -> FundRequest:
    """Ask for funds of the person's company; from now on they are held for it."""
    company = Partner.objects.visible_to(user).first() if roles.is_partner(user) else None
    incentive = _locked(incentive_id)
    if company is None or incentive is None:
        raise Refused("There are no such funds for your company.")
    _check(plan)
    balance = balance_of(incentive, company)
    if not balance.is_on:
        raise Refused("These funds are not on offer to your company any more.")
    left = budget_of(incentive).left
    room = balance.available if left is None else min(balance.available, left)
    if plan.amount > room:
        said = (
            f"You can ask for up to {incentive.currency} {room:,} just now."
            if room
            else "There is nothing left just now."
        )
        raise Refused(f"{said} Ask your channel manager for more.")
    return FundRequest.objects.create(
        incentive=incentive,
        partner=company,
        title=plan.title.strip(),
        plan=plan.plan.strip(),
        outcome=plan.outcome.strip(),
        amount=plan.amount,
        currency=incentive.currency,
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        asked_by=user,
    )


@transaction.atomic
def withdraw(*, request_id: int, user: User) -> FundRequest:
    """Take back one of the person's own company that nobody has decided on."""
    visible = FundRequest.objects.visible_to(user).filter(pk=request_id) if roles.is_partner(user) else None
    found = visible.first() if visible is not None else None
    if found is None:
        raise Refused("There is no such request.")
    found = _held(found, FundRequest.Status.SUBMITTED, "Only a request that waits can be withdrawn.")
    return _close(found, FundRequest.Status.WITHDRAWN)


@transaction.atomic
def grant(
    *, request_id: int, user: User, amount: Decimal | None = None, claim_by: date | None = None, note: str = ""
) -> FundRequest:
    """Agree to it: all that was asked for or less, to be claimed until a day (default: 60 days after it ends)."""
    found = _held(
        _of_staff(request_id, user), FundRequest.Status.SUBMITTED, "Only a request that waits can be approved."
    )
    amount = found.amount if amount is None else amount
    if not (0 < amount <= found.amount and amount == round(amount, 2)):
        raise Refused(f"Grant a sum above 0 and of at most the {found.currency} {found.amount:,} that were asked for.")
    until = claim_by or max(found.ends_on, today()) + TO_CLAIM
    if until < max(found.ends_on, today()):
        raise Refused("Leave time to claim: the last day to claim is not before it ends, and not over.")
    found.granted, found.claim_by = amount, until
    _decide(found, user, FundRequest.Status.APPROVED, note)
    # Asked with the request as it stands then: budget and limits may have been lowered since it was filed.
    budget, balance = budget_of(found.incentive), balance_of(found.incentive, found.partner)
    if budget.budget is not None and budget.held > budget.budget:
        raise Refused(
            f"That would go beyond the budget of {found.currency} {budget.budget:,}. Raise it first, or grant less."
        )
    if balance.most is not None and balance.held > balance.most:
        raise Refused(f"That would be more than the {found.currency} {balance.most:,} one partner may have.")
    return found


@transaction.atomic
def refuse(*, request_id: int, user: User, reason: str) -> FundRequest:
    """Turn it down, with the reason that the partner reads; its sum is free again."""
    if not reason.strip():
        raise Refused("Say why: the partner reads it.")
    found = _held(
        _of_staff(request_id, user), FundRequest.Status.SUBMITTED, "Only a request that waits can be rejected."
    )
    return _decide(found, user, FundRequest.Status.REJECTED, reason)


@transaction.atomic
def end(*, request_id: int, user: User) -> FundRequest:
    """End a granted one now: what was not claimed is free again, what was claimed stays."""
    found = _held(_of_staff(request_id, user), FundRequest.Status.APPROVED, "Only an approved request can be ended.")
    return _close(found, FundRequest.Status.ENDED)


def _locked(incentive_id: int) -> Incentive | None:
    found = Incentive.objects.select_related("program").select_for_update(of=("self",))
    return found.filter(pk=incentive_id, asks_first=True).exclude(program__status="draft").first()


def _of_staff(request_id: int, user: User) -> FundRequest:
    visible = FundRequest.objects.visible_to(user) if roles.is_vendor(user) and roles.may_edit(user) else None
    found = visible.filter(pk=request_id).first() if visible is not None else None
    if found is None:
        raise Refused("There is no such request.")
    return found


def _held(request: FundRequest, status: str, otherwise: str) -> FundRequest:
    """The request in that state, with its incentive locked."""
    incentive = Incentive.objects.select_related("program").select_for_update(of=("self",)).get(pk=request.incentive_id)
    rows = FundRequest.objects.select_related("partner").select_for_update(of=("self",))
    found: FundRequest = rows.get(pk=request.pk)
    if found.status != status:
        raise Refused(f"{otherwise} This one is {found.get_status_display().lower()}.")
    found.incentive = incentive
    return found


def _decide(request: FundRequest, user: User, status: str, reason: str) -> FundRequest:
    request.status, request.decided_by, request.decided_at = status, user, timezone.now()
    request.reason = reason.strip()[:500]
    request.save(update_fields=["status", "decided_by", "decided_at", "reason", "granted", "claim_by"])
    about = {"request": request.pk, "incentive": request.incentive.program.slug, "partner": request.partner.external_id}
    money = {"amount": str(request.granted or request.amount), "currency": request.currency}
    announce(type="fund.decided", payload={**about, **money, "decision": str(status), "reason": request.reason})
    return request


def _close(request: FundRequest, status: str) -> FundRequest:
    request.status = status
    request.save(update_fields=["status"])
    return request


def _check(plan: Plan) -> None:
    if not plan.title.strip() or not plan.plan.strip():
        raise Refused("Say what you want to do, for whom and where.")
    if not (plan.amount > 0 and plan.amount == round(plan.amount, 2)):
        raise Refused("Ask for a sum above 0, with at most two decimal places.")
    if plan.ends_on < plan.starts_on:
        raise Refused("It ends before it begins. Choose the first day or a later one.")
    if plan.ends_on < today():
        raise Refused("It is over already: funds are agreed on before they are spent.")
