"""What the rules of a run need beside their own subject's fields: related records, and the columns made from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from pyroaring import BitMap64

from partners.tables import Column, Ints, Mask, Table
from partners.vocabulary import Subject, Vocabulary
from segments.bitmaps import mask_of
from segments.bitwords import Bits, packed
from segments.evaluate import Evaluator
from segments.folding import fold
from segments.instants import Clock
from segments.percentiles import ranked_leaves, with_ranks
from segments.relations import RELATIONS, Owners
from segments.rules import Aggregate, Node, aggregates_used, fields_used, segments_counted, segments_named

SUBJECTS = (Subject.PARTNER, Subject.CUSTOMER)
Scope = dict[Subject, set[int] | None]
"""The subjects that are read: these ids, or (None) all."""
Key = tuple[str, str]
"""Owner and name of a relation."""


@dataclass
class Kin:
    """The records of one relation: a table of their own, or (None) that of the subject they are; and whose they are."""

    records: str
    table: Table | None
    record_ids: Ints
    owner_ids: Ints


@dataclass
class Family:
    """All related records of a run."""

    kin: dict[Key, Kin] = field(default_factory=dict)
    own_fields: dict[Subject, set[str]] = field(default_factory=dict)
    """Fields that aggregates read of partners and customers."""


class Masks(dict[str, Bits]):
    """Which rows are in each segment, as bits, worked out from its members when asked."""

    def __init__(self, members: Mapping[str, BitMap64], ids: Ints) -> None:
        super().__init__()
        self._members, self._ids = members, ids

    def __missing__(self, slug: str) -> Bits:
        self[slug] = packed(mask_of(self._members[slug], self._ids))
        return self[slug]


def reach(rules: Iterable[tuple[Subject, Node]], ids: Mapping[Subject, Sequence[int]] | None) -> Scope:
    """Whom a run about some subjects has to read: those, those that their aggregates go through, and everybody where a
    percentile is asked for."""
    scope: Scope = {subject: None if ids is None else set(ids.get(subject, ())) for subject in SUBJECTS}
    if ids is None:
        return scope
    used: dict[str, Aggregate] = {}
    for subject, node in rules:
        _everybody_for_ranks(scope, subject, node)
        for aggregate in aggregates_used(node):
            used[aggregate.key] = aggregate
            if aggregate.where is not None:
                # Records that are no subjects are ranked among those of all owners.
                whose = aggregate.related.subject if aggregate.related.subject in list(SUBJECTS) else aggregate.owner
                _everybody_for_ranks(scope, Subject(whose), aggregate.where)
    ways = {(a.owner, a.relation) for a in used.values() if a.related.subject in list(SUBJECTS)}
    grown = True
    while grown:
        grown = False
        for owner, name in sorted(ways):
            relation = RELATIONS[owner][name]
            start, end = scope[Subject(owner)], scope[Subject(relation.records)]
            if end is None:
                continue
            if start is None:
                scope[Subject(relation.records)] = None
                grown = True
                continue
            found = set(relation.pairs(sorted(start))[0].tolist()) - end
            end |= found
            grown |= bool(found)
    return scope


def _everybody_for_ranks(scope: Scope, subject: Subject, node: Node) -> None:
    if ranked_leaves(node):
        scope[subject] = None


def owners_of(scope: Scope, owner: str) -> Owners:
    """The ids as the readers take them."""
    ids = scope[Subject(owner)]
    return None if ids is None else sorted(ids)


def gather(
    rules: Iterable[Node], *, scope: Scope, clock: Clock, ranges: Mapping[Subject, tuple[int, int]] | None = None
) -> Family:
    """Read the related records that the rules speak of, each relation once with all the fields it needs.

    `ranges`: only those of owners of these ids.
    """
    family = Family()
    names: dict[Key, set[str]] = {}
    for node in rules:
        for aggregate in aggregates_used(node):
            wanted = {aggregate.name, aggregate.date} - {""}
            wanted |= fields_used(aggregate.where) if aggregate.where is not None else set()
            names.setdefault((aggregate.owner, aggregate.relation), set()).update(wanted)
    for (owner, name), wanted in names.items():
        relation = RELATIONS[owner][name]
        owners = owners_of(scope, owner)
        record_ids, owner_ids = relation.pairs(owners, ranges[Subject(owner)] if ranges else None)
        table = None
        if relation.records in list(SUBJECTS):
            family.own_fields.setdefault(Subject(relation.records), set()).update(wanted)
        else:
            ids = None if owners is None and ranges is None else record_ids.tolist()
            table = relation.read(sorted(wanted), clock.as_of, ids)
        family.kin[owner, name] = Kin(relation.records, table, record_ids, owner_ids)
    return family


class Preparer:
    """Adds to the tables the columns that are made of other rows: aggregates and percentiles."""

    def __init__(
        self,
        tables: dict[Subject, Table],
        family: Family,
        *,
        vocabularies: Callable[[Subject], Vocabulary],
        clock: Clock,
        members: Mapping[str, BitMap64],
    ) -> None:
        """`members`: of the segments that aggregates name; they are complete before."""
        self._tables, self._family, self._words = tables, family, vocabularies
        self._clock, self._members = clock, members
        self._evaluators: dict[Key | Subject, Evaluator] = {}

    @staticmethod
    def concerns(node: Node) -> bool:
        """The rule needs such a column."""
        return bool(aggregates_used(node) or ranked_leaves(node))

    def prepare(self, subject: Subject, node: Node) -> None:
        """All columns that a rule about the subject needs; those that are there already are not made again."""
        for aggregate in aggregates_used(node):
            owner = Subject(aggregate.owner)
            if aggregate.key not in self._tables[owner].columns:
                self._tables[owner].columns[aggregate.key] = self._column(aggregate)
        if ranked_leaves(node):
            ranked = with_ranks(self._tables[subject], [node], self._words(subject))
            self._tables[subject].columns.update(ranked.columns)

    def _column(self, aggregate: Aggregate) -> Column:
        kin = self._family.kin[aggregate.owner, aggregate.relation]
        place: Key | Subject = (aggregate.owner, aggregate.relation) if kin.table is not None else Subject(kin.records)
        table = kin.table if kin.table is not None else self._tables[Subject(kin.records)]
        where = None
        if aggregate.where is not None:
            words = aggregate.related.vocabulary
            if ranked_leaves(aggregate.where):
                table.columns.update(with_ranks(table, [aggregate.where], words).columns)
            evaluator = self._evaluators.get(place)
            if evaluator is None:
                masks = Masks(self._members, table.ids)
                evaluator = Evaluator(table, vocabulary=words, clock=self._clock, members=masks)
                self._evaluators[place] = evaluator
            where = evaluator.mask(aggregate.where)
        mine = self._tables[Subject(aggregate.owner)]
        rows, known = _positions(table.ids, kin.record_ids)
        owners, here = _positions(mine.ids, kin.owner_ids)
        both = known & here
        return fold(
            aggregate, table, rows=rows[both], owners=owners[both], size=len(mine), where=where, clock=self._clock
        )


def _positions(ids: Ints, wanted: Ints) -> tuple[Ints, Mask]:
    """Where each wanted id stands among ascending ids, shape (wanted,), and whether it is there."""
    if not len(ids):
        return np.zeros(len(wanted), dtype=np.int64), np.zeros(len(wanted), dtype=np.bool_)
    places = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    return places, ids[places] == wanted


def stages(nodes: Mapping[str, Node], rivals: Mapping[str, Iterable[str]]) -> Iterator[list[str]]:
    """The segments in runs that can be worked out one after the other: what an aggregate counts is complete before.

    `nodes` are in the order in which they can be evaluated; `rivals`: by segment, those it gives way to. Nearly always it
    is one run.
    """
    level: dict[str, int] = {}
    if not any(segments_counted(node) for node in nodes.values()):
        yield list(nodes)
        return
    for slug, node in nodes.items():
        beside = [level.get(other, 0) for other in (*segments_named(node), *rivals.get(slug, ()))]
        before = [level.get(other, 0) + 1 for other in segments_counted(node)]
        level[slug] = max([0, *beside, *before])
    for number in range(max(level.values(), default=0) + 1):
        yield [slug for slug in nodes if level[slug] == number]
