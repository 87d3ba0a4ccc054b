"""What to do next: what is late or has a day, then money that waits, then what was begun, then what is new. One query."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.urls import reverse

from partners.wording import amount, day
from people import roles
from people.models import User
from programs.certifying import today
from programs.portal.shelf import Card
from programs.renewing import BEFORE

SOON = timedelta(days=14)
MOST = 3
LATE, DATED, WAITING, BEGUN, FRESH = range(5)
"""How pressing a step is."""

_WAITS = """
    WITH earned AS (
        SELECT incentive_id, currency, sum(amount) AS sum FROM programs_ledgerentry
        WHERE partner_id = %(partner)s AND kind IN ('accrual', 'reversal') GROUP BY 1, 2
    ),
    claimed AS (
        SELECT incentive_id, sum(amount) AS sum FROM programs_claim
        WHERE partner_id = %(partner)s AND status <> 'rejected' GROUP BY 1
    )
    SELECT 'earned', 0::bigint, '', NULL::date, sum(e.sum - coalesce(c.sum, 0)), e.currency
    FROM earned e JOIN programs_incentive i ON i.program_id = e.incentive_id AND i.type NOT IN ('mdf', 'discount')
    LEFT JOIN claimed c USING (incentive_id) WHERE e.sum > coalesce(c.sum, 0) GROUP BY e.currency
    UNION ALL
    SELECT 'fund', f.id, f.title, f.claim_by, f.granted - coalesce(sum(c.amount), 0), f.currency
    FROM programs_fundrequest f LEFT JOIN programs_claim c ON c.request_id = f.id AND c.status <> 'rejected'
    WHERE f.partner_id = %(partner)s AND f.status = 'approved' AND f.claim_by >= %(today)s AND f.ends_on <= %(today)s
    GROUP BY f.id HAVING f.granted > coalesce(sum(c.amount), 0)
    UNION ALL
    SELECT 'registration', d.id, r.customer_name, r.expires_on, NULL, ''
    FROM partners_registration r JOIN partners_deal d ON d.id = r.deal_id AND d.stage = 'open' AND d.deleted_at IS NULL
    WHERE r.partner_id = %(partner)s AND r.status = 'approved' AND r.expires_on BETWEEN %(today)s AND %(soon)s
    UNION ALL
    SELECT 'certificate', o.id, k.title, k.expires_on, NULL, ''
    FROM programs_certificate k
    JOIN programs_offer o ON o.program_id = k.course_id AND o.partner_id = %(partner)s
        AND o.withdrawn_at IS NULL AND o.lapsed_at IS NULL
    JOIN programs_enrolment e ON e.course_id = k.course_id AND e.user_id = k.user_id AND NOT e.is_renewing
    WHERE k.user_id = %(user)s AND k.expires_on <= %(renew)s AND NOT EXISTS (
        SELECT FROM programs_certificate n WHERE n.course_id = k.course_id AND n.user_id = k.user_id AND n.id > k.id)
    UNION ALL
    SELECT 'plan', p.id, p.title, NULL, NULL, ''
    FROM programs_plan p
    WHERE p.partner_id = %(partner)s AND %(is_admin)s AND p.closed_at IS NULL AND p.ends_on >= %(today)s
        AND p.vendor_agreed_at IS NOT NULL AND p.partner_agreed_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do."""

    rank: int
    order: int
    """Among those as pressing, the least first."""
    icon: str
    kind: str
    title: str
    href: str
    text: str = ""
    why: str = ""
    done: int = 0
    total: int = 0
    """Lessons done and in all; 0: no course under way."""


def next_steps(user: User, shelf: list[Card], partner_id: int | None, *, most: int = MOST) -> list[Step]:
    """The most pressing first."""
    found = [*_courses(shelf), *_fresh(shelf)]
    if partner_id is not None:
        found += _waiting(user, partner_id)
    return sorted(found, key=lambda step: (step.rank, step.order))[:most]


def _waiting(user: User, partner_id: int) -> Iterable[Step]:
    """Money, funds, registrations, certificates and plans that wait for somebody."""
    now = today()
    words: dict[str, Any] = {
        "partner": partner_id,
        "user": user.pk,
        "today": now,
        "soon": now + SOON,
        "renew": now + BEFORE,
        "is_admin": user.role == roles.PARTNER_ADMIN,
    }
    with connection.cursor() as cursor:
        cursor.execute(_WAITS, words)
        rows = cursor.fetchall()
    return [_step(now, *row) for row in rows]


def _step(now: date, kind: str, pk: int, title: str, on: date | None, sum_: Decimal | None, currency: str) -> Step:
    rank = WAITING if on is None or on > now + SOON else LATE if on < now else DATED
    by = on or now
    at, money = (rank, by.toordinal()), f"{currency} {amount(sum_, places=2)}" if sum_ is not None else ""
    if kind == "earned":
        return Step(*at, "banknotes", "Earned", f"Claim {money}", reverse("portal_claims"), "It is yours already.")
    if kind == "fund":
        text = f"{money} is left to claim, until {day(by)}."
        return Step(*at, "banknotes", "Claim", title, reverse("portal_fund_request", args=[pk]), text)
    if kind == "registration":
        text = f"Protected for you until {day(by)}."
        return Step(*at, "briefcase", "Deal", title, reverse("portal_deal", args=[pk]), text)
    if kind == "certificate":
        text = f"Your certificate {'ended' if by < now else 'ends'} on {day(by)}."
        return Step(*at, "academic-cap", "Renew", title, reverse("portal_offer", args=[pk]), text)
    text = "We stand by it as it is. Do you?"
    return Step(*at, "clipboard-document-check", "Joint plan", title, reverse("portal_plan", args=[pk]), text)


def _near(card: Card) -> date | None:
    """The day by which the course is to be completed, if that is over or soon."""
    due = card.due_on if card.offer.lapsed_at is None else None
    return due if due is not None and due <= today() + SOON else None


def _courses(shelf: list[Card]) -> Iterable[Step]:
    """Courses that are late or due soon, and those under way: of these the latest begun first."""
    for card in shelf:
        due, is_begun = _near(card), card.is_under_way
        if due is None and not is_begun:
            continue
        begun = card.enrolment.started_at.date().toordinal() if card.enrolment else 0
        resumes = is_begun and card.lessons_done < card.lessons
        yield Step(
            BEGUN if due is None else LATE if card.is_overdue else DATED,
            due.toordinal() if due else -begun,
            card.icon,
            "Carry on" if is_begun else "To do",
            card.program.name,
            reverse("portal_resume" if resumes else "portal_offer", args=[card.offer.pk]),
            f"{'Was due' if card.is_overdue else 'Due'} on {day(due)}." if due else "",
            card.why,
            card.lessons_done if is_begun else 0,
            card.lessons if is_begun else 0,
        )


def _fresh(shelf: list[Card]) -> Iterable[Step]:
    """What nobody of the company has opened yet, in the shelf's order."""
    for order, card in enumerate(shelf):
        if card.is_new and not card.is_under_way and _near(card) is None:
            text = card.earns or card.program.summary
            href = reverse("portal_offer", args=[card.offer.pk])
            yield Step(FRESH, order, card.icon, "New for you", card.program.name, href, text, card.why)
