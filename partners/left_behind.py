"""Work whose message was lost: the broker was away when it was asked for, or lost what it held. The sweep sends it again."""

from __future__ import annotations

from datetime import timedelta

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from partners.importing import LEASE
from partners.models import BulkChange, Import, Journal

WAITED = timedelta(minutes=1)
"""So long a worker is given to come by itself."""
EXPIRES = 50
"""Seconds after which a message sent by the sweep is not worth anything any more: the next sweep sends another."""


def send_again() -> int:
    """Imports, changes in bulk and undos that nobody is at; how many messages. Each of the tasks may run twice."""
    now = timezone.now()
    waiting = Q(status=Import.Status.QUEUED, created_at__lt=now - WAITED)
    silent = Q(status=Import.Status.RUNNING, heartbeat_at__lt=now - LEASE)
    imports = Import.objects.filter(waiting | silent)
    found = [(settings.IMPORT_TASK, pk) for pk in imports.order_by("id").values_list("pk", flat=True)]
    with transaction.atomic():  # who works on one of these holds its row
        unfinished = (BulkChange.Status.QUEUED, BulkChange.Status.RUNNING)
        bulk = BulkChange.objects.filter(status__in=unfinished, created_at__lt=now - WAITED)
        undos = Journal.objects.filter(status=Journal.Status.QUEUED)
        for task, rows in ((settings.BULK_TASK, bulk), (settings.UNDO_TASK, undos)):
            free = rows.select_for_update(skip_locked=True, of=("self",)).order_by("id")
            found += [(task, pk) for pk in free.values_list("pk", flat=True)]
    for task, pk in found:
        current_app.send_task(task, [pk], expires=EXPIRES)
    return len(found)
