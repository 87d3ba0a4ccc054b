"""Tells partners' people what became of what they asked for: claims, requests for funds, deal registrations, values they
said are wrong, joint plans.

A reconcile like reminding: what was decided lately is read anew each time, and nobody is told twice of the same decision,
so a run that was cut off or lost is made good by the next. Told are the company's admins and whoever asked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.formats import date_format

from partners.models import Registration, TeamMember
from partners.wording import amount
from people import roles
from programs.messages import notices, telling
from programs.messages.telling import Reminder
from programs.models import Claim, Delivery, Dispute, FundRequest, Plan

LATE = timedelta(days=3)
"""For so long a decision is still told that should have been told before."""
BEFORE_END = timedelta(days=14)
"""Before the protection of a registered deal ends."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One decision, for the people of one partner."""

    notice: str
    occasion: int
    """Id of what was decided."""
    partner_id: int
    asker_id: int | None
    words: dict[str, str]
    link: str


@transaction.atomic
def answer_all(*, now: datetime | None = None) -> int:
    """Tell of every decision that was not told yet; how many people were told."""
    now = now or timezone.now()
    found = [*of_claims(now), *of_funds(now), *of_registrations(now), *of_disputes(now), *of_plans(now)]
    people = _people({each.partner_id for each in found})
    told = 0
    for name in sorted({each.notice for each in found}):
        told += _tell(name, [each for each in found if each.notice == name], people, now)
    return told


def of_claims(now: datetime) -> Iterable[Answer]:
    """Claims approved, rejected or paid lately. One query."""
    names = {"approved": notices.CLAIM_APPROVED, "rejected": notices.CLAIM_REJECTED, "paid": notices.CLAIM_PAID}
    lately = Q(status__in=("approved", "rejected"), decided_at__gte=now - LATE) | Q(
        status="paid", paid_at__gte=now - LATE
    )
    for claim in Claim.objects.filter(lately).select_related("incentive__program"):
        words = {
            "amount": f"{claim.currency} {amount(claim.amount, places=2)}",
            "incentive": claim.incentive.program.name,
            "reason": claim.reason,
            "reference": claim.reference or "none",
        }
        link = f"/portal/claims/{claim.pk}/"
        yield Answer(names[claim.status], claim.pk, claim.partner_id, claim.filed_by_id, words, link)


def of_funds(now: datetime) -> Iterable[Answer]:
    """Requests for funds decided lately, and those with something left to claim soon. One query."""
    today = timezone.localdate(now, timezone.get_default_timezone())
    decided = Q(status__in=("approved", "rejected"), decided_at__gte=now - LATE)
    ending = Q(status="approved", claim_by__range=(today, today + BEFORE_END))
    claimed = Sum("claims__amount", filter=~Q(claims__status="rejected"), default=0)
    for fund in FundRequest.objects.filter(decided | ending).annotate(taken=claimed):
        words = {"title": fund.title, "reason": fund.reason}
        words["day"] = date_format(fund.claim_by, "j F Y") if fund.claim_by else ""
        granted = fund.granted or fund.amount
        link = f"/portal/funds/{fund.pk}/"
        about = (fund.pk, fund.partner_id, fund.asked_by_id)
        if fund.decided_at and fund.decided_at >= now - LATE:
            name = notices.FUND_REJECTED if fund.status == "rejected" else notices.FUND_APPROVED
            yield Answer(name, *about, words | {"amount": f"{fund.currency} {amount(granted, places=2)}"}, link)
        left = granted - fund.taken
        if fund.claim_by and fund.claim_by <= today + BEFORE_END and left > 0:
            said = words | {"amount": f"{fund.currency} {amount(left, places=2)}"}
            yield Answer(notices.FUND_ENDING, *about, said, link)


