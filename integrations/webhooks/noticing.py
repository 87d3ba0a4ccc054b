"""Tells administrators by mail that a webhook was stopped: at least once, from a worker."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from integrations.webhooks.models import Webhook
from people import roles
from people.models import User


def send_notices() -> int:
    """Mail what is due to be told; one that a worker has in hand is left to it. How many."""
    told = 0
    for pk in Webhook.objects.filter(notice_due=True).values_list("pk", flat=True):
        with transaction.atomic():
            webhook = Webhook.objects.select_for_update(skip_locked=True).filter(pk=pk, notice_due=True).first()
            if webhook is not None:
                _tell(webhook)
                Webhook.objects.filter(pk=pk).update(notice_due=False)
                told += 1
    return told


def _tell(webhook: Webhook) -> None:
    people = User.objects.filter(role=roles.ADMINISTRATOR, is_active=True).order_by("id")
    link = settings.SITE_URL.rstrip("/") + reverse("console_webhook", args=[webhook.pk])
    words = {"webhook": webhook, "link": link, "organisation_name": settings.ORGANISATION_NAME}
    for person in people:
        send_mail(
            subject=f"The webhook “{webhook.name}” was stopped",
            message=render_to_string("mail/webhook_stopped.txt", {**words, "user": person}),
            from_email=None,
            recipient_list=[person.email],
        )
