"""Wakes a worker for the mail that waits. A lost message is made good by the clock."""

from __future__ import annotations

from celery import current_app
from django.db import transaction

SEND_TASK = "programs.send_mail"


def send_soon() -> None:
    """Let the outbox be sent after the commit."""
    transaction.on_commit(lambda: current_app.send_task(SEND_TASK), robust=True)
