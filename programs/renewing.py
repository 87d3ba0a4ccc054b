"""Taking a course again because its certificate ends: the lessons are to be done anew, everything before stays."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from people.roles import Viewer
from programs.certifying import today
from programs.models import Certificate, Enrolment
from programs.taking import NotOnOffer, Refused, locked_enrolment

BEFORE = timedelta(days=60)
"""How long before its last day a certificate can be renewed."""


def latest_certificate(user: Viewer, course_id: int) -> Certificate | None:
    """The newest certificate that the person has of a course."""
    return Certificate.objects.filter(user_id=user.pk or 0, course_id=course_id).order_by("-pk").first()


def may_renew(certificate: Certificate | None, enrolment: Enrolment | None, day: date) -> bool:
    """The certificate ends soon or has ended, and the course is not under way already."""
    if certificate is None or certificate.expires_on is None or enrolment is None or enrolment.is_under_way:
        return False
    return day >= certificate.expires_on - BEFORE


@transaction.atomic
def renew(*, offer_id: int, user: Viewer) -> Enrolment:
    """Begin the course anew. What was completed stays completed; passing again earns another certificate."""
    offer, enrolment = locked_enrolment(offer_id, user)
    if enrolment.is_renewing:
        return enrolment
    if offer.lapsed_at is not None:
        raise NotOnOffer
    certificate = latest_certificate(user, offer.program_id)
    if not may_renew(certificate, enrolment, today()):
        raise Refused(
            "There is nothing to renew yet: a certificate can be renewed from sixty days before its last day."
        )
    enrolment.is_renewing, enrolment.renewed_at = True, timezone.now()
    enrolment.done, enrolment.lessons_done = [], 0
    enrolment.save(update_fields=["is_renewing", "renewed_at", "done", "lessons_done"])
    return enrolment
