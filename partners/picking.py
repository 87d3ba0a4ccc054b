"""Which records a list shows, worked out from the columns that are kept of a large population.

A database would look at a million rows for every page of a list that is sorted or filtered by whatever people like, and an
index for each would slow every import down. The columns answer exactly, from the same snapshot as everything else; where
none are kept (the population is small, or much has just changed) there is nothing to pick from, and SQL does it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

import numpy as np
from django.db import connection
from django.utils import timezone

from partners import narrowing, sifting, snapshot
from partners.columns import read_ids
from partners.facts import SOURCES, fact
from partners.models import Partner
from partners.narrowing import CHOICES, Condition
from partners.sifting import Keys, Place
from partners.tables import SCALE, Codes, Column, Ints, Mask, Scalars, Table
from partners.vocabulary import Field, FieldKind, FieldType, Subject
from people import roles
from people.roles import Viewer

MOST_WORDS = 20_000
"""A column of text with more different values than this is not sorted here."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sorting:
    """What a list is sorted by; without a field: by id."""

    field: Field | None = None
    is_descending: bool = False


@dataclass(frozen=True, slots=True)
class Picked:
    """The ids of a page, in order, and how many records there are over all pages."""

    ids: list[int]
    count: int


def sift(
    subject: Subject, *, viewer: Viewer, conditions: Sequence[Condition] = (), within: Sequence[Ints] = ()
) -> Ints | None:
    """The ids of the records in the viewer's scope that fit, ascending; None when the columns kept cannot tell.

    `within`: sets of ids, ascending; only records in all of them.
    """
    found = _sifted(subject, viewer, conditions, within, ())
    return None if found is None else found.table.ids[found.mask]


def pick(
    subject: Subject,
    *,
    viewer: Viewer,
    conditions: Sequence[Condition] = (),
    within: Sequence[Ints] = (),
    sorting: Sorting,
    place: tuple[Any, int] | None = None,
    is_backwards: bool = False,
    skip: int = 0,
    size: int,
) -> Picked | None:
    """A page of what `sift` finds. `place`: the sort value and the id of the row that the page is behind (or before)."""
    found = _sifted(subject, viewer, conditions, within, [sorting.field] if sorting.field else [])
    if found is None:
        return None
    keys, at = _keys(sorting, found.table.columns, place)
    if keys is _UNSORTED:
        return None
    rows = np.flatnonzero(found.mask)
    ids = sifting.in_order(
        found.table.ids[rows],
        None if keys is None else Keys(keys.values[rows], keys.present[rows]),
        is_descending=sorting.is_descending,
        place=at,
        is_backwards=is_backwards,
        count=skip + size,
    )
    return Picked(ids[skip:], len(rows))


def _sifted(
    subject: Subject, viewer: Viewer, conditions: Sequence[Condition], within: Sequence[Ints], also: Sequence[Field]
) -> Visible | None:
    asked = [condition for condition in conditions if not condition.is_empty and not condition.problem]
    fields = [condition.field for condition in asked] + [*also]
    known = visible(subject, viewer, [field.name for field in fields if _is_kept(field)])
    if known is None or not all(map(_is_kept, also)):
        return None
    mask = known.mask
    for condition in asked:
        if _is_kept(condition.field):
            mask &= _mask(known.table.columns[condition.field.name], condition)
        else:
            mask &= _folded(known.table.ids, condition)
    for some in within:
        mask &= sifting.among(known.table.ids, some)
    return known


_UNSORTED = Keys(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.bool_))


@dataclass(frozen=True, slots=True)
class Visible:
    """All present records, and which of them a viewer may see."""

    table: Table
    mask: Mask


