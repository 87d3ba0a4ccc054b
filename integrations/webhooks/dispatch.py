"""Wakes a worker for webhooks after the commit; a lost message is made good by the clock."""

from __future__ import annotations

from celery import current_app
from django.db import transaction

TELL_TASK = "integrations.tell_webhooks"
SEND_TASK = "integrations.send_webhooks"


def send_soon() -> None:
    """Let a worker send what is due."""
    transaction.on_commit(lambda: current_app.send_task(SEND_TASK), robust=True)


def tell_soon() -> None:
    """Let a worker look for what webhooks have not been told yet."""
    transaction.on_commit(lambda: current_app.send_task(TELL_TASK), robust=True)
