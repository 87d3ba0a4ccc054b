"""The tree of a rule. Frozen and hashable, so that equal leaves of many rules are one leaf to the evaluator."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import wraps
from typing import Any, Literal, TypeVar

from partners.vocabulary import Field, Vocabulary
from segments.instants import Window
from segments.operators import SEGMENT_FIELD
from segments.rules.values import value_to_json

Single = str | bool | Decimal | date | datetime
Value = Single | Window | tuple[Single, ...] | None
"""A leaf's operand: one value of the field's type, a list, both ends of a range, a window of time, or nothing."""


@dataclass(frozen=True, slots=True)
class Everyone:
    """All subjects."""


@dataclass(frozen=True, slots=True)
class Related:
    """Records that belong to a subject, as a rule may speak of them: the deals of a partner."""

    name: str
    """As `of` says it: deals."""
    subject: str
    """What each of them is: deal, customer, partner, activity …"""
    vocabulary: Vocabulary
    date: str = ""
    """The field that a window goes by unless the rule names another; empty where there is none."""


Relations = Mapping[str, Mapping[str, Related]]
"""By subject ("partner"), then by name ("deals")."""


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A value worked out from related records: the sum of the amounts of the deals won in the last 90 days."""

    function: str
    owner: str
    """Whose records: partner or customer."""
    relation: str
    name: str = ""
    """The field of the record that is folded; empty where only the records count."""
    where: Node | None = None
    window: Window | None = None
    date: str = ""
    """The field that the window, or what is the latest, goes by."""
    zone: str = ""
    """As of a leaf; set where the days of the window, or of a condition in `where`, are those of that zone."""
    related: Related = field(compare=False, kw_only=True, repr=False)
    about: Field = field(compare=False, kw_only=True, repr=False)
    """The result, as a field of the owner."""
    key: str = field(kw_only=True, repr=False)
    """The name of the column that holds it: its canonical JSON."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One condition on one field."""

    field: str
    """The name of the field; of an aggregate its key."""
    operator: str
    value: Value = None
    missing: Literal["match", "no_match"] | None = None
    case_sensitive: bool = False
    within: str = ""
    """Of a percentile: the field whose values divide the population into groups, each ranked by itself."""
    aggregate: Aggregate | None = None
    zone: str = ""
    """Where days count: the zone of the segment it belongs to; empty: the clock's. No part of the stored rule."""
    _hash: int = dataclasses.field(default=0, init=False, compare=False, repr=False)

    def __hash__(self) -> int:
        """Worked out once: a leaf is looked up over and over, in many evaluations. Of this process alone."""
        if not self._hash:
            parts = (self.field, self.operator, self.value, self.missing, self.case_sensitive, self.within)
            object.__setattr__(self, "_hash", hash((*parts, self.aggregate, self.zone)))
        return self._hash


@dataclass(frozen=True, slots=True)
class SegmentLeaf:
    """A condition on membership of other segments."""

    operator: str
    """One of `operators.SEGMENT_OPERATORS`."""
    slugs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """All of (`and`) or any of (`or`) its nodes; `negated` turns it round."""

    combinator: Literal["and", "or"]
    rules: tuple[Node, ...]
    negated: bool = False


Node = Everyone | Leaf | SegmentLeaf | Group
Told = TypeVar("Told")
_TOLD = 20_000
"""Trees whose answers are kept."""


def nodes(node: Node, pointer: str = "") -> Iterator[tuple[str, Node]]:
    """Every node with its pointer, parents first."""
    yield pointer, node
    if isinstance(node, Group):
        for position, child in enumerate(node.rules):
            yield from nodes(child, f"{pointer}/rules/{position}")


def told_once(ask: Callable[[Node], Told]) -> Callable[[Node], Told]:
    """What is asked of a tree over and over is worked out once: trees never change, and a change of one record asks it of
    those of all segments. They are told apart by identity, which is what they are for as long as they are kept here."""
    known: dict[int, tuple[Node, Told]] = {}

    @wraps(ask)
    def tell(node: Node) -> Told:
        found = known.get(id(node))
        if found is None or found[0] is not node:
            if len(known) >= _TOLD:
                known.clear()
            found = known[id(node)] = (node, ask(node))
        return found[1]

    return tell