def of_registrations(now: datetime) -> Iterable[Answer]:
    """Registrations decided lately, and those whose protection ends soon or is over. One query."""
    today = timezone.localdate(now, timezone.get_default_timezone())
    decided = Q(status__in=("approved", "rejected"), decided_at__gte=now - LATE)
    ending = Q(status="approved", expires_on__range=(today, today + BEFORE_END), deal__stage="open")
    over = Q(status="expired", expires_on__gte=today - LATE)
    for each in Registration.objects.filter(decided | ending | over).select_related("deal"):
        words = {"customer": each.customer_name, "product": each.product_line, "reason": each.reason}
        words["day"] = date_format(each.expires_on, "j F Y") if each.expires_on else ""
        link = f"/portal/deals/{each.deal_id}/" if each.deal_id and each.status == "approved" else ""
        link = link or f"/portal/registrations/{each.pk}/"
        for name in _names_of(each, now):
            yield Answer(name, each.pk, each.partner_id, each.submitted_by_id, words, link)


def _names_of(registration: Registration, now: datetime) -> Iterable[str]:
    if registration.status == "rejected":
        yield notices.REGISTRATION_REJECTED
    elif registration.status == "expired":
        yield notices.REGISTRATION_EXPIRED
    else:
        if registration.decided_at and registration.decided_at >= now - LATE:
            yield notices.REGISTRATION_APPROVED
        today = timezone.localdate(now, timezone.get_default_timezone())
        is_open = registration.deal is not None and registration.deal.stage == "open"
        if is_open and registration.expires_on and registration.expires_on <= today + BEFORE_END:
            yield notices.REGISTRATION_ENDING


def of_disputes(now: datetime) -> Iterable[Answer]:
    """Disputes answered lately. One query."""
    names = {"accepted": notices.DISPUTE_ACCEPTED, "rejected": notices.DISPUTE_REJECTED}
    for dispute in Dispute.objects.filter(status__in=names, answered_at__gte=now - LATE):
        words = {"fact": dispute.label, "claimed": dispute.claimed, "answer": dispute.answer}
        yield Answer(names[dispute.status], dispute.pk, dispute.partner_id, dispute.user_id, words, "/portal/company/")


def of_plans(now: datetime) -> Iterable[Answer]:
    """Joint plans that the vendor lately agreed to as they are, and the partner not. Once for each time. One query."""
    waiting = Plan.objects.filter(partner_agreed_at=None, closed_at=None, vendor_agreed_at__gte=now - LATE)
    for plan in waiting:
        agreed_at = plan.vendor_agreed_at or now
        # A plan that was changed is agreed to anew; seconds since the epoch fit below the plan's own digits.
        occasion = plan.pk * 10**10 + int(agreed_at.timestamp())
        yield Answer(
            notices.PLAN_WAITING, occasion, plan.partner_id, None, {"title": plan.title}, f"/portal/plans/{plan.pk}/"
        )


def _people(partners: Collection[int]) -> dict[int, list[tuple[int, str]]]:
    """By partner id, its people who may sign in: (id, role). One query."""
    found: dict[int, list[tuple[int, str]]] = {}
    team = TeamMember.objects.filter(partner__in=partners, partner__deleted_at=None, user__is_active=True)
    for partner, user, role in team.values_list("partner_id", "user_id", "user__role"):
        found.setdefault(partner, []).append((user, role))
    return found


def _tell(name: str, answers: list[Answer], people: dict[int, list[tuple[int, str]]], now: datetime) -> int:
    message = notices.notice(name)
    before = Delivery.objects.filter(message=message, occasion__in=[each.occasion for each in answers])
    told = set(before.values_list("user_id", "occasion"))
    reminders = [
        Reminder(user, each.partner_id, each.occasion, each.words, each.link)
        for each in answers
        for user, role in people.get(each.partner_id, ())
        if (role == roles.PARTNER_ADMIN or user == each.asker_id) and (user, each.occasion) not in told
    ]
    return telling.tell_people(message=message, reminders=reminders, now=now).people if reminders else 0
