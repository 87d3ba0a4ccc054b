"""What happened to a partner or customer, newest first, from several sources; apps above add theirs by registering.

Paged by keyset over (instant, source, id), so that nothing is skipped or told twice, whatever falls on one instant.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from partners import wording
from partners.models import Deal, Origin, Record
from partners.vocabulary import Subject
from people.roles import Viewer


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where in a timeline an event stands."""

    at: datetime
    source: str
    pk: int


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened."""

    at: datetime
    source: str
    pk: int
    title: str
    detail: str = ""
    by: str = ""
    address: str = ""
    tone: str = ""
    """good, warn, bad or ""."""
    is_day: bool = False
    """Only the day is known."""

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.at, self.source, self.pk)


Source = Callable[[Subject, Any, Viewer, Place | None, int], list[Event]]
"""Given subject, record, viewer, the place behind which and how many: the next events, newest first."""

_sources: dict[str, Source] = {}


def register(name: str, source: Source) -> None:
    """Have a source asked; called once, when an app is ready."""
    _sources[name] = source


def behind(place: Place | None, source: str, column: str) -> Q:
    """The condition on a column of instants: what stands behind the place."""
    if place is None:
        return Q()
    return Q(**{f"{column}__lt": place.at}) | (Q(**{column: place.at}) & _ties(place, source))


def behind_day(place: Place | None, source: str, column: str) -> Q:
    """The same for a column of days, each taken for its first moment."""
    if place is None:
        return Q()
    day = timezone.localtime(place.at).date()
    if first_moment(day) < place.at:
        return Q(**{f"{column}__lte": day})
    return Q(**{f"{column}__lt": day}) | (Q(**{column: day}) & _ties(place, source))


def _ties(place: Place, source: str) -> Q:
    if source == place.source:
        return Q(pk__lt=place.pk)
    return Q() if source < place.source else Q(pk__in=[])


def first_moment(day: date) -> datetime:
    """Where a day begins, in the organisation's zone."""
    return timezone.make_aware(datetime.combine(day, time()))


def timeline(
    *, subject: Subject, record: Record, viewer: Viewer, place: Place | None = None, limit: int = 20
) -> tuple[list[Event], Place | None]:
    """The next events behind a place, and the place to go on from (None at the end). One query or two per source."""
    found: list[Event] = []
    for source in _sources.values():
        found += source(subject, record, viewer, place, limit + 1)
    found.sort(key=lambda event: event.place, reverse=True)
    return found[:limit], found[limit - 1].place if len(found) > limit else None


def _activities(subject: Subject, record: Any, viewer: Viewer, place: Place | None, limit: int) -> list[Event]:
    if subject is not Subject.PARTNER:
        return []
    rows = record.activities.filter(behind(place, "activity", "at")).select_related("user").order_by("-at", "-id")
    return [
        Event(row.at, "activity", row.pk, row.get_kind_display(), row.about, str(row.user or ""))
        for row in rows[:limit]
    ]


def _deals(column: str, source: str, said: str) -> Source:
    def events(subject: Subject, record: Any, viewer: Viewer, place: Place | None, limit: int) -> list[Event]:
        rows = Deal.objects.visible_to(viewer).filter(**{subject.value: record, f"{column}__isnull": False})
        if source == "deal closed":
            rows = rows.exclude(stage="open")
        rows = rows.filter(behind_day(place, source, column)).order_by(f"-{column}", "-id")
        tones = {"won": "good", "lost": "bad"} if source == "deal closed" else {}
        return [
            Event(
                first_moment(getattr(row, column)),
                source,
                row.pk,
                f"Deal {said or row.stage}: {row}",
                f"{row.currency} {wording.amount(row.amount, places=2)}".strip() if row.amount is not None else "",
                address=reverse("console_deal", args=[row.external_id]),
                tone=tones.get(row.stage, ""),
                is_day=True,
            )
            for row in rows[:limit]
        ]

    return events


def _values(subject: Subject, record: Any, viewer: Viewer, place: Place | None, limit: int) -> list[Event]:
    """Who set present values: one event per origin, the fields together."""
    from partners.facts import vocabulary

    labels = {name: field.label for name, field in vocabulary(subject).items()}
    by_origin: dict[int, list[str]] = {}
    for name, pk in record.provenance.items():
        by_origin.setdefault(int(pk), []).append(labels.get(name, name))
    rows = Origin.objects.filter(behind(place, "values", "at"), pk__in=by_origin).order_by("-at", "-id")
    return [
        Event(
            row.at,
            "values",
            row.pk,
            f"Set: {', '.join(sorted(by_origin[row.pk]))}",
            row.get_kind_display(),
            "" if row.kind == Origin.Kind.DEMO else row.words,
        )
        for row in rows[:limit]
    ]


register("activity", _activities)
register("deal registered", _deals("registered_on", "deal registered", "registered"))
register("deal closed", _deals("closed_on", "deal closed", ""))
register("values", _values)
