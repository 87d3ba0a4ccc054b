"""Claims: filed by a partner, approved or rejected, and paid. Money is never promised twice or beyond the budget.

Every step first locks the incentive, so that the sums it looks at cannot change until it is done: of many claims at once,
as many are accepted as there is money for.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import PurePosixPath
from secrets import token_hex
from typing import Any

from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone

from partners import activity
from partners.models import Activity, Partner
from partners.outbox import announce
from people import roles
from people.models import User
from programs.accounts import Claim, LedgerEntry
from programs.balances import NOTHING, Balance, balance_of, budget_of
from programs.models import FundRequest, Incentive
from programs.proofs import HEAD, problem
from programs.taking import Refused


@transaction.atomic
def file_claim(
    *, incentive_id: int, user: User, amount: Decimal, note: str = "", proof: Any = None, request_id: int | None = None
) -> Claim:
    """File a claim of the person's company; from now on it holds its amount. `proof` is an uploaded file.

    `request_id`: the fund request it is under, where funds are agreed on before they are spent; it holds the sum already.
    Market development funds are claimed for what was spent, with proof; a discount never; all else up to what is earned.
    """
    company = Partner.objects.visible_to(user).first() if roles.is_partner(user) else None
    incentive = _locked(incentive_id)
    if company is None or incentive is None:
        raise Refused("There is no such incentive for your company.")
    balance = balance_of(incentive, company)
    if balance.is_discount:
        raise Refused("A discount is taken off the price of each deal, so there is nothing to claim.")
    _check_amount(amount)
    _check_proof(balance, proof)
    request = _granted(incentive, company, request_id, amount) if incentive.asks_first else None
    if request is None:
        _check_room(incentive, balance, amount)
    claim = Claim(
        request=request,
        incentive=incentive,
        partner=company,
        amount=amount,
        currency=incentive.currency,
        note=note.strip(),
        filed_by=user,
    )
    if proof is not None:
        claim.proof.save(
            f"{token_hex(6)}/{PurePosixPath(proof.name).name}", proof, save=False
        )  # keeps the name it came by
    claim.save()
    slug = incentive.program.slug
    activity.record(partner_id=company.pk, user_id=user.pk, kind=Activity.Kind.INCENTIVE_CLAIMED, about=slug)
    return claim


@transaction.atomic
def approve(*, claim_id: int, user: User) -> Claim:
    """Accept a submitted claim. Asked anew: whether it is still earned, and within the budget."""
    claim = _held(claim_id, user, Claim.Status.SUBMITTED, "Only a submitted claim can be approved.")
    incentive = claim.incentive
    accepted = Claim.objects.filter(incentive=incentive, status__in=[Claim.Status.APPROVED, Claim.Status.PAID])
    in_all = _sum(accepted) + claim.amount
    if incentive.budget is not None and in_all > incentive.budget:
        raise Refused(f"That would go beyond the budget of {incentive.currency} {incentive.budget:,}. Raise it first.")
    balance = balance_of(incentive, claim.partner)
    of_partner = _sum(accepted.filter(partner=claim.partner)) + claim.amount
    if not balance.is_fund and of_partner > balance.earned:
        raise Refused(
            f"Less is earned by now than was claimed: {incentive.currency} {balance.earned:,}, because a deal was changed."
            " Reject it, so that the partner can claim the right sum."
        )
    return _decide(claim, user, Claim.Status.APPROVED)


@transaction.atomic
def reject(*, claim_id: int, user: User, reason: str) -> Claim:
    """Turn a submitted claim down, with the reason that the partner reads; its amount is free again."""
    reason = reason.strip()
    if not reason:
        raise Refused("Say why: the partner reads it.")
    claim = _held(claim_id, user, Claim.Status.SUBMITTED, "Only a submitted claim can be rejected.")
    return _decide(claim, user, Claim.Status.REJECTED, reason=reason[:500])


@transaction.atomic
def pay(*, claim_id: int, user: User, reference: str = "") -> Claim:
    """Note that an approved claim was paid."""
    claim = _held(claim_id, user, Claim.Status.APPROVED, "Only an approved claim can be paid.")
    claim.status, claim.paid_at, claim.reference = Claim.Status.PAID, timezone.now(), reference.strip()[:100]
    claim.save(update_fields=["status", "paid_at", "reference"])
    _enter(claim, LedgerEntry.Kind.PAYMENT, claim.reference)
    return claim


def _locked(incentive_id: int) -> Incentive | None:
    found = Incentive.objects.select_related("program").select_for_update(of=("self",))
    return found.filter(pk=incentive_id).exclude(program__status="draft").first()


def _held(claim_id: int, user: User, status: str, otherwise: str) -> Claim:
    """The claim in that state, with its incentive locked."""
    claim = Claim.objects.visible_to(user).filter(pk=claim_id).first() if roles.may_edit(user) else None
    if claim is None:
        raise Refused("There is no such claim.")
    incentive = Incentive.objects.select_related("program").select_for_update(of=("self",)).get(pk=claim.incentive_id)
    claim = Claim.objects.select_related("partner").select_for_update(of=("self",)).get(pk=claim_id)
    if claim.status != status:
        raise Refused(f"{otherwise} This one is {claim.get_status_display().lower()}.")
    claim.incentive = incentive
    return claim


def _decide(claim: Claim, user: User, status: str, *, reason: str = "") -> Claim:
    claim.status, claim.reason, claim.decided_by, claim.decided_at = status, reason, user, timezone.now()
    claim.save(update_fields=["status", "reason", "decided_by", "decided_at"])
    if status == Claim.Status.APPROVED:
        _enter(claim, LedgerEntry.Kind.CLAIM, claim.note)
    about = {"claim": claim.pk, "incentive": claim.incentive.program.slug, "partner": claim.partner.external_id}
    money = {"amount": str(claim.amount), "currency": claim.currency}
    announce(type="claim.decided", payload={**about, **money, "decision": str(status), "reason": reason})
    return claim


def _enter(claim: Claim, kind: LedgerEntry.Kind, reason: str) -> None:
    LedgerEntry.objects.create(
        incentive_id=claim.incentive_id,
        partner_id=claim.partner_id,
        claim=claim,
        kind=kind,
        amount=claim.amount,
        currency=claim.currency,
        on=timezone.localdate(timezone=timezone.get_default_timezone()),
        reason=reason[:300],
        key=f"{kind}:{claim.pk}",
    )


def _sum(claims: QuerySet[Claim]) -> Decimal:
    return claims.aggregate(sum=Sum("amount"))["sum"] or NOTHING


def _granted(incentive: Incentive, company: Partner, request_id: int | None, amount: Decimal) -> FundRequest:
    """The request that the claim is under: of the same funds and company, granted, and with that much left."""
    found = FundRequest.objects.filter(pk=request_id or 0, incentive=incentive, partner=company).first()
    if found is None:
        raise Refused(
            "These funds are agreed on before they are spent. Ask for them first, and claim under that request."
        )
    if not found.is_claimable(timezone.localdate(timezone=timezone.get_default_timezone())):
        raise Refused("Nothing can be claimed under this request any more. Ask your channel manager.")
    left = (found.granted or NOTHING) - found.claimed
    if amount > left:
        raise Refused(f"You can claim up to {found.currency} {left:,} under this request.")
    return found


def _check_room(incentive: Incentive, balance: Balance, amount: Decimal) -> None:
    if amount > balance.available:
        raise Refused(_too_much(balance))
    left = budget_of(incentive).left
    if left is not None and amount > left:
        raise Refused("There is not enough left in this incentive for that sum. Ask your channel manager.")


def _check_amount(amount: Decimal) -> None:
    if not (amount > 0 and amount == round(amount, 2)):
        raise Refused("Claim a sum above 0, with at most two decimal places.")


def _check_proof(balance: Balance, proof: Any) -> None:
    if proof is None:
        if balance.is_fund:
            raise Refused("Add the proof of what was spent, such as the invoice.")
        return
    head = proof.read(HEAD)
    proof.seek(0)
    if wrong := problem(proof.name, head, proof.size):
        raise Refused(wrong)


def _too_much(balance: Balance) -> str:
    currency = balance.incentive.currency
    if balance.is_fund and not balance.is_on:
        return "These funds are not on offer to your company any more."
    if balance.available == 0:
        return "There is nothing left to claim here just now."
    return f"You can claim up to {currency} {balance.available:,} here just now."
