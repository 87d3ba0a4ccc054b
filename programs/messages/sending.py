"""Sends the mail that waits in the outbox: at least once, always under the same Message-ID.

A row is claimed by a conditional UPDATE with a lease, one row at a time, so any number of workers may send at once. One
that is killed leaves its row to whoever comes after the lease. Killed after the mail server took the mail and before the
row said so, the mail goes out again under the same Message-ID: mail programs and servers may show it once.
"""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from django.utils import timezone

from people import preferences
from people.models import Preference
from programs.messages.letters import letter
from programs.messages.models import Delivery
from programs.messages.telling import open_from

LEASE = timedelta(minutes=10)
"""Above the longest that one mail can take: every answer of the mail server is waited for at most EMAIL_TIMEOUT."""
WAITS = (1, 2, 5, 15, 60, 180, 360, 720, 1440)
"""Minutes until a failed mail is tried again; after the last it has failed for good."""
BATCH = 500

_CLAIM = """
    UPDATE programs_delivery SET lease_until = %(until)s
    WHERE id = (
        SELECT id FROM programs_delivery
        WHERE mail = 'waiting' AND due_at <= %(now)s AND (lease_until IS NULL OR lease_until < %(now)s)
        ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING id
"""


@dataclass(slots=True)
class Sent:
    """What one go through the outbox did."""

    sent: int = 0
    held_back: int = 0
    put_off: int = 0
    """Quiet hours, or to be tried again after a failure."""
    failed: int = 0

    @property
    def total(self) -> int:
        """Rows taken in hand."""
        return self.sent + self.held_back + self.put_off + self.failed


def send_due(*, limit: int = BATCH) -> Sent:
    """Send what is due, oldest first, until nothing is or `limit` rows were taken in hand."""
    outcome = Sent()
    server = get_connection()
    try:
        while outcome.total < limit:
            pk = claim()
            if pk is None:
                break
            _send_one(pk, server, outcome)
    finally:
        server.close()
    return outcome


def claim(now: datetime | None = None) -> int | None:
    """Take the oldest due row in hand for the length of the lease; None when there is none that is free."""
    with connection.cursor() as cursor:
        now = now or timezone.now()
        cursor.execute(_CLAIM, {"now": now, "until": now + LEASE})
        row = cursor.fetchone()
    return int(row[0]) if row else None


def _send_one(pk: int, server: BaseEmailBackend, outcome: Sent) -> None:
    now = timezone.now()
    delivery = Delivery.objects.select_related("message", "user", "partner").get(pk=pk)
    reason = _held_back(delivery)
    if reason:
        _close(delivery, Delivery.Mail.HELD_BACK, note=reason)
        outcome.held_back += 1
        return
    open_at = open_from(delivery, now)
    if open_at > now:
        Delivery.objects.filter(pk=pk, mail="waiting").update(due_at=open_at, lease_until=None)
        outcome.put_off += 1
        return
    try:
        server.send_messages([letter(delivery)])
    except Exception as error:  # whatever is wrong with one mail, the others leave
        server.close()
        _failed(delivery, error, outcome)
        return
    _close(delivery, Delivery.Mail.SENT, sent_at=timezone.now())
    outcome.sent += 1


def _held_back(delivery: Delivery) -> str:
    """Why the mail is not to leave (any more), asked at the last moment; "" when it may."""
    user, kind = delivery.user, delivery.message.kind
    if not user.is_active:
        return "The person may no longer sign in."
    if not delivery.partner.team.filter(user=user).exists():
        return "The person has left the company's team."
    preference = Preference.objects.filter(user=user).first()
    if preference and preference.bounced_at:
        return "Earlier mail to this address came back."
    if preference and kind in preference.mail_off and not delivery.message.is_essential:
        return "The person switched this kind of mail off."
    return ""


def _failed(delivery: Delivery, error: Exception, outcome: Sent) -> None:
    """For good (the server knows no such address), or to be tried again later."""
    reason = _words(error)
    if isinstance(error, smtplib.SMTPRecipientsRefused) and all(
        500 <= code < 600 for code, _ in error.recipients.values()
    ):
        bounced(delivery=delivery, reason=reason)
        outcome.failed += 1
        return
    count = delivery.failure_count + 1
    if count > len(WAITS):
        _close(delivery, Delivery.Mail.FAILED, note=reason, failure_count=count)
        outcome.failed += 1
        return
    due_at = timezone.now() + timedelta(minutes=WAITS[count - 1])
    Delivery.objects.filter(pk=delivery.pk, mail="waiting").update(
        due_at=due_at, lease_until=None, failure_count=count, note=reason
    )
    outcome.put_off += 1


def bounced(*, delivery: Delivery, reason: str) -> None:
    """The mail came back for good: the row says so, and nothing more is mailed to the person."""
    now = timezone.now()
    Delivery.objects.filter(pk=delivery.pk).update(
        mail=Delivery.Mail.FAILED, bounced_at=now, lease_until=None, note=reason[:300]
    )
    preferences.mark_bounced(user_id=delivery.user_id, reason=reason)


def _close(delivery: Delivery, state: str, **values: object) -> None:
    Delivery.objects.filter(pk=delivery.pk, mail="waiting").update(mail=state, lease_until=None, **values)


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
        return f"{code} {said.decode(errors='replace')}"[:300]
    if isinstance(error, smtplib.SMTPResponseException):
        answer = error.smtp_error
        words = answer.decode(errors="replace") if isinstance(answer, bytes) else str(answer)
        return f"{error.smtp_code} {words}"[:300]
    if isinstance(error, OSError):
        return f"The mail server {settings.EMAIL_HOST or ''} cannot be reached: {error}"[:300]
    return f"{type(error).__name__}: {error}"[:300]