def visible(subject: Subject, viewer: Viewer, names: Sequence[str]) -> Visible | None:
    """These columns of the records; None where they are not kept, or say nothing of what the viewer may see."""
    if not roles.is_vendor(viewer) or snapshot.count(subject) is None:
        return None
    scope = ("partner" if subject is Subject.DEAL else "region") if viewer.regions else ""
    table = snapshot.table(subject, sorted({*names} | ({scope} if scope else set())), as_of=timezone.now())
    mask = np.ones(len(table), dtype=np.bool_)
    if scope:
        column, words = table.columns[scope], frozenset(viewer.regions)
        if scope == "partner":
            theirs = Partner.objects.filter(region__in=viewer.regions)
            words = frozenset(theirs.values_list("external_id", flat=True))
        assert isinstance(column, Codes)  # noqa: S101 — both are one text
        mask &= sifting.worded(column, sifting.these(column.dictionary, words))
    return Visible(table, mask)


def _is_kept(field: Field) -> bool:
    """Not what moves with the very instant."""
    if field.kind is not FieldKind.COMPUTED:
        return True
    rule = fact(field.subject, field.name)
    return "%(as_of)s" not in rule.sql + SOURCES[rule.source]


def _folded(ids: Ints, condition: Condition) -> Mask:
    """Which of the ids a condition lets through on a fact that is not kept: the database folds it once, for everybody."""
    if condition.operator == "unset":
        return ~_folded(ids, Condition(condition.field, "set"))
    found = narrowing.keys(condition.field, condition.operator, condition.values)
    if found is None:
        return np.ones(len(ids), dtype=np.bool_)
    listed = sifting.among(ids, read_ids(found.statement, found.given))
    return ~listed if found.is_all_but else listed


def _mask(column: Column, condition: Condition) -> Mask:
    """The rows that a condition lets through."""
    field, operator = condition.field, condition.operator
    if operator in {"not", "unset"}:
        positive = "is" if operator == "not" else "set"
        return ~_mask(column, Condition(field, positive, condition.values))
    if operator == "set":
        return sifting.present(column)
    if isinstance(column, Scalars):
        if operator == "is":
            wanted = [int(narrowing.typed(field, text)) for text in condition.values]
            return column.present & np.isin(column.values, wanted)
        low, high = narrowing.ends(field, condition.values)
        return sifting.within_range(column, _whole(field, low, up=True), _whole(field, high, up=False))
    if operator == "is" and field.type in CHOICES:
        return sifting.worded(column, sifting.these(column.dictionary, condition.values))
    return sifting.worded(column, sifting.like(column.dictionary, operator, condition.values))


def _whole(field: Field, value: Any, *, up: bool) -> int | None:
    """A value as columns hold it; between two whole ones, the next one up or down."""
    if value is None:
        return None
    if isinstance(value, Decimal):
        scaled = value * SCALE[field.type]
        return int(scaled.to_integral_value(ROUND_CEILING if up else ROUND_FLOOR))
    if isinstance(value, datetime):
        return (value - EPOCH) // timedelta(microseconds=1)
    if isinstance(value, date):
        return (value - EPOCH.date()).days
    return int(value)


def _keys(
    sorting: Sorting, columns: dict[str, Column], place: tuple[Any, int] | None
) -> tuple[Keys | None, Place | None]:
    """What to sort by, and the place in terms of it. `_UNSORTED` where the columns do not know the order."""
    if sorting.field is None:
        return None, None if place is None else Place(0, place[1])
    column = columns[sorting.field.name]
    value = place[0] if place else None
    if isinstance(column, Scalars):
        keys = Keys(column.values, column.present)
        at = _whole(sorting.field, value, up=False)
    elif isinstance(column, Codes) and sorting.field.type is FieldType.ORDERED_CHOICE:
        keys = sifting.ranked(column, {choice.value: rank for rank, choice in enumerate(sorting.field.choices)})
        at = value
    elif isinstance(column, Codes) and len(column.dictionary) <= MOST_WORDS:
        text = None if value is None else str(value).strip()
        ranks = _alphabet({*column.dictionary} | ({text} if text else set()))
        keys, at = sifting.ranked(column, ranks), ranks.get(text) if text else None
    else:
        return _UNSORTED, None
    return keys, None if place is None else Place(at, place[1])


def _alphabet(words: set[str]) -> dict[str, int]:
    """The rank of each word, as the database sorts them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT w FROM unnest(%s::text[]) w ORDER BY w", [sorted(words)])
        return {word: rank for rank, (word,) in enumerate(cursor.fetchall())}