@told_once
def fields_used(node: Node) -> frozenset[str]:
    """Names of the fields that the rule reads."""
    leaves = [found for _, found in nodes(node) if isinstance(found, Leaf)]
    return frozenset(name for leaf in leaves for name in ("" if leaf.aggregate else leaf.field, leaf.within) if name)


@told_once
def aggregates_used(node: Node) -> tuple[Aggregate, ...]:
    """The aggregates of a rule, those inside another's `where` before it."""
    found = []
    for _, leaf in nodes(node):
        if isinstance(leaf, Leaf) and leaf.aggregate:
            found += [*(aggregates_used(leaf.aggregate.where) if leaf.aggregate.where else ()), leaf.aggregate]
    return tuple(dict.fromkeys(found))


def zones_of(node: Node) -> set[str]:
    """The zones, other than the clock's, whose days the rule counts in."""
    leaves = [found for _, found in nodes(node) if isinstance(found, Leaf)]
    return {zone for leaf in leaves for zone in (leaf.zone, leaf.aggregate.zone if leaf.aggregate else "") if zone}


def about_of(leaf: Leaf, vocabulary: Vocabulary) -> Field:
    """The field, or the aggregate's result, that a leaf is about."""
    return leaf.aggregate.about if leaf.aggregate else vocabulary[leaf.field]


def is_sensitive(node: Node, vocabulary: Vocabulary) -> bool:
    """The rule reads a field that not everybody may see, of the subject or of related records."""
    return any(vocabulary[name].sensitive for name in fields_used(node)) or any(
        aggregate.about.sensitive
        or bool(aggregate.where and is_sensitive(aggregate.where, aggregate.related.vocabulary))
        for aggregate in aggregates_used(node)
    )


def segments_used(node: Node) -> frozenset[str]:
    """Slugs of the segments that the rule itself names, its aggregates included."""
    return segments_named(node) | segments_counted(node)


@told_once
def segments_named(node: Node) -> frozenset[str]:
    """Slugs of the segments that the rule names of its own subject."""
    return frozenset(slug for _, found in nodes(node) if isinstance(found, SegmentLeaf) for slug in found.slugs)


@told_once
def segments_counted(node: Node) -> frozenset[str]:
    """Slugs of the segments that its aggregates name, of related records: they are worked out before."""
    where = [aggregate.where for aggregate in aggregates_used(node) if aggregate.where]
    return frozenset(slug for inner in where for slug in segments_named(inner))


def to_json(node: Node) -> dict[str, Any]:
    """The canonical form that a version stores: typed values, no empty extras. Parsing it gives the same tree."""
    if isinstance(node, Everyone):
        return {"everyone": True}
    if isinstance(node, SegmentLeaf):
        return {"field": SEGMENT_FIELD, "operator": node.operator, "value": list(node.slugs)}
    if isinstance(node, Group):
        return {"combinator": node.combinator, "not": node.negated, "rules": [to_json(child) for child in node.rules]}
    of = aggregate_to_json(node.aggregate) if node.aggregate else node.field
    leaf: dict[str, Any] = {"field": of, "operator": node.operator}
    if node.value is not None:
        leaf["value"] = value_to_json(node.value)
    if node.missing is not None:
        leaf["missing"] = node.missing
    if node.case_sensitive:
        leaf["case_sensitive"] = True
    if node.within:
        leaf["within"] = node.within
    return leaf


def aggregate_to_json(aggregate: Aggregate) -> dict[str, Any]:
    """The canonical form of an aggregate, as a leaf's field."""
    name = f"{aggregate.relation}.{aggregate.name}" if aggregate.name else aggregate.relation
    data: dict[str, Any] = {"aggregate": aggregate.function, "of": name}
    if aggregate.where is not None:
        data["where"] = to_json(aggregate.where)
    if aggregate.window is not None:
        data["window"] = value_to_json(aggregate.window)
    if aggregate.date:
        data["date"] = aggregate.date
    return data
