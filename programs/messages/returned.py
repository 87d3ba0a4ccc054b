"""Reads mail that came back: what a mail server says of it (RFC 3464), and which mail of ours it is about. Pure values.

Ours is found by the address it was sent from when that is our own for each mail ("bounces+TOKEN@…", VERP), else by the
Message-ID of the returned mail, which holds the same token.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from uuid import UUID

_UUID = r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}"
_VERP = re.compile(rf"\+({_UUID})@")
_MESSAGE_ID = re.compile(rf"<({_UUID})@[^>]*>")
_TO = ("To", "Delivered-To", "X-Original-To", "X-Envelope-To", "Envelope-To")


@dataclass(frozen=True, slots=True)
class Returned:
    """What a report says of one address."""

    token: UUID | None
    """Of our mail; None when the report does not say."""
    address: str
    """The address it could not be brought to; "" when the report does not say."""
    is_final: bool
    """Not brought, and not to be tried again; else it is only late."""
    reason: str


def read(raw: bytes) -> list[Returned]:
    """What a mail reports; nothing for any other mail (an answer, an out-of-office)."""
    mail = message_from_bytes(raw, policy=policy.default)
    if mail.get_content_type() != "multipart/report":
        return []
    token = _token(mail)
    return [_returned(fields, token) for fields in _recipients(mail) if _action(fields) in {"failed", "delayed"}]


def _recipients(mail: EmailMessage) -> Iterator[EmailMessage]:
    """The fields about each recipient: the groups of message/delivery-status but the first, which is about the mail."""
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status":
            groups = part.get_payload()
            yield from (group for group in groups if isinstance(group, EmailMessage) and "Action" in group)


def _action(fields: EmailMessage) -> str:
    return str(fields.get("Action", "")).strip().lower()


def _returned(fields: EmailMessage, token: UUID | None) -> Returned:
    status = str(fields.get("Status", "")).strip()
    said = _after_type(str(fields.get("Diagnostic-Code", "")))
    address = _after_type(str(fields.get("Original-Recipient") or fields.get("Final-Recipient") or ""))
    is_final = _action(fields) == "failed" and not status.startswith(("2", "4"))
    return Returned(token, parseaddr(address)[1].lower(), is_final, " ".join(f"{status} {said}".split())[:300])


def _after_type(value: str) -> str:
    """A field is "type; value" (rfc822; somebody@…, smtp; 550 …)."""
    return value.partition(";")[2].strip() if ";" in value else value.strip()


def _token(mail: EmailMessage) -> UUID | None:
    for name in _TO:
        for value in mail.get_all(name, []):
            if found := _VERP.search(str(value)):
                return UUID(found[1])
    for part in mail.walk():
        is_ours = part.get_content_type() in {"message/rfc822", "text/rfc822-headers"}
        if is_ours and (found := _MESSAGE_ID.search(part.as_string())):
            return UUID(found[1])
    return None
