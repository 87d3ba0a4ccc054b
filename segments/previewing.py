"""What a rule would give, before anybody depends on it: the same interpreter, the same instant, nothing written."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pyroaring import BitMap64

from partners import snapshot
from partners.columns import read_ids
from partners.reading import one_snapshot
from partners.tables import Ints, Mask, Table
from partners.vocabulary import Subject
from people.roles import Viewer, is_partner, is_vendor, may_reveal
from segments import computing, planned
from segments.bitmaps import bitmap, mask_of
from segments.cells import cell
from segments.computing import Material
from segments.counting import Scope, first, parts
from segments.instants import Clock
from segments.ledger import present_members
from segments.members import MODELS
from segments.models import Segment
from segments.revealing import refuse_hidden
from segments.rulebook import clock_at, rulebook
from segments.rules import Leaf, RuleError, RuleInvalid, about_of, fields_used, nodes, value_to_json
from segments.sentences import resolved, sentence

_SHOWN = ("external_id", "name")


@dataclass(frozen=True, slots=True)
class Preview:
    """What a rule gives, of the subjects the viewer may see."""

    count: int | None
    """How many it is true of; None when the rule is not valid."""
    total: int
    """Out of how many."""
    missing: dict[str, int] = field(default_factory=dict)
    """Per field that the rule reads: how many have no value."""
    sentence: str = ""
    sample: list[dict[str, Any]] = field(default_factory=list)
    """The first few: external_id, name, and the fields that the rule reads, as JSON values."""
    errors: tuple[RuleError, ...] = ()
    intervals: dict[str, str] = field(default_factory=dict)
    """What relative dates mean today, by the pointer of the condition."""


@dataclass(frozen=True, slots=True)
class Side:
    """Those who would enter, or leave, of the subjects the viewer may see."""

    count: int
    sample: list[dict[str, Any]]
    ids: BitMap64


@dataclass(frozen=True, slots=True)
class Difference:
    """What publishing the draft would change now."""

    enter: Side
    leave: Side
    stay: int
    total: int
    """Members afterwards."""


def preview(
    *,
    subject: Subject | str,
    rule: Any,
    viewer: Viewer,
    sample_size: int = 10,
    segment: Segment | None = None,
    zone: str | None = None,
) -> Preview:
    """Count, sample, coverage and sentence of a rule. With what is wrong instead, when it is not valid, or when it reads
    a field whose values the viewer may not.

    `segment`: whose rule it is, so that a reference back to it is refused here and not only at save. `zone`: whose days it
    counts in; None: the segment's, else the organisation's.
    """
    with one_snapshot():
        return _preview(Subject(subject), rule, viewer, sample_size, segment, _zone(segment, zone))


def _zone(segment: Segment | None, zone: str | None) -> str:
    if zone is not None:
        return zone
    return segment.draft.zone if segment is not None and segment.draft is not None else ""


def _preview(
    subject: Subject, rule: Any, viewer: Viewer, sample_size: int, segment: Segment | None, zone: str
) -> Preview:
    clock = clock_at()
    try:
        own_slug = segment.slug if segment else ""
        material = _parsed(subject, rule, clock, zone=zone, own_slug=own_slug, viewer=viewer)
        found = parts(material, subject, _OWN, _scope(subject, viewer))
        _refuse_failed(material)
    except RuleInvalid as invalid:
        return Preview(count=None, total=_visible_count(subject, viewer), errors=invalid.errors)
    node, book = material.nodes[_OWN], material.books[subject]
    shown = _in_order(fields_used(node), [found.field for _, found in nodes(node) if isinstance(found, Leaf)])
    total = sum(part.total for part in found)
    return Preview(
        count=sum(int(np.count_nonzero(part.among(part.wanted))) for part in found),
        total=total,
        missing={name: total - sum(part.present(name) for part in found) for name in shown},
        sentence=sentence(node, book.vocabulary, subject=subject, segments=book.names, clock=clock),
        sample=_sample(material, subject, first(found, sample_size), _tellable(shown, material, subject, viewer)),
        intervals={
            pointer: dates
            for pointer, leaf in nodes(node)
            if isinstance(leaf, Leaf) and (dates := resolved(leaf, about_of(leaf, book.vocabulary), clock, plain=True))
        },
    )


def difference(
    segment: Segment, viewer: Viewer, sample_size: int = 10, rule: Any = None, zone: str | None = None
) -> Difference:
    """Who would enter and leave if the draft (or the rule handed in) were published now, against the present members.

    RuleInvalid when it does not hold (any more), or when the rule handed in reads a field hidden from the viewer.
    """
    asks = None if rule is None else viewer
    if rule is None and segment.draft is not None:
        rule = segment.draft.rule
    with one_snapshot():
        material, wanted = _work_out(
            Subject(segment.subject), rule, clock_at(), zone=_zone(segment, zone), own_slug=segment.slug, viewer=asks
        )
        return _difference(segment, viewer, sample_size, material, wanted)


def _difference(segment: Segment, viewer: Viewer, sample_size: int, material: Material, wanted: BitMap64) -> Difference:
    subject = Subject(segment.subject)
    have = present_members([segment.pk])[segment.pk]
    table = material.tables[subject]
    shown = _tellable(_in_order(fields_used(material.nodes[_OWN]), []), material, subject, viewer)
    visible = bitmap(table.ids[_visible(subject, viewer, material)])
    gone = have - bitmap(table.ids)  # deleted since the last run: they leave, and there is nothing left to show of them

    def side(ids: BitMap64) -> Side:
        mask = mask_of(ids, table.ids)
        rows = [(table, int(row)) for row in np.flatnonzero(mask)[:sample_size]]
        return Side(len(ids), _sample(material, subject, rows, shown), ids)

    leaving = (have - wanted) & visible
    unseen = gone if not viewer.regions and not is_partner(viewer) else BitMap64()
    leave = side(leaving)
    return Difference(
        enter=side((wanted - have) & visible),
        leave=Side(leave.count + len(unseen), leave.sample, leaving | unseen),
        stay=len(wanted & have & visible),
        total=len(wanted & visible),
    )


@dataclass(frozen=True, slots=True)
class Moves:
    """Everybody who would enter and leave, whoever may see them."""

    enter: BitMap64
    leave: BitMap64
    present: int


def moves(segment: Segment) -> Moves:
    """What publishing the draft would change now. RuleInvalid when it does not hold."""
    have = present_members([segment.pk])[segment.pk]
    if segment.draft is None or not have:
        return Moves(BitMap64(), BitMap64(), 0)
    with one_snapshot():
        _, wanted = _work_out(
            Subject(segment.subject),
            segment.draft.rule,
            clock_at(),
            zone=segment.draft.zone,
            own_slug=segment.slug,
            viewer=None,
        )
    return Moves(wanted - have, have - wanted, len(have))


_OWN = ""
"""The slug of the rule that is looked at: nothing can refer to it."""


def _parsed(subject: Subject, rule: Any, clock: Clock, *, zone: str, own_slug: str, viewer: Viewer | None) -> Material:
    """A rule as publishing it now would evaluate it, with the segments that it refers to; nothing is read yet.

    `viewer`: who thought of the rule; None: it is a stored one.
    """
    book = rulebook(subject, rule)
    node = book.parse(rule, own_slug=own_slug, zone=zone)
    if viewer is not None:
        refuse_hidden(node, book.vocabulary, viewer)
    plans = [planned.Plan(_OWN, subject, rule, own_slug, zone), *planned.plans_named(rule, segment=own_slug)]
    return computing.parsed(plans, clock=clock)


def _refuse_failed(material: Material) -> None:
    if _OWN in material.failures:
        raise RuleInvalid([RuleError("", "cannot_evaluate", material.failures[_OWN])])


def _work_out(
    subject: Subject, rule: Any, clock: Clock, *, zone: str, own_slug: str, viewer: Viewer | None
) -> tuple[Material, BitMap64]:
    """Evaluate a rule as publishing it now would, with the segments it refers to as of the same instant."""
    material = computing.load(_parsed(subject, rule, clock, zone=zone, own_slug=own_slug, viewer=viewer))
    found = computing.work_out(material)
    _refuse_failed(material)
    return material, found[_OWN]


def _visible_count(subject: Subject, viewer: Viewer) -> int:
    known = snapshot.count(subject) if is_vendor(viewer) and not viewer.regions else None
    visible: int = MODELS[subject.value].objects.visible_to(viewer).count() if known is None else known
    return visible


def _scope(subject: Subject, viewer: Viewer) -> Scope | None:
    """Whom the viewer may see; None: everybody."""
    if is_vendor(viewer) and not viewer.regions:
        return None
    rows = MODELS[subject.value].objects.visible_to(viewer).order_by("pk")

    def ids(of: Ints | None) -> Ints:
        some = rows if of is None else rows.filter(pk__in=of.tolist())
        return read_ids(*some.values_list("pk").query.sql_with_params())

    return Scope(ids, lasts=tuple(sorted(viewer.regions)) if is_vendor(viewer) else None)


def _visible(subject: Subject, viewer: Viewer, material: Material) -> Mask:
    """Which rows the viewer may see. The table holds all subjects there are, of the same snapshot."""
    ids, scope = material.tables[subject].ids, _scope(subject, viewer)
    return np.ones(len(ids), dtype=np.bool_) if scope is None else np.isin(ids, scope.ids(None))


def _in_order(names: Collection[str], order: list[str]) -> list[str]:
    """The names as the rule first says them."""
    return list(dict.fromkeys([*(name for name in order if name in names), *sorted(names)]))


def _tellable(names: Collection[str], material: Material, subject: Subject, viewer: Viewer) -> list[str]:
    """The fields whose values the viewer may read: sensitive ones are for administrators and keys of scope admin."""
    words = material.books[subject].vocabulary
    return [name for name in names if may_reveal(viewer) or not words[name].sensitive]


def _sample(
    material: Material, subject: Subject, rows: Sequence[tuple[Table, int]], names: Collection[str]
) -> list[dict[str, Any]]:
    """These rows, with what people know them by and what the rule reads."""
    words = material.books[subject].vocabulary
    ids = [int(table.ids[row]) for table, row in rows]
    known = MODELS[subject.value].objects.filter(pk__in=ids).values_list("pk", *_SHOWN)
    shown = {pk: dict(zip(_SHOWN, (text.strip() or None for text in texts), strict=True)) for pk, *texts in known}
    read = [name for name in names if name not in _SHOWN]
    return [
        shown[subject_id] | {name: value_to_json(cell(table.columns[name], row, words[name])) for name in read}
        for subject_id, (table, row) in zip(ids, rows, strict=True)
    ]
