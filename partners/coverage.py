"""How well the fields are filled, and which values they hold: what a rule builder shows beside each field."""

# ruff: noqa: S608 — as in partners.columns
from __future__ import annotations

import heapq
from collections.abc import Collection
from typing import Any

import numpy as np
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.utils import timezone

from partners import picking
from partners.columns import select
from partners.facts import vocabulary
from partners.models import Customer, Deal, Partner
from partners.reading import one_snapshot
from partners.sifting import like, present
from partners.tables import Codes, Column, Mask, Scalars
from partners.vocabulary import FieldKind, FieldType, Subject
from people.roles import Viewer

ALWAYS = frozenset({"external_id", "name"})
"""No record is without these; and as many different ones as there are records are no choice."""
MODELS: dict[Subject, Any] = {Subject.PARTNER: Partner, Subject.CUSTOMER: Customer, Subject.DEAL: Deal}


def coverage(subject: Subject, viewer: Viewer, names: Collection[str] | None = None) -> dict[str, int]:
    """How many subjects that the viewer may see have a value, by field, for built-in and custom fields, or `names` of them.

    From the columns kept of a large population; else one query beside the vocabulary.
    """
    fields = [
        field
        for name, field in vocabulary(subject).items()
        if field.kind is not FieldKind.COMPUTED and (names is None or name in names)
    ]
    if not fields:
        return {}
    with one_snapshot():
        known = picking.visible(subject, viewer, [field.name for field in fields if field.name not in ALWAYS])
    if known is not None:
        found = {
            name: int(np.count_nonzero(present(column) & known.mask)) for name, column in known.table.columns.items()
        }
        total = int(np.count_nonzero(known.mask))
        return {field.name: found.get(field.name, total) for field in fields}
    selection = select(subject, fields, as_of=timezone.now())
    counts = ", ".join(f"count({value})" for value in selection.values.values())
    seen = _seen(subject, viewer)
    if seen is None:
        return dict.fromkeys(selection.values, 0)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counts} {selection.origin} AND {seen[0]}", {**selection.parameters, **seen[1]})
        return dict(zip(selection.values, cursor.fetchone(), strict=True))


def value_counts(
    subject: Subject, field: str, viewer: Viewer, search: str = "", limit: int = 50
) -> list[tuple[str, int]]:
    """The commonest values of a field among the subjects a viewer may see, most frequent first: (value, subjects).

    `search` keeps the values that contain it, in whatever case. KeyError when there is no such field.
    """
    word = vocabulary(subject)[field]
    if word.kind is not FieldKind.COMPUTED:
        with one_snapshot():
            known = picking.visible(subject, viewer, [field])
        if known is not None:
            return _commonest(known.table.columns[field], known.mask, search.strip().lower(), limit)
    selection = select(subject, [word], as_of=timezone.now())
    value = selection.values[field]
    wanted = f"unnest({value})" if word.type is FieldType.MULTI_CHOICE else f"({value})::text"
    seen = _seen(subject, viewer)
    if seen is None:
        return []
    statement = (
        f"SELECT v, count(*) FROM (SELECT {wanted} AS v {selection.origin} AND {seen[0]}) found"
        " WHERE v IS NOT NULL AND strpos(lower(v), lower(%(search)s)) > 0 GROUP BY v ORDER BY 2 DESC, 1 LIMIT %(limit)s"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, {**selection.parameters, **seen[1], "search": search.strip(), "limit": limit})
        return [(str(value), count) for value, count in cursor.fetchall()]


def _commonest(column: Column, mask: Mask, search: str, limit: int) -> list[tuple[str, int]]:
    if isinstance(column, Scalars):
        return []
    if isinstance(column, Codes):
        codes = column.codes[mask & (column.codes >= 0)]
    else:
        codes = column.codes[np.repeat(mask, np.diff(column.offsets))]
    counts = np.bincount(codes, minlength=len(column.dictionary))
    hits = counts > 0
    if search:
        hits &= like(column.dictionary, "contains", [search])
    found = np.flatnonzero(hits)
    if len(found) > limit and not search:  # a million names, once each, need not be put in order
        found = found[counts[found] >= np.partition(counts[found], -limit)[-limit]]
    pairs = ((-int(counts[code]), column.dictionary[code]) for code in found.tolist())
    first = heapq.nsmallest(limit, (pair for pair in pairs if search in pair[1].lower()))
    return [(word, -count) for count, word in first]


def _seen(subject: Subject, viewer: Viewer) -> tuple[str, dict[str, Any]] | None:
    """A condition on `t.id` that holds for the subjects a viewer may see, and its parameters; None: they may see none."""
    try:
        query, parameters = MODELS[subject].objects.visible_to(viewer).order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return None
    named = {f"seen_{number}": parameter for number, parameter in enumerate(parameters)}
    return f"t.id IN ({query % tuple(f'%({name})s' for name in named)})", named
