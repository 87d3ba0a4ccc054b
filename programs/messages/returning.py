"""Takes note of mail that came back: the delivery says so, and nothing more is mailed to a dead address."""

from __future__ import annotations

import imaplib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from django.db import transaction

from people import preferences
from people.models import User
from programs.messages.models import Delivery
from programs.messages.returned import Returned, read
from programs.messages.sending import bounced

TIMEOUT = 30
"""Seconds that any one answer of the mailbox is waited for."""


@dataclass(slots=True)
class Noted:
    """What one go through returned mail found."""

    read: int = 0
    """Mails looked at."""
    bounced: int = 0
    """Addresses found dead."""
    late: int = 0
    """Reports of mail that is late: the mail server goes on trying, so nothing is done."""
    unknown: int = 0
    """Mails that are no report, or about nobody we know."""


def note_all(mails: Iterable[bytes]) -> Noted:
    """Take note of each; reading the same mail twice changes nothing."""
    outcome = Noted()
    for raw in mails:
        outcome.read += 1
        reports = read(raw)
        if not reports:
            outcome.unknown += 1
        for report in reports:
            if not report.is_final:
                outcome.late += 1
            elif note(report):
                outcome.bounced += 1
            else:
                outcome.unknown += 1
    return outcome


@transaction.atomic
def note(report: Returned) -> bool:
    """Mark what the report is about; False when that is nobody we mailed.

    A token is what proves that we sent it; where there is none, the address has to be one that we have mailed. A report
    about an earlier address of a person says nothing about the one they have now.
    """
    delivery = Delivery.objects.select_related("user").filter(token=report.token).first() if report.token else None
    if delivery is not None:
        if report.address and report.address != delivery.user.email:
            Delivery.objects.filter(pk=delivery.pk).update(note=f"{report.address}: {report.reason}"[:300])
            return False
        bounced(delivery=delivery, reason=report.reason)
        return True
    user = User.objects.filter(email=report.address, deliveries__mail=Delivery.Mail.SENT).first()
    if user is None:
        return False
    preferences.mark_bounced(user_id=user.pk, reason=report.reason)
    return True


def unread(url: str) -> Iterator[bytes]:
    """The unread mails of a mailbox (imaps://user:password@host:993/INBOX), each marked read once it is taken note of."""
    parts = urlsplit(url)
    if parts.scheme not in {"imap", "imaps"} or not parts.hostname:
        raise ValueError("Write the mailbox as imaps://user:password@host/INBOX.")
    connect = imaplib.IMAP4_SSL if parts.scheme == "imaps" else imaplib.IMAP4
    with connect(parts.hostname, parts.port or (993 if parts.scheme == "imaps" else 143), timeout=TIMEOUT) as box:
        box.login(unquote(parts.username or ""), unquote(parts.password or ""))
        box.select(unquote(parts.path.strip("/")) or "INBOX")
        _, [numbers] = box.search(None, "UNSEEN")
        for number in numbers.split():
            _, found = box.fetch(number, "(BODY.PEEK[])")
            if isinstance(found[0], tuple):
                yield found[0][1]
            box.store(number, "+FLAGS", "\\Seen")
