"""Certificates: given on completing a course (and on taking it again), kept for good, verifiable by anybody who has the code."""

from __future__ import annotations

import re
import secrets
from datetime import date

from django.utils import timezone

from partners import activity
from partners.facts import months_before
from partners.models import Activity
from programs.models import Certificate, Course, Enrolment

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's 32: none of them is taken for another."""
_LENGTH = 15
"""75 random bits: no code is found by trying."""
_LOOKALIKES = str.maketrans("OIL", "011")


def certify(*, course: Course, enrolment: Enrolment) -> Certificate:
    """A certificate of the course, in the words of the day. Runs inside the completing, whose lock lets it happen once."""
    now = timezone.now()
    today = timezone.localdate(now, timezone.get_default_timezone())
    expires_on = months_before(today, -course.certificate_months) if course.certificate_months else None
    person = enrolment.user
    certificate = Certificate.objects.create(
        course=course,
        user=person,
        code=new_code(),
        partner_id=enrolment.partner_id,
        holder=person.name or person.email,
        title=course.program.name,
        issued_at=now,
        expires_on=expires_on,
    )
    activity.record(
        partner_id=enrolment.partner_id,
        user_id=person.pk,
        kind=Activity.Kind.CERTIFICATE_EARNED,
        about=course.program.slug,
        at=now,
        valid_until=expires_on,
    )
    return certificate


def new_code() -> str:
    """A code as people read it: three groups of five."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(_LENGTH))
    return "-".join(re.findall(".....", letters))


def code_as_typed(text: str) -> str:
    """The code that somebody means who leaves out hyphens, uses small letters, or takes 0 for O; "" for none."""
    letters = "".join(character for character in text.upper() if character.isalnum()).translate(_LOOKALIKES)
    if len(letters) != _LENGTH or not set(letters) <= set(LETTERS):
        return ""
    return "-".join(re.findall(".....", letters))


def verify(text: str) -> Certificate | None:
    """The certificate of a code, expired or not; None for a code that was never given."""
    code = code_as_typed(text)
    return Certificate.objects.filter(code=code).first() if code else None


def today() -> date:
    """The organisation's day, by which validity is judged."""
    return timezone.localdate(timezone=timezone.get_default_timezone())
