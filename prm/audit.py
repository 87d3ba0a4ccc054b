"""Who changed what: the events that PostgreSQL's triggers keep of people, keys, attributes, segments and programmes.

Every kept model has a table of events. They are read newest first from each, merged, and paged by keyset over (instant,
table, id), so that a page costs the same queries however long the history is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.db.models import ForeignKey, Model, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from pghistory.models import Event

from partners import wording
from people.models import User
from programs.messages.words import readable
from segments.models import SegmentVersion

Called = Mapping[tuple[type[Model], Any], str]
"""What people call the things that events point at, by model and id."""

MADE = "insert"
DOORS = {"/api/": "Through the API", "/admin/": "In the administration", "/portal/": "In the portal"}
WORDS = {"program": "programme", "override": "decision by hand", "plan": "joint plan"}
"""What people call a kind, where its model is called otherwise."""
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

    @property
    def through(self) -> str:
        """The door of the product it was done by, in words; "" for the usual one."""
        return door(self.where)


def door(where: str) -> str:
    """What people call the part of the product that has this address; "" for the console, where nearly all is done."""
    return next((words for start, words in DOORS.items() if where.startswith(start)), "")


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
    return [(name, _kind(model.pgh_tracked_model)) for name, model in tables().items()]


def _kind(tracked: type[Model]) -> str:
    said = str(tracked._meta.verbose_name)
    said = " ".join(WORDS.get(word, word) for word in said.split(" "))
    return said[:1].upper() + said[1:]  # the rest as it is: "API key"


def log(
    *, kind: str = "", who: int | None = None, place: Place | None = None, limit: int = 50
) -> tuple[list[Entry], Place | None]:
    """The next entries behind a place, newest first, and the place to go on from.

    Two queries a table, one for the people, one a model that the changes point at.
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
    pairs = [(at, row, before.get((at.table, row.previous))) for at, row in shown]
    called = _called([(earlier, row) for _, row, earlier in pairs])
    entries = [_entry(at, row, earlier, people, called) for at, row, earlier in pairs]
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


def _user_of(row: Any) -> int | None:
    found = str(row.pgh_context.metadata.get("user") or "") if row.pgh_context else ""
    return int(found) if found.isdecimal() else None


def _links(row: Any) -> Iterator[ForeignKey[Any, Any]]:
    """What an event points at, apart from the history itself."""
    return (f for f in type(row)._meta.fields if isinstance(f, ForeignKey) and not f.name.startswith("pgh_"))


def _called(pairs: list[tuple[Any, Any]]) -> Called:
    """The names of what these changes point at, and of what those events that have no name of their own belong to."""
    wanted: dict[type[Model], set[Any]] = {}
    for before, after in pairs:
        is_nameless = not _own_name(after)
        for link in _links(after):
            new, old = (getattr(one, link.attname, None) for one in (after, before))
            if is_nameless or (before is not None and new != old):
                wanted.setdefault(link.related_model, set()).update({new, old} - {None})
    return {
        (model, pk): f"version {thing.number}" if isinstance(thing, SegmentVersion) else str(thing)
        for model, ids in wanted.items()
        for pk, thing in model._default_manager.in_bulk(ids).items()
    }


def _entry(place: Place, row: Any, before: Any, people: dict[int, User], called: Called) -> Entry:
    pk = _user_of(row)
    tracked: type[Model] = row.pgh_tracked_model
    return Entry(
        place=place,
        kind=_kind(tracked),
        name=_own_name(row) or _name_of_its_whole(row, called),
        is_new=row.pgh_label == MADE,
        who=str(people.get(pk, f"somebody who has left ({pk})")) if pk else "",
        where=str((row.pgh_context.metadata if row.pgh_context else {}).get("url", "")),
        differences=differences(before, row, called) if before is not None else [],
    )


def _own_name(row: Any) -> str:
    names = (getattr(row, name, "") for name in ("label", "title", "name", "slug", "email", "subject", "reason"))
    return readable(next((str(said) for said in names if said), ""))


def _name_of_its_whole(row: Any, called: Called) -> str:
    """A profile, say, is called by its segment."""
    names = (called.get((link.related_model, getattr(row, link.attname)), "") for link in _links(row))
    return next(filter(None, names), f"{row.pgh_obj_id}")


def differences(before: Any, after: Any, called: Called) -> list[Difference]:
    """The fields that differ between two events of one thing."""
    found = []
    for field in type(after)._meta.fields:
        if field.name.startswith("pgh_") or field.name in HIDDEN or field.primary_key:
            continue
        old, new = getattr(before, field.attname), getattr(after, field.attname)
        if old != new:
            found.append(
                Difference(str(field.verbose_name).capitalize(), _said(field, old, called), _said(field, new, called))
            )
    return found


def _said(field: Any, value: Any, called: Called) -> str:
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(field, ForeignKey):
        return called.get((field.related_model, value), f"one that is gone ({value})")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        local = timezone.localtime(value)
        return f"{wording.day(local)}, {local:%H:%M}"
    if isinstance(value, date):
        return wording.day(value)
    said = dict(field.flatchoices).get(value, value) if field.choices and isinstance(value, str) else value
    text = ", ".join(map(str, said)) if isinstance(said, list) else str(said)
    return text if len(text) <= 500 else f"{text[:499]}…"
