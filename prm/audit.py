"""Who changed what: the events that PostgreSQL's triggers keep of people, keys, attributes, segments and programmes.

Every kept model has a table of events. They are read newest first from each, merged, and paged by keyset over (instant,
table, id), so that a page costs the same queries however long the history is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Model, OuterRef, Q, QuerySet, Subquery
from pghistory.models import Event

from people.models import User

Names = dict[tuple[Any, Any], str]
"""What records are called, by their model and id."""
MADE = "insert"
HIDDEN = frozenset({"updated_at", "created_at", "hashed_key", "password"})


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where in the log an entry stands."""

    at: datetime
    table: str
    pk: int


@dataclass(frozen=True, slots=True)
class Difference:
    """One field, before and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was made or changed."""

    place: Place
    kind: str
    """What it is: user, segment …"""
    name: str
    is_new: bool
    who: str
    """The person's name; "" where a machine or a command did it."""
    where: str
    """The address at which it was done."""
    differences: list[Difference]


def tables() -> dict[str, Any]:
    """The models of events by name, such as "segment"."""
    found: dict[str, Any] = {}
    for model in apps.get_models():
        tracked = getattr(model, "pgh_tracked_model", None) if issubclass(model, Event) else None
        if tracked is not None:
            found[tracked._meta.model_name] = model
    return dict(sorted(found.items()))


def kinds() -> list[tuple[str, str]]:
    """What the log keeps, as (name, words)."""
    return [(name, str(model.pgh_tracked_model._meta.verbose_name).capitalize()) for name, model in tables().items()]


def log(
    *, kind: str = "", who: int | None = None, place: Place | None = None, limit: int = 50
) -> tuple[list[Entry], Place | None]:
    """The next entries behind a place, newest first, and the place to go on from.

    Two queries a table, and one for each kind of thing that the rows refer to, to call it by its name.
    """
    rows: list[tuple[Place, Any]] = []
    for name, model in tables().items():
        if kind in {"", name}:
            rows += [
                (Place(row.pgh_created_at, name, row.pgh_id), row)
                for row in _rows(model, name, who, place)[: limit + 1]
            ]
    rows.sort(key=lambda pair: pair[0], reverse=True)
    shown = rows[:limit]
    people = User.objects.in_bulk({pk for _, row in shown if (pk := _user_of(row))})
    before = _before([row for _, row in shown])
    names = _names([*(row for _, row in shown), *before.values()])
    entries = [_entry(at, row, before.get((at.table, row.previous)), people, names) for at, row in shown]
    return entries, shown[-1][0] if len(rows) > limit else None


def _rows(model: Any, name: str, who: int | None, place: Place | None) -> QuerySet[Any]:
    earlier = model.objects.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id")).order_by("-pgh_id")
    rows = model.objects.annotate(previous=Subquery(earlier.values("pgh_id")[:1])).select_related("pgh_context")
    if who is not None:
        rows = rows.filter(pgh_context__metadata__user=who)
    if place is not None:
        tied = Q(pgh_id__lt=place.pk) if name == place.table else Q() if name < place.table else Q(pgh_id__in=[])
        rows = rows.filter(Q(pgh_created_at__lt=place.at) | (Q(pgh_created_at=place.at) & tied))
    return rows.order_by("-pgh_created_at", "-pgh_id")


def _before(rows: list[Any]) -> dict[tuple[str, int], Any]:
    """The events before these, by table and id."""
    wanted: dict[Any, set[int]] = {}
    for row in rows:
        if row.previous is not None:
            wanted.setdefault(type(row), set()).add(row.previous)
    return {
        (model.pgh_tracked_model._meta.model_name, pk): row
        for model, ids in wanted.items()
        for pk, row in model.objects.in_bulk(ids).items()
    }


def _names(rows: list[Any]) -> Names:
    """What the things are called that the rows refer to; of each kind all at once."""
    wanted: dict[Any, set[Any]] = {}
    for row in rows:
        for field in _references(type(row)):
            if (pk := getattr(row, field.attname)) is not None:
                wanted.setdefault(field.related_model, set()).add(pk)
    return {
        (model, pk): str(found)
        for model, pks in wanted.items()
        for pk, found in model._base_manager.in_bulk(pks).items()
    }


def _references(model: Any) -> list[Any]:
    """The fields in which an event holds the id of another record."""
    return [field for field in model._meta.fields if field.is_relation and not field.name.startswith("pgh_")]


def _user_of(row: Any) -> int | None:
    found = str(row.pgh_context.metadata.get("user") or "") if row.pgh_context else ""
    return int(found) if found.isdecimal() else None


def _entry(place: Place, row: Any, before: Any, people: dict[int, User], names: Names) -> Entry:
    pk = _user_of(row)
    tracked: type[Model] = row.pgh_tracked_model
    return Entry(
        place=place,
        kind=str(tracked._meta.verbose_name).capitalize(),
        name=_name_of(row, names),
        is_new=row.pgh_label == MADE,
        who=str(people.get(pk, f"somebody who has left ({pk})")) if pk else "",
        where=str((row.pgh_context.metadata if row.pgh_context else {}).get("url", "")),
        differences=differences(before, row, names) if before is not None else [],
    )


def _name_of(row: Any, names: Names) -> str:
    """What it calls itself; else what it belongs to is called; else its id."""
    for name in ("label", "title", "name", "slug", "email", "subject", "reason"):
        if said := getattr(row, name, ""):
            return str(said)
    owners = ((field.related_model, getattr(row, field.attname)) for field in _references(type(row)))
    return next((names[owner] for owner in owners if owner in names), f"{row.pgh_obj_id}")


def differences(before: Any, after: Any, names: Names) -> list[Difference]:
    """The fields that differ between two events of one thing."""
    found = []
    for field in type(after)._meta.fields:
        if field.name.startswith("pgh_") or field.name in HIDDEN or field.primary_key:
            continue
        old, new = getattr(before, field.attname), getattr(after, field.attname)
        if old != new:
            found.append(
                Difference(str(field.verbose_name).capitalize(), _said(field, old, names), _said(field, new, names))
            )
    return found


def _said(field: Any, value: Any, names: Names) -> str:
    if value is None or value in ("", [], {}):
        return ""
    if field.is_relation:
        return names.get((field.related_model, value), f"one that is gone ({value})")
    if isinstance(value, bool):
        return "yes" if value else "no"
    said = dict(field.flatchoices).get(value, value) if field.choices and isinstance(value, str) else value
    text = ", ".join(map(str, said)) if isinstance(said, list) else str(said)
    return text if len(text) <= 500 else f"{text[:499]}…"
