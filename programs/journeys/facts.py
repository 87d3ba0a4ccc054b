"""The fact that a journey watches, of every partner, as SQL: its value as a text, and its day where it is a date."""

# ruff: noqa: S608 — every name in a statement is this project's own; values travel as parameters
from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection

from partners import narrowing, touching
from partners.arriving import SEPARATOR
from partners.columns import Selection, select
from partners.facts import vocabulary
from partners.percent import to_percent
from partners.rows import accept, stored
from partners.vocabulary import Field, FieldKind, FieldType, Subject, Vocabulary
from programs.journeys.conditions import CannotEvaluate

DATES = frozenset({FieldType.DATE, FieldType.DATETIME})
MOST = 50_000
"""Partners that changed, above which all are looked at rather than those."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A fact of the partners."""

    field: Field
    selection: Selection

    @property
    def value(self) -> str:
        """Its value as a text; "" where it is missing. A multi-choice: its values in order, each between separators."""
        found = self.selection.values[self.field.name]
        match self.field.type:
            case FieldType.MULTI_CHOICE:
                joined = f"(SELECT string_agg(v, chr(31) ORDER BY v) FROM unnest({found}) v)"
                text = f"chr(31) || {joined} || chr(31)"
            case FieldType.NUMBER | FieldType.MONEY:
                text = f"trim_scale(round(({found})::numeric, 6))::text"
            case FieldType.DATE:
                text = f"to_char({found}, 'YYYY-MM-DD')"
            case FieldType.DATETIME:
                text = f"to_char(({found}) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')"
            case _:
                text = f"({found})::text"
        return f"coalesce({text}, '')"

    @property
    def day(self) -> str:
        """Of a date: the day; of an instant: its day where the organisation is."""
        found = self.selection.values[self.field.name]
        if self.field.type is FieldType.DATETIME:
            return f"(({found}) AT TIME ZONE %(zone)s)::date"
        return f"({found})::date"

    def rows(self, expression: str, *, ids: Collection[int] | None = None) -> str:
        """A query of (partner_id, value) for the present partners, or those of the ids."""
        some = ""
        if ids is not None:
            self.selection.parameters["ids"] = sorted(ids)
            some = " AND t.id = ANY(%(ids)s::bigint[])"
        self.selection.parameters["zone"] = settings.TIME_ZONE
        return f"SELECT t.id AS partner_id, {expression} AS value {self.selection.origin}{some}"


def watched(name: str, *, as_of: datetime) -> Watched:
    """The fact of that name; CannotEvaluate when there is none (any more)."""
    field = vocabulary(Subject.PARTNER).get(name)
    if field is None:
        raise CannotEvaluate(f"There is no fact “{name}” of partners any more.")
    return Watched(field, select(Subject.PARTNER, [field], as_of=as_of))


def values_of(name: str, ids: Collection[int] | None, *, as_of: datetime, is_day: bool = False) -> dict[int, str]:
    """The fact of some partners (or of all), as a text; missing ones are ""."""
    found = watched(name, as_of=as_of)
    expression = f"coalesce(({found.day})::text, '')" if is_day else found.value
    with connection.cursor() as cursor:
        cursor.execute(found.rows(expression, ids=ids), found.selection.parameters)
        return dict(cursor.fetchall())


def watchable(*, dates: bool = False) -> Vocabulary:
    """The facts a journey may watch, or only those that are days or instants."""
    words = vocabulary(Subject.PARTNER)
    return {
        name: found for name, found in words.items() if name != "external_id" and (not dates or found.type in DATES)
    }


def as_written(field: Field, text: str) -> str:
    """A value as entered, in the form `Watched.value` has; ValueError says what would be right."""
    if not text.strip():
        return ""
    if field.type is FieldType.MULTI_CHOICE:
        found = stored(accept(field, [text.strip()]))
        return str(found[0]) if isinstance(found, list) and found else ""
    found = stored(accept(field, text.strip()))
    return str(found).lower() if isinstance(found, bool) else str(found or "")


def in_words(field: Field | None, value: str) -> str:
    """A value of `Watched.value` as people read it."""
    parts = [part for part in value.split(SEPARATOR) if part]
    labels = dict(narrowing.options(field)) if field else {}
    if field and field.is_share:
        labels = {part: f"{to_percent(part)} %" for part in parts}
    return ", ".join(labels.get(part, part) for part in parts) or "nothing"


def touched_since(seen: str, field: Field) -> set[int] | None:
    """Partners in whom the fact may have changed since that moment; None when all are to be looked at."""
    ids: set[int] = set()
    for mark in touching.marks_since(seen):
        is_about = mark.fields is None or field.kind is FieldKind.COMPUTED or field.name in mark.fields
        if mark.subject == Subject.PARTNER and is_about:
            ids.update(mark.ids)
        if len(ids) > MOST:
            return None
    return ids


def parameters_of(found: Watched, **more: Any) -> dict[str, Any]:
    """The parameters of a statement about the fact."""
    return {**found.selection.parameters, "zone": settings.TIME_ZONE, **more}
