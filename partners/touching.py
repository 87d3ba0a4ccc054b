"""Touched: which subjects changed, and in what. PostgreSQL's triggers write the marks, so no writer has to remember.

One mark per statement and set of changed fields, in the transaction that made the change: a bulk import leaves a few marks,
each with many ids. Marks stay for a while after they were followed: previews bring their snapshot up to date by them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from celery import current_app
from django.conf import settings
from django.db import connection, models, transaction
from django.utils import timezone

from partners.models import Touched
from partners.vocabulary import Subject

KEPT = timedelta(hours=36)
"""How long a mark stays after it was followed."""

RELATIONS = frozenset({"deals", "activities", "customers", "partners", "subsidiaries"})
"""What a mark names besides fields: the related records of the subject changed, or which they are."""


@dataclass(frozen=True, slots=True)
class Mark:
    """These subjects changed in these fields."""

    id: int
    subject: Subject
    ids: Sequence[int]
    fields: frozenset[str] | None
    """None: in everything, as when one is new, deleted or brought back."""


def pending(*, limit: int | None = None) -> list[Mark]:
    """The marks that nobody followed yet, oldest first."""
    rows = Touched.objects.filter(followed_at=None).order_by("id")
    return [_mark(row) for row in (rows[:limit] if limit else rows)]


def pending_ids() -> list[int]:
    """The ids of those marks."""
    return list(Touched.objects.filter(followed_at=None).order_by("id").values_list("pk", flat=True))


def followed(ids: Collection[int], *, at: datetime | None = None) -> bool:
    """Note, in the caller's transaction, that these marks were followed. False when somebody else did meanwhile."""
    locked = Touched.objects.select_for_update().filter(pk__in=ids, followed_at=None).order_by("id")
    if len(locked.values_list("pk")) != len(set(ids)):
        return False
    Touched.objects.filter(pk__in=ids).update(followed_at=at or timezone.now())
    return True


def follow_all(ids: Collection[int]) -> None:
    """Note those of these marks that are not followed yet as followed."""
    Touched.objects.filter(pk__in=ids, followed_at=None).update(followed_at=timezone.now())


def followed_since(seen: str, pending_then: Collection[int], *, own: Collection[int] = ()) -> list[Mark]:
    """The marks that were followed after that `moment`, at which `pending_then` were not; `own` were there already."""
    then = Touched.objects.filter(pk__in=pending_then, followed_at__isnull=False)
    later = since(seen).filter(followed_at__isnull=False).exclude(pk__in=own)
    return [_mark(row) for rows in (then, later) for row in rows]


def touch(subject: Subject, ids: Iterable[int]) -> None:
    """Mark subjects, in everything, for another look."""
    chosen = sorted({int(subject_id) for subject_id in ids})
    if chosen:
        Touched.objects.create(subject=subject.value, ids=chosen)


def moment() -> str:
    """What this transaction can see, in PostgreSQL's words, to ask later what came after it.

    Its own marks count as coming after it. PostgreSQL's snapshot leaves that open: it names the transactions that others
    are about, and its own number lies outside only until a later one of the server, in whatever database, has ended.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text, pg_current_xact_id_if_assigned()::text")
        found, own = cursor.fetchone()
    lowest, next_one, others = str(found).split(":")
    if own is None or int(own) >= int(next_one):
        return str(found)
    running = sorted({int(own), *map(int, others.split(",") if others else ())})
    return f"{lowest}:{next_one}:{','.join(map(str, running))}"


def since(seen: str) -> models.QuerySet[Touched]:
    """The marks that the transaction with that `moment` could not see yet, followed or not."""
    return Touched.objects.extra(
        where=[
            "transaction >= pg_snapshot_xmin(%s::pg_snapshot)::text::bigint",
            "NOT pg_visible_in_snapshot(transaction::text::xid8, %s::pg_snapshot)",
        ],
        params=[seen, seen],
    )


def marks_since(seen: str) -> list[Mark]:
    """The same, as values."""
    return [_mark(row) for row in since(seen).order_by("id")]


def _mark(row: Touched) -> Mark:
    return Mark(row.pk, Subject(row.subject), row.ids, None if row.fields is None else frozenset(row.fields))


def forget() -> int:
    """Drop the marks that were followed long ago."""
    return Touched.objects.filter(followed_at__lt=timezone.now() - KEPT).delete()[0]


def announce() -> None:
    """Have the workers look at the marks once this transaction is committed; a lost message is made good by the sweep."""
    if any(function is _send for _, function, *_ in connection.run_on_commit):
        return
    transaction.on_commit(_send, robust=True)


def _send() -> None:
    current_app.send_task(settings.FOLLOW_TASK, expires=300)
