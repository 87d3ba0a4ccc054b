"""What people think of a segment they are in, or of a programme they have: a thumb, and perhaps words."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from partners.models import Partner
from people.models import User
from programs.models import Offer, Program
from programs.voices.models import Feedback
from segments.models import Membership, Segment


class NotTheirs(LookupError):
    """The person's company is not in that segment, or does not have that programme on offer."""


@transaction.atomic
def say_of_segment(*, partner: Partner, user: User, segment: Segment, is_good: bool, text: str = "") -> Feedback:
    """Note it; a person's later word takes the place of the earlier one."""
    stays = Membership.objects.current().filter(segment=segment, subject_id=partner.pk)
    if segment.subject != "partner" or not segment.partner_visible or not stays.exists():
        raise NotTheirs
    return _keep(partner, user, is_good, text, segment=segment, program=None)


@transaction.atomic
def say_of_program(*, partner: Partner, user: User, program: Program, is_good: bool, text: str = "") -> Feedback:
    """The same of a programme."""
    if not Offer.objects.on().filter(program=program, partner=partner).exists():
        raise NotTheirs
    return _keep(partner, user, is_good, text, segment=None, program=program)


def _keep(
    partner: Partner, user: User, is_good: bool, text: str, *, segment: Segment | None, program: Program | None
) -> Feedback:
    kept, _ = Feedback.objects.update_or_create(
        user=user,
        segment=segment,
        program=program,
        defaults={"partner": partner, "is_good": is_good, "text": text.strip()[:1000], "said_at": timezone.now()},
    )
    return kept
