"""Registering deals: submitted by a partner, compared with what is known, approved, rejected, or expired."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from partners.likeness import company_key, product_key
from partners.models import Customer, Deal, Origin, Partner, Registration
from partners.records import create_record
from partners.rows import Invalid
from partners.vocabulary import Subject
from people import roles
from people.models import User

PROTECTED = timedelta(days=90)
"""How long an approved registration stands in the way of others."""


class Refused(Exception):
    """It cannot be done; the message says why, to the person who tried."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Something known already that is the same business."""

    partner: Partner
    what: str
    """Either "registration" or "deal"."""
    name: str
    since: date | None
    registration: Registration | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """A deal as the partner describes it."""

    customer_name: str
    product_line: str
    name: str = ""
    amount: Decimal | None = None
    currency: str = "EUR"
    expected_on: date | None = None
    note: str = ""


def today() -> date:
    """The organisation's local day."""
    return timezone.localdate(timezone=timezone.get_default_timezone())


@transaction.atomic
def submit(*, user: User, wish: Wish) -> Registration:
    """Register a deal of the person's company. Refused when that company has it already; another's is a conflict to decide."""
    company = Partner.objects.visible_to(user).first() if roles.is_partner(user) else None
    if company is None:
        raise Refused("Your account is not linked to a company yet.")
    keys = company_key(wish.customer_name), product_key(wish.product_line)
    if not all(keys):
        raise Refused("Name the customer and the product in letters or digits.")
    _alone(keys)
    mine = Registration.objects.live(today()).filter(partner=company, customer_key=keys[0], product_key=keys[1]).first()
    if mine is not None:
        raise Refused(
            f"Your company has registered this already, on {mine.submitted_at:%-d %B %Y}: it is"
            f" {mine.get_status_display().lower()}."
        )
    return Registration.objects.create(
        partner=company,
        customer_name=wish.customer_name.strip(),
        customer=known_customer(wish.customer_name),
        product_line=wish.product_line.strip(),
        name=wish.name.strip(),
        amount=wish.amount,
        currency=wish.currency,
        expected_on=wish.expected_on,
        note=wish.note.strip(),
        customer_key=keys[0],
        product_key=keys[1],
        submitted_by=user,
    )


def known_customer(name: str) -> Customer | None:
    """The customer of that name, without regard to spelling; the oldest of several."""
    key = company_key(name)
    longest = max(name.split(), key=len, default=name)
    # Any spelling of the name that the database can look for narrows it down; likeness decides.
    words = {name.strip(), longest, max(key.split(), key=len)}
    narrowed = Q()
    for word in words:
        narrowed |= Q(name__icontains=word)
    return next(
        (
            each
            for each in Customer.objects.present().filter(narrowed).order_by("id")[:500]
            if company_key(each.name) == key
        ),
        None,
    )


def conflicts(registration: Registration) -> list[Conflict]:
    """Live registrations of the same customer and product, and open deals with the customer for it; its own deal apart."""
    same = Registration.objects.live(today()).filter(
        customer_key=registration.customer_key, product_key=registration.product_key
    )
    found = [
        Conflict(each.partner, "registration", str(each), timezone.localtime(each.submitted_at).date(), each)
        for each in same.exclude(pk=registration.pk).select_related("partner").order_by("submitted_at", "pk")
    ]
    if registration.customer_id:
        deals = Deal.objects.present().filter(customer=registration.customer_id, stage="open").select_related("partner")
        deals = deals.exclude(pk=registration.deal_id).filter(registration=None).order_by("registered_on", "pk")
        found += [
            Conflict(each.partner, "deal", str(each), each.registered_on)
            for each in deals
            if product_key(each.product_line) in {"", registration.product_key}
        ]
    return found


@transaction.atomic
def approve(*, registration_id: int, user: User) -> Registration:
    """Make the deal theirs: an open deal, protected for a while. Refused while another partner holds the same."""
    found = _waiting(registration_id, user)
    holder = (
        Registration.objects.filter(
            customer_key=found.customer_key,
            product_key=found.product_key,
            status=Registration.Status.APPROVED,
            expires_on__gte=today(),
        )
        .select_related("partner")
        .first()
    )
    if holder is not None:
        raise Refused(
            f"{holder.partner} holds this deal until {holder.expires_on:%-d %B %Y}. Reject this one, or let that one expire."
        )
    found.deal = _deal(found, user)
    found.status, found.decided_by, found.decided_at = Registration.Status.APPROVED, user, timezone.now()
    found.expires_on = today() + PROTECTED
    found.save(update_fields=["status", "decided_by", "decided_at", "expires_on", "deal"])
    return found


@transaction.atomic
def reject(*, registration_id: int, user: User, reason: str) -> Registration:
    """Turn it down, with the reason that the partner reads."""
    if not reason.strip():
        raise Refused("Say why: the partner reads it.")
    found = _waiting(registration_id, user)
    found.status, found.reason = Registration.Status.REJECTED, reason.strip()[:500]
    found.decided_by, found.decided_at = user, timezone.now()
    found.save(update_fields=["status", "reason", "decided_by", "decided_at"])
    return found


@transaction.atomic
def expire(*, registration_id: int, user: User) -> Registration:
    """End an approved registration's protection now; its deal stays, but others may register the same."""
    found = _locked(registration_id, user)
    if found.status != Registration.Status.APPROVED:
        raise Refused(f"Only an approved registration can expire. This one is {found.get_status_display().lower()}.")
    found.status = Registration.Status.EXPIRED
    found.save(update_fields=["status"])
    return found


def expire_overdue() -> int:
    """Let those expire whose days are over while their deal is still open; returns how many. One statement."""
    due = Registration.objects.overdue(today()).values("pk")
    return Registration.objects.filter(pk__in=due, status="approved").update(status=Registration.Status.EXPIRED)


def _alone(keys: tuple[str, str]) -> None:
    """One at a time for the same customer and product, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", ["registration:" + "|".join(keys)])


def _locked(registration_id: int, user: User) -> Registration:
    visible = Registration.objects.visible_to(user).filter(pk=registration_id) if roles.may_edit(user) else None
    found = visible.first() if visible is not None else None
    if found is None:
        raise Refused("There is no such registration.")
    _alone((found.customer_key, found.product_key))
    return Registration.objects.select_related("partner", "customer").select_for_update(of=("self",)).get(pk=found.pk)


def _waiting(registration_id: int, user: User) -> Registration:
    found = _locked(registration_id, user)
    if found.status != Registration.Status.SUBMITTED:
        raise Refused(f"This registration is {found.get_status_display().lower()} already.")
    return found


def _deal(registration: Registration, user: User) -> Deal:
    """The open deal of an approved registration, like any other record: with provenance."""
    values = {
        "external_id": f"REG-{registration.pk}",
        "name": registration.name or f"{registration.product_line} for {registration.customer_name}",
        "partner": registration.partner.external_id,
        "stage": "open",
        "amount": registration.amount,
        "currency": registration.currency,
        "product_line": registration.product_line,
        "registered_on": timezone.localtime(registration.submitted_at, timezone.get_default_timezone()).date(),
    }
    if registration.customer is not None:
        values["customer"] = registration.customer.external_id
    origin = Origin(kind=Origin.Kind.FORM, label=f"Deal registration {registration.pk}", user=user)
    try:
        deal = create_record(subject=Subject.DEAL, values=values, origin=origin)
    except Invalid as invalid:
        reasons = "; ".join(f"{name} {reason}" for name, reason in invalid.errors.items())
        raise Refused(f"The deal could not be made: {reasons}.") from invalid
    assert isinstance(deal, Deal)  # noqa: S101
    return deal
