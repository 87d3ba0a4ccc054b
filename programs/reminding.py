"""Reminds people of courses that are due and certificates that end: each person once for each course or certificate.

What is due is read anew every time, and a reminder is unique per person and occasion: run often, cut off anywhere, nobody
is reminded twice. Mail waits for the end of quiet hours as all mail does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.formats import date_format

from programs.messages import notices, telling
from programs.messages.telling import Reminder

BEFORE_DUE = 7
"""Days before a course is due."""
BEFORE_END = 30
"""Days before a certificate ends."""
LATE = 7
"""Days for which a reminder is still sent that should have been sent before (nobody is reminded of what is long over)."""

_COURSES = """
    SELECT u.id, o.partner_id, o.id, p.name,
        (o.offered_at AT TIME ZONE %(zone)s)::date + c.due_days AS due, '/portal/offers/' || o.id || '/'
    FROM programs_offer o
    JOIN programs_course c ON c.program_id = o.program_id AND c.due_days IS NOT NULL
    JOIN programs_program p ON p.id = o.program_id AND p.status = 'active'
    JOIN partners_teammember t ON t.partner_id = o.partner_id
    JOIN people_user u ON u.id = t.user_id AND u.is_active
    LEFT JOIN programs_enrolment e ON e.course_id = c.program_id AND e.user_id = u.id
    WHERE o.withdrawn_at IS NULL AND o.lapsed_at IS NULL
        AND (o.offered_at AT TIME ZONE %(zone)s)::date + c.due_days BETWEEN %(first)s AND %(last)s
        AND CASE WHEN e.id IS NOT NULL THEN e.completed_at IS NULL ELSE u.role = 'partner_admin' AND NOT EXISTS (
            SELECT FROM programs_enrolment x WHERE x.course_id = c.program_id AND x.partner_id = o.partner_id) END
"""
"""Whoever has begun it and not completed it; where nobody of the company has begun, its admins."""
_CERTIFICATES = """
    SELECT u.id, k.partner_id, k.id, k.title, k.expires_on,
        coalesce('/portal/offers/' || o.id || '/', '/portal/training/transcript/')
    FROM programs_certificate k
    JOIN people_user u ON u.id = k.user_id AND u.is_active
    JOIN partners_teammember t ON t.user_id = u.id AND t.partner_id = k.partner_id
    LEFT JOIN programs_offer o ON o.program_id = k.course_id AND o.partner_id = k.partner_id
        AND o.withdrawn_at IS NULL AND o.lapsed_at IS NULL
    WHERE k.expires_on BETWEEN %(first)s AND %(last)s AND NOT EXISTS (
        SELECT FROM programs_certificate n WHERE n.course_id = k.course_id AND n.user_id = k.user_id AND n.id > k.id)
"""


@dataclass(frozen=True, slots=True)
class Reminded:
    """How many people this call reminded."""

    courses: int
    certificates: int


@transaction.atomic
def remind(*, now: datetime | None = None) -> Reminded:
    """Write down the reminders that are due and were not written before."""
    now = now or timezone.now()
    courses = _remind(notices.COURSE_DUE, _COURSES, now, 0, BEFORE_DUE)
    courses += _remind(notices.COURSE_OVERDUE, _COURSES, now, -LATE, -1)
    ending = _remind(notices.CERTIFICATE_ENDING, _CERTIFICATES, now, 0, BEFORE_END)
    ended = _remind(notices.CERTIFICATE_ENDED, _CERTIFICATES, now, -LATE, -1)
    return Reminded(courses, ending + ended)


def _remind(name: str, query: str, now: datetime, first: int, last: int) -> int:
    today = timezone.localdate(now, timezone.get_default_timezone())
    with connection.cursor() as cursor:
        days = {"first": today + timedelta(days=first), "last": today + timedelta(days=last)}
        cursor.execute(query, {"zone": settings.TIME_ZONE, **days})
        rows = cursor.fetchall()
    if not rows:
        return 0
    reminders = [
        Reminder(user, partner, occasion, {"course": title, "day": date_format(day, "j F Y")}, link)
        for user, partner, occasion, title, day, link in rows
    ]
    return telling.tell_people(message=notices.notice(name), reminders=reminders, now=now).people
