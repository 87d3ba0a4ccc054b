"""What the demo's partners say: people in most companies, who saw their segments, gave a thumb and told what customers need."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
from django.db import transaction
from django.utils import timezone

from partners.models import Customer, Partner, TeamMember
from people import roles
from people.models import User
from programs.models import Dispute, Feedback, NeedReport, Offer, Sighting
from programs.voices.needs import need_words
from segments.models import Membership

MOST = 220
"""So many companies have somebody; a demo of a hundred thousand need not have more."""
SHARE = 0.75
FIRST = (
    "Ana",
    "Ben",
    "Chloé",
    "Dmitri",
    "Eva",
    "Farid",
    "Greta",
    "Hugo",
    "Ines",
    "Jonas",
    "Kaori",
    "Leo",
    "Maya",
    "Nils",
)
LAST = (
    "Adler",
    "Bianchi",
    "Costa",
    "Dubois",
    "Eriksen",
    "Fischer",
    "García",
    "Haddad",
    "Ito",
    "Jansen",
    "Kumar",
    "Lopes",
)
WORDS = {
    True: ("", "", "That is us.", "Just what we needed.", "Clear, and quick to use."),
    False: (
        "",
        "We have moved on from this.",
        "Too long for a small team.",
        "Not our kind of customer.",
        "Out of date.",
    ),
}
FACTS = (
    ("tier", "Tier", "Silver", "Gold"),
    ("employees", "Employees", "40", "65"),
    ("city", "City", "Lyon", "Grenoble"),
)


def speak(*, now: datetime | None = None) -> int:
    """Everything, once: nothing where partners' people have been heard already; how many people there are then."""
    if Feedback.objects.exists() or NeedReport.objects.exists():
        return 0
    now = now or timezone.now()
    dice = np.random.default_rng(11)
    with transaction.atomic():
        people = _people(dice)
        _segments(dice, people, now)
        _programs(dice, people, now)
        _needs(dice, people, now)
        _disputes(dice, people, now)
    return len(people)


def _people(dice: np.random.Generator) -> dict[int, User]:
    """By partner id, one person of the company; nobody knows their password."""
    there = {member.partner_id: member.user for member in TeamMember.objects.select_related("user")}
    companies = Partner.objects.present().exclude(lifecycle_stage="prospect").order_by("external_id")[:MOST]
    for company in companies:
        if company.pk in there or dice.random() > SHARE:
            continue
        first, last = FIRST[int(dice.integers(len(FIRST)))], LAST[int(dice.integers(len(LAST)))]
        address = f"{company.external_id.lower()}@contacts.example"
        user = User.objects.filter(email=address).first() or User.objects.create_user(
            address, name=f"{first} {last}", role=roles.PARTNER_ADMIN
        )
        TeamMember.objects.get_or_create(user=user, defaults={"partner": company})
        there[company.pk] = user
    return there


def _segments(dice: np.random.Generator, people: dict[int, User], now: datetime) -> None:
    stays = Membership.objects.current().filter(
        segment__subject="partner", segment__partner_visible=True, subject_id__in=people
    )
    seen, said = [], []
    for stay in stays.order_by("segment_id", "subject_id"):
        if dice.random() < 0.7:
            at = now - timedelta(days=int(dice.integers(1, 200)))
            seen.append(Sighting(segment_id=stay.segment_id, partner_id=stay.subject_id, first_seen_at=at))
            if dice.random() < 0.3:
                said.append(_feedback(dice, people, stay.subject_id, now, 0.82, segment_id=stay.segment_id))
    Sighting.objects.bulk_create(seen, ignore_conflicts=True)
    Feedback.objects.bulk_create(said, ignore_conflicts=True)


def _feedback(
    dice: np.random.Generator, people: dict[int, User], partner: int, now: datetime, liking: float, **about: int
) -> Feedback:
    good = bool(dice.random() < liking)
    text = WORDS[good][int(dice.integers(len(WORDS[good])))]
    at = now - timedelta(days=int(dice.integers(1, 180)), hours=int(dice.integers(24)))
    return Feedback(partner_id=partner, user=people[partner], is_good=good, text=text, said_at=at, **about)


def _programs(dice: np.random.Generator, people: dict[int, User], now: datetime) -> None:
    offers = Offer.objects.on().filter(partner__in=people).order_by("program_id", "partner_id")
    liking = {pk: 0.45 + 0.5 * dice.random() for pk in sorted(set(offers.values_list("program_id", flat=True)))}
    said = [
        _feedback(dice, people, partner, now, liking[program], program_id=program)
        for program, partner in offers.values_list("program_id", "partner_id")
        if dice.random() < 0.22
    ]
    Feedback.objects.bulk_create(said, ignore_conflicts=True)


def _needs(dice: np.random.Generator, people: dict[int, User], now: datetime) -> None:
    """Mostly what the record says, and something new now and then."""
    words = [value for value, _ in need_words()]
    served = Customer.partners.through.objects.filter(partner__in=people, customer__deleted_at=None)
    reports = []
    for customer, partner, needs in served.order_by("customer_id", "partner_id").values_list(
        "customer_id", "partner_id", "customer__needs"
    )[:4_000]:
        if dice.random() < 0.12:
            told = {need for need in needs if dice.random() < 0.7} | {words[int(dice.integers(len(words)))]}
            at = now - timedelta(days=int(dice.integers(1, 300)))
            user = people[partner]
            reports.append(
                NeedReport(partner_id=partner, user=user, customer_id=customer, needs=sorted(told), said_at=at)
            )
    NeedReport.objects.bulk_create(reports, ignore_conflicts=True)


def _disputes(dice: np.random.Generator, people: dict[int, User], now: datetime) -> None:
    answerer = User.objects.filter(role=roles.CHANNEL_MANAGER).order_by("pk").first()
    made = []
    for number, (partner, user) in enumerate(sorted(people.items())[5:120:7]):
        field, label, shown, claimed = FACTS[number % len(FACTS)]
        asked = now - timedelta(days=int(dice.integers(3, 150)), hours=int(dice.integers(24)))
        dispute = Dispute(
            partner_id=partner, user=user, field=field, label=label, shown=shown, claimed=claimed, created_at=asked
        )
        if number % 4:
            right = bool(dice.random() < 0.6)
            dispute.status = Dispute.Status.ACCEPTED if right else Dispute.Status.REJECTED
            dispute.answer = "You are right, thank you." if right else "Our contract says otherwise; please call us."
            dispute.answered_by, dispute.answered_at = answerer, asked + timedelta(hours=int(dice.integers(2, 90)))
        made.append(dispute)
    Dispute.objects.bulk_create(made, ignore_conflicts=True)
