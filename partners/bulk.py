"""One field set to one value on many records at once: asked for by a person, done by a worker, undone by its journal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog
from celery import current_app
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from partners.coverage import MODELS
from partners.facts import vocabulary
from partners.importing import upsert_rows
from partners.models import BulkChange, Journal, Origin
from partners.rows import Invalid
from partners.vocabulary import FieldKind, Subject
from people.models import User

log = structlog.get_logger(__name__)

MOST = 100_000
"""Records in one change; an import is the way for more."""
FORBIDDEN = frozenset({"external_id", "name", "partners"})
"""Fields that tell records apart; who serves a customer is for the customer's own page."""
CHUNK = 2_000
SHOWN = 100


@transaction.atomic
def request_change(*, subject: Subject, field: str, value: Any, ids: Sequence[int], user: User) -> BulkChange:
    """Have a worker set `field` to `value` (as the API writes it; None: missing) on the records. `Invalid` says why not."""
    word = vocabulary(subject).get(field)
    if word is None or word.kind is FieldKind.COMPUTED or field in FORBIDDEN:
        raise Invalid({"field": "cannot be set on many records at once; choose another"})
    if not ids:
        raise Invalid({"field": "has nothing to be set on: no record is selected"})
    if len(ids) > MOST:
        raise Invalid({"field": f"can be set on {MOST:,} records at once; narrow the selection or import a file"})
    origin = Origin.objects.create(kind=Origin.Kind.FORM, label=f"{user}, in bulk"[:300], user=user)
    Journal.objects.create(origin=origin, subject=subject)
    change = BulkChange.objects.create(
        subject=subject, field=field, value=value, ids=list(ids), origin=origin, created_by=user
    )
    transaction.on_commit(lambda: current_app.send_task(settings.BULK_TASK, [change.pk]), robust=True)
    return change


def run(*, change_id: int) -> None:
    """Do what was asked for, chunk by chunk; taken up again where it was cut off. Deleted records are passed over."""
    try:
        while _one_chunk(change_id):
            pass
    except Exception:
        log.exception("bulk_change_failed", change_id=change_id)
        BulkChange.objects.filter(pk=change_id).update(
            status=BulkChange.Status.FAILED,
            error="Something went wrong on our side. What is done so far can be undone; or try again.",
            finished_at=timezone.now(),
        )


@transaction.atomic
def _one_chunk(change_id: int) -> bool:
    """The next few records; False when none is left. The row is locked, so two workers take turns."""
    change = BulkChange.objects.select_for_update(of=("self",)).select_related("origin__journal").get(pk=change_id)
    if change.status not in {BulkChange.Status.QUEUED, BulkChange.Status.RUNNING}:
        return False
    ids, subject = change.ids[change.done : change.done + CHUNK], Subject(change.subject)
    if not ids:
        change.status, change.finished_at = BulkChange.Status.APPLIED, timezone.now()
        change.save(update_fields=["status", "finished_at"])
        return False
    keys = MODELS[subject].objects.present().filter(pk__in=ids).order_by("pk").values_list("external_id", flat=True)
    rows = [{"external_id": key, change.field: change.value} for key in keys]
    result = upsert_rows(subject=subject, rows=rows, origin=change.origin, journal=change.origin.journal)
    bad = [{"external_id": r.external_id, "reason": r.errors[0].reason} for r in result.rows if r.errors]
    change.status = BulkChange.Status.RUNNING
    change.done += len(ids)
    change.changed += result.updated
    change.unchanged += result.unchanged
    change.rejected += result.rejected
    change.rejects = [*change.rejects, *bad][:SHOWN]
    change.save(update_fields=["status", "done", "changed", "unchanged", "rejected", "rejects"])
    return True
