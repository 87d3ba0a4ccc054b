"""One mail: a message in the words for one person, with the addresses that are theirs."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse

from programs.messages import words
from programs.messages.models import Delivery, Message


def words_for(name: str, company: str) -> dict[str, str]:
    """What stands in the places of a text for one person."""
    return {"name": name.strip() or "there", "company": company, "vendor": settings.ORGANISATION_NAME}


def words_of(delivery: Delivery) -> dict[str, str]:
    """The same for somebody who is told."""
    return words_for(delivery.user.name, delivery.partner.name) | delivery.words


def address(name: str, delivery: Delivery) -> str:
    """A whole address that belongs to this mail alone."""
    return f"{settings.SITE_URL.rstrip('/')}{reverse(name, args=[delivery.token])}"


def message_id(delivery: Delivery) -> str:
    """The Message-ID: the same however often the mail is sent."""
    return f"<{delivery.token}@{urlsplit(settings.SITE_URL).hostname or 'localhost'}>"


def envelope_sender(delivery: Delivery) -> str:
    """Where the mail comes back to: an address of its own where a bounce address is set ("bounces+TOKEN@…", VERP)."""
    name, at, domain = settings.BOUNCE_ADDRESS.partition("@")
    return f"{name}+{delivery.token.hex}@{domain}" if at else settings.DEFAULT_FROM_EMAIL


def button_of(message: Message, to: str) -> tuple[str, str] | None:
    """The call to action of a mail; a message that is in the portal always leads there."""
    if message.link:
        return message.link_label, to
    return ("Read it in the portal", to) if message.in_portal else None


def letter(delivery: Delivery) -> EmailMultiAlternatives:
    """The mail. What is not essential can be switched off with one click (RFC 8058)."""
    message, said = delivery.message, words_of(delivery)
    subject = words.line(message.subject, said)
    button = button_of(message, address("mail_open", delivery))
    foot = [(f"{settings.ORGANISATION_NAME}, to {delivery.partner.name}", "")]
    headers = {
        "From": settings.DEFAULT_FROM_EMAIL,
        "Message-ID": message_id(delivery),
        "Auto-Submitted": "auto-generated",
    }
    if not message.is_essential:
        leave = address("mail_unsubscribe", delivery)
        headers |= {"List-Unsubscribe": f"<{leave}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
        foot.append((f"No more mail about “{message.get_kind_display()}”", leave))
    mail = EmailMultiAlternatives(
        subject=subject,
        body=words.mail_text(body=words.filled(message.body, said), button=button, foot=foot),
        from_email=envelope_sender(delivery),
        to=[delivery.user.email],
        headers=headers,
    )
    mail.attach_alternative(
        words.mail_html(subject=subject, body=words.html(message.body, said), button=button, foot=foot), "text/html"
    )
    return mail
