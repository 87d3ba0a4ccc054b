"""Undo of an import or a change in bulk: what it set goes back to what it was, unless somebody changed it since.

A field belongs to whoever its provenance names, so "changed since" is a comparison, not a guess. What goes back goes
through the same upsert as everything else, so it is checked, and its provenance says that it was an undo.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from partners.columns import TABLES
from partners.coverage import MODELS
from partners.importing import upsert_rows
from partners.importing.staging import take_turn
from partners.models import Journal, JournalLine, Origin
from partners.touching import announce
from partners.vocabulary import Subject
from people.models import User

KEPT_FOR = timedelta(days=30)
"""How long something can be undone."""
CHUNK = 5_000
SHOWN = 200


class UndoRefused(ValueError):
    """It cannot be undone (any more); the message says why."""


@dataclass(frozen=True, slots=True)
class Left:
    """A record, or some of its fields, that the undo left alone, and why."""

    external_id: str
    fields: list[str]
    reason: str


@dataclass(slots=True)
class Undone:
    """What an undo did: records put back, records taken out that had been made, and what it left alone."""

    restored: int = 0
    deleted: int = 0
    kept_count: int = 0
    kept: list[Left] = field(default_factory=list)

    def leave(self, external_id: str, fields: list[str], reason: str) -> None:
        """Note what stays as it is; the first few hundred by name."""
        self.kept_count += 1
        if len(self.kept) < SHOWN:
            self.kept.append(Left(external_id, fields, reason))


def request_undo(*, journal_id: int, user: User) -> None:
    """Have a worker undo it. UndoRefused when it was undone before or is too long ago."""
    with transaction.atomic():
        journal = Journal.objects.select_for_update(of=("self",)).select_related("origin").get(pk=journal_id)
        if journal.status != Journal.Status.KEPT:
            raise UndoRefused("This was undone before.")
        if journal.origin.at < timezone.now() - KEPT_FOR:
            raise UndoRefused(f"What was there before is kept for {KEPT_FOR.days} days; this is longer ago.")
        Journal.objects.filter(pk=journal_id).update(status=Journal.Status.QUEUED, undone_by=user)
        transaction.on_commit(lambda: current_app.send_task(settings.UNDO_TASK, [journal_id]), robust=True)


@transaction.atomic
def undo(*, journal_id: int) -> Undone | None:
    """Put back what a requested undo can, all of it or (when something fails) nothing. None when it was done before."""
    journal = Journal.objects.select_for_update(of=("self",)).select_related("origin").get(pk=journal_id)
    if journal.status != Journal.Status.QUEUED:
        return None
    subject, result = Subject(journal.subject), Undone()
    take_turn(subject)
    origin = Origin.objects.create(
        kind=Origin.Kind.FORM, label=f"Undo of {journal.origin.label}"[:300], user=journal.undone_by
    )
    for lines in _chunks(journal):
        _restore(subject, journal, lines, origin, result)
    _take_out(subject, journal, origin, result)
    announce()
    journal.status, journal.undone_at, journal.outcome = Journal.Status.UNDONE, timezone.now(), asdict(result)
    journal.save(update_fields=["status", "undone_at", "outcome"])
    return result


def _chunks(journal: Journal) -> Iterator[list[JournalLine]]:
    last = 0
    while found := list(journal.lines.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        last = found[-1].pk
        yield found


def _restore(subject: Subject, journal: Journal, lines: list[JournalLine], origin: Origin, result: Undone) -> None:
    records = MODELS[subject].objects.in_bulk([line.record_id for line in lines])
    rows, gone = [], []
    for line in lines:
        record = records.get(line.record_id)
        if record is None:
            continue
        if record.deleted_at is not None:
            result.leave(record.external_id, [], "was deleted since")
            continue
        mine, others = _parted(line.before, record.provenance, journal.origin_id)
        if others:
            result.leave(record.external_id, sorted(others), "changed since")
        if mine:
            rows.append({**mine, "external_id": record.external_id})
        if "deleted_at" in line.before and not others:
            gone.append(record.pk)
    outcome = upsert_rows(subject=subject, rows=rows, origin=origin)
    for row in outcome.rows:
        if row.errors:
            said = "; ".join(f"{error.field} {error.reason}" for error in row.errors)
            result.leave(row.external_id, [error.field for error in row.errors], said)
    result.restored += outcome.updated
    if gone:
        MODELS[subject].objects.filter(pk__in=gone).update(deleted_at=timezone.now(), updated_at=timezone.now())
        result.deleted += len(gone)


def _parted(before: dict[str, Any], provenance: dict[str, int], origin: int) -> tuple[dict[str, Any], list[str]]:
    """Of the values that were there before: those whose field is still as the origin left it, and the other names."""
    fields = {name: value for name, value in before.items() if name != "deleted_at"}
    mine = {name: value for name, value in fields.items() if provenance.get(name) == origin}
    return mine, [name for name in fields if name not in mine]


def _take_out(subject: Subject, journal: Journal, origin: Origin, result: Undone) -> None:
    """Records that were made go out of sight, unless somebody changed them since or others hang on them."""
    if not journal.made:
        return
    needed = {
        Subject.PARTNER: "EXISTS (SELECT 1 FROM partners_deal d WHERE d.partner_id = t.id AND d.deleted_at IS NULL)"
        " OR EXISTS (SELECT 1 FROM partners_customer_partners m WHERE m.partner_id = t.id)",
        Subject.CUSTOMER: "EXISTS (SELECT 1 FROM partners_deal d WHERE d.customer_id = t.id AND d.deleted_at IS NULL)",
        Subject.DEAL: "false",
    }[subject]
    changed = "EXISTS (SELECT 1 FROM jsonb_each(t.provenance) e WHERE e.value <> to_jsonb(%(origin)s::bigint))"
    values: dict[str, Any] = {"made": journal.made, "origin": journal.origin_id, "undo": origin.pk}
    values |= {"now": timezone.now(), "shown": SHOWN}
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {TABLES[subject]} t SET deleted_at = %(now)s, updated_at = %(now)s,"
            " provenance = t.provenance || jsonb_build_object('deleted_at', %(undo)s::bigint)"
            f" WHERE t.id = ANY(%(made)s) AND t.deleted_at IS NULL AND NOT ({changed}) AND NOT ({needed})",
            values,
        )
        result.deleted += cursor.rowcount
        cursor.execute(
            f"SELECT t.external_id, {changed}, count(*) OVER () FROM {TABLES[subject]} t"
            " WHERE t.id = ANY(%(made)s) AND t.deleted_at IS NULL ORDER BY t.id LIMIT %(shown)s",
            values,
        )
        rows = cursor.fetchall()
    for external_id, is_changed, _ in rows:
        result.leave(external_id, [], "changed since it was made" if is_changed else "has deals or customers by now")
    result.kept_count += rows[0][2] - len(rows) if rows else 0


def forget_old() -> int:
    """Let go of what is too long ago to be undone; gives how many journals."""
    old = Journal.objects.filter(origin__at__lt=timezone.now() - KEPT_FOR)
    JournalLine.objects.filter(journal__in=old)._raw_delete("default")  # nothing hangs on a line
    return old.delete()[0]
