"""What workers do for other systems. Every task may safely run twice."""

from __future__ import annotations

from celery import current_app, shared_task

from integrations.webhooks import collecting, noticing, sending
from integrations.webhooks.dispatch import SEND_TASK, TELL_TASK


@shared_task(name=TELL_TASK, ignore_result=True)
def tell_webhooks() -> None:
    """Make the messages for what happened, and send them."""
    collecting.collect()
    noticing.send_notices()
    current_app.send_task(SEND_TASK)


@shared_task(name=SEND_TASK, ignore_result=True)
def send_webhooks() -> None:
    """Send what is due; when that made room for more, another worker goes on."""
    if sending.send_due().taken:
        collecting.collect()
        current_app.send_task(SEND_TASK)
