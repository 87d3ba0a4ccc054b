"""The clock's and the queue's door to the records."""

from typing import Any

from celery import shared_task
from structlog.contextvars import bound_contextvars

from partners import bulk, registering, undoing
from partners.importing import LEASE, run


@shared_task(name="partners.run_import", bind=True, max_retries=None)
def run_import(self: Any, import_id: int) -> None:
    """Take an uploaded file in; while another worker is at it, come back later to see that it finished."""
    with bound_contextvars(import_id=import_id):
        finished = run(import_id)
    if not finished:
        raise self.retry(countdown=LEASE.total_seconds() + 1)


@shared_task(name="partners.undo")
def undo(journal_id: int) -> None:
    """Undo what was asked to be undone, and let go of what is too old for it."""
    undoing.undo(journal_id=journal_id)
    undoing.forget_old()


@shared_task(name="partners.run_bulk_change")
def run_bulk_change(change_id: int) -> None:
    """Set a field on the selected records; safe to run again."""
    bulk.run(change_id=change_id)


@shared_task(name="partners.expire_registrations")
def expire_registrations() -> None:
    """Let deal registrations expire whose days are over."""
    registering.expire_overdue()
