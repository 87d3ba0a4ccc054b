"""Who moved, told with names: reads of the change ledger for people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from partners import timeline
from partners.models import Customer, Partner, Record
from partners.timeline import Event, Place
from partners.vocabulary import Subject
from people.roles import Viewer
from segments.models import Change

_MODELS: dict[str, Any] = {
    Subject.PARTNER.value: Partner,
    Subject.CUSTOMER.value: Customer,
}


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of the ledger with the names that people know."""

    at: datetime
    kind: str
    subject: str
    external_id: str
    name: str
    segment_slug: str
    segment_name: str
    pk: int = 0
    """The line's id in the ledger."""


def recent_changes(*, viewer: Viewer, limit: int) -> list[Movement]:
    """The latest changes of subjects the viewer may see, newest first: at most three queries.

    There may be fewer than `limit`: as many of the latest `10 × limit` lines as are of subjects on record in their regions.
    """
    return named(Change.objects.select_related("segment").order_by("-id")[: limit * 10], viewer=viewer)[:limit]


def named(changes: Iterable[Change], *, viewer: Viewer) -> list[Movement]:
    """The changes whose subject the viewer may see, with names; one query per subject kind."""
    rows = list(changes)
    records: dict[tuple[str, int], Any] = {}
    for subject, model in _MODELS.items():
        ids = {row.subject_id for row in rows if row.segment.subject == subject}
        if ids:
            for record in model.objects.visible_to(viewer).filter(pk__in=ids).only("external_id", "name"):
                records[subject, record.pk] = record
    movements = []
    for row in rows:
        record = records.get((row.segment.subject, row.subject_id))
        if record is not None:
            movements.append(
                Movement(
                    row.at,
                    row.kind,
                    row.segment.subject,
                    record.external_id,
                    record.name,
                    row.segment.slug,
                    row.segment.name,
                    row.pk,
                )
            )
    return movements


def movements_of(subject: Subject, record: Record, viewer: Viewer, place: Place | None, limit: int) -> list[Event]:
    """What a record entered and left, for its timeline: newest first, behind a place. One query."""
    rows = Change.objects.visible_to(viewer).filter(subject_id=record.pk, segment__subject=subject)
    rows = rows.filter(timeline.behind(place, "segment", "at")).select_related("segment").order_by("-at", "-id")
    return [
        Event(
            at=row.at,
            source="segment",
            pk=row.pk,
            title=f"{row.get_kind_display()} {row.segment.name}",
            tone="good" if row.kind == Change.Kind.ENTERED else "",
            address=reverse("console_segment", args=[row.segment.slug]),
        )
        for row in rows[:limit]
    ]
