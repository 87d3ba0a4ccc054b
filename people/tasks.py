"""Mail about people, sent by workers."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string

from people.inviting import VALID_FOR, link_for
from people.models import User


@shared_task(
    name="people.send_invitation",
    autoretry_for=(OSError,),
    retry_backoff=True,
    max_retries=8,
)
def send_invitation(user_id: int) -> None:
    """Mail an invited person their link; tried again for hours while the mail server is away."""
    user = User.objects.get(pk=user_id)
    if user.has_usable_password():
        return
    words = {
        "user": user,
        "link": link_for(user),
        "days": VALID_FOR.days,
        "organisation_name": settings.ORGANISATION_NAME,
    }
    send_mail(
        subject=f"Your access to the partner portal of {settings.ORGANISATION_NAME}",
        message=render_to_string("mail/invitation.txt", words),
        from_email=None,
        recipient_list=[user.email],
    )
