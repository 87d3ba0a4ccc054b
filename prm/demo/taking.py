"""What the demo's partners have already taken up, so that programmes and portals look lived in."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef

from partners.models import Activity
from people.models import User
from programs import taking
from programs.models import Offer, Program

READ = {"paula@partner.example": ("focus-playbook",), "olivia@other.example": ("welcome-kit",)}
STARTED = {"paula@partner.example": ("growth-rebate",)}
LESSONS = {
    "paula@partner.example": {"focus-in-practice": 2},
    "martin@partner.example": {"guard-essentials": 4},
    "olivia@other.example": {"selling-with-confidence": 1},
}
"""Course → lessons done, by person."""


def take_up() -> None:
    """Open, start and learn, where the programmes are on offer to the person's company. Twice is as good as once."""
    emails = {*READ, *STARTED, *LESSONS}
    for user in User.objects.filter(email__in=emails, is_active=True):
        offers = {offer.program.slug: offer for offer in Offer.objects.visible_to(user).on().select_related("program")}
        for slug in READ.get(user.email, ()):
            if slug in offers:
                taking.open_offer(offer=offers[slug], user=user)
        for slug in STARTED.get(user.email, ()):
            if slug in offers:
                taking.start_offer(offer_id=offers[slug].pk, user=user)
        for slug, lessons in LESSONS.get(user.email, {}).items():
            if slug in offers:
                _learn(offers[slug], user, lessons)


def open_what_was_read() -> int:
    """Companies that looked at content in the past year have opened their offer of it; returns how many offers.

    The year of activity is written before there are offers, so nothing has noted it. Companies with people of their own
    here are left out: what they took up is told above.
    """
    looks = Activity.objects.filter(
        partner=OuterRef("partner_id"), kind=Activity.Kind.CONTENT_OPENED, about=OuterRef("program__slug")
    )
    unread = Offer.objects.on().filter(program__kind=Program.Kind.CONTENT, opened_at=None, partner__team=None)
    return unread.filter(Exists(looks)).update(opened_at=F("offered_at"))


def _learn(offer: Offer, user: User, lessons: int) -> None:
    taking.start_offer(offer_id=offer.pk, user=user)
    for number in range(1, lessons + 1):
        taking.complete_lesson(offer_id=offer.pk, user=user, number=number)
