"""Tells partners' people in the morning what came on offer to their company the day before: one message a day at most.

A row per person and day, written in one statement: run often or cut off, nobody is told twice of a day.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from people import roles
from programs.messages import notices
from programs.messages.dispatch import send_soon

DAYS = 2
"""So many days back, should a morning have been missed."""
NAMED = 4
"""Programmes named; the others are counted."""

_TELL = """
    WITH made AS (
        SELECT o.partner_id, p.name, p.priority, o.offered_at, o.id
        FROM programs_offer o
        JOIN programs_program p ON p.id = o.program_id AND p.status = 'active' AND p.translates_id IS NULL
        LEFT JOIN programs_content c ON c.program_id = p.id
        WHERE o.offered_at >= %(first)s AND o.offered_at < %(after)s
            AND o.withdrawn_at IS NULL AND o.lapsed_at IS NULL AND o.opened_at IS NULL
            AND (p.ends_on IS NULL OR p.ends_on >= %(today)s) AND (c.expires_on IS NULL OR c.expires_on >= %(today)s)
    ),
    news AS (
        SELECT partner_id, count(*) AS count,
            (array_agg('“' || name || '”' ORDER BY priority DESC, offered_at DESC, id DESC))[1:%(named)s] AS names
        FROM made GROUP BY partner_id
    )
    INSERT INTO programs_delivery
        (message_id, user_id, partner_id, occasion, token, told_at, mail, due_at, failure_count, note, words, link)
    SELECT %(message)s, u.id, n.partner_id, %(occasion)s, gen_random_uuid(), %(now)s,
        CASE WHEN %(by_mail)s THEN 'waiting' ELSE 'none' END, %(now)s, 0, '',
        jsonb_build_object('offers', array_to_string(n.names, ', ')
            || CASE WHEN n.count > %(named)s THEN ' and ' || n.count - %(named)s || ' more' ELSE '' END), ''
    FROM news n
    JOIN partners_partner p ON p.id = n.partner_id AND p.deleted_at IS NULL
    JOIN partners_teammember t ON t.partner_id = n.partner_id
    JOIN people_user u ON u.id = t.user_id AND u.is_active AND u.role = ANY(%(roles)s)
    ORDER BY u.id
    ON CONFLICT (message_id, user_id, occasion) DO NOTHING
"""


@transaction.atomic
def tell_of_offers(*, now: datetime | None = None) -> int:
    """Tell of what came on offer on the last days and nobody of the company has opened; how many people were told."""
    if not settings.TELL_OF_OFFERS:
        return 0
    now = now or timezone.now()
    today = timezone.localdate(now, timezone.get_default_timezone())
    message = notices.notice(notices.NEW_OFFERS)
    told = 0
    for back in range(DAYS, 0, -1):
        day = today - timedelta(days=back)
        words: dict[str, Any] = {
            "message": message.pk,
            "by_mail": message.by_mail,
            "occasion": day.toordinal(),
            "first": _midnight(day),
            "after": _midnight(day + timedelta(days=1)),
            "today": today,
            "now": now,
            "named": NAMED,
            "roles": sorted(roles.PARTNER),
        }
        with connection.cursor() as cursor:
            cursor.execute(_TELL, words)
            told += cursor.rowcount
    if told and message.by_mail:
        send_soon()
    return told


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min), timezone.get_default_timezone())
