"""What an answer hangs on: which changes of a subject's facts can move it, and whether others' facts can."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from partners.facts import FACTS
from partners.vocabulary import Subject
from segments import references
from segments.rules import Everyone, Group, Leaf, Node, SegmentLeaf, nodes, segments_used

_RELATION = {
    "partner_deals": "deals",
    "customer_deals": "deals",
    "partner_activity": "activities",
    "partner_customers": "customers",
    "customer_partners": "partners",
}
"""Source of computed facts → what a mark calls the change of its rows."""
_SOURCES = {
    (subject, fact.field.name): _RELATION.get(fact.source) for subject, facts in FACTS.items() for fact in facts
}
COMPARING = frozenset({"topPercent", "bottomPercent"})
"""Operators that place a subject among the others: one that changes may move anyone."""


@dataclass(frozen=True, slots=True)
class Reads:
    """What a rule reads of its own subject."""

    names: frozenset[str] | None
    """Fields and relations, as marks name them; None: nobody knows, so any change may matter."""
    alone: bool
    """False: other subjects' facts count too, so it is worked out for everybody."""


def reads(node: Node, subject: Subject) -> Reads:
    """What the rule itself reads; what it refers to has its own."""
    names: set[str] = set()
    alone = True
    found: Any
    for _, found in nodes(node):
        if isinstance(found, Leaf) and isinstance(found.field, str):
            names.add(_SOURCES.get((subject, found.field)) or found.field)
            alone = alone and found.operator not in COMPARING
        elif not isinstance(found, Group | Everyone | SegmentLeaf):
            return Reads(None, alone=False)
    return Reads(frozenset(names), alone)


@dataclass(frozen=True, slots=True)
class Index:
    """Field → segments, over all active rules."""

    by_name: Mapping[tuple[Subject, str], frozenset[str]]
    anything: frozenset[str]
    """Segments that any change may move."""
    graph: Mapping[str, frozenset[str]]
    subjects: Mapping[str, Subject]
    comparing: frozenset[str]
    """Segments that are worked out for everybody, with those that refer to one of them."""

    def affected(self, changes: Iterable[tuple[Subject, frozenset[str] | None]]) -> set[str]:
        """The segments whose answer the changes can move, those that refer to them included."""
        hit: set[str] = set()
        for subject, names in changes:
            hit |= self.anything
            if names is None:
                hit.update(slug for slug, about in self.subjects.items() if about is subject)
            else:
                hit = hit.union(*(self.by_name.get((subject, name), frozenset()) for name in names))
        return references.downstream(self.graph, hit)


def index(trees: Mapping[str, Node], subjects: Mapping[str, Subject]) -> Index:
    """The index of these rules."""
    by_name: dict[tuple[Subject, str], set[str]] = {}
    anything: set[str] = set()
    everybody: set[str] = set()
    graph = {slug: frozenset(segments_used(node)) for slug, node in trees.items()}
    for slug, node in trees.items():
        found = reads(node, subjects[slug])
        if found.names is None:
            anything.add(slug)
        for name in found.names or ():
            by_name.setdefault((subjects[slug], name), set()).add(slug)
        if not found.alone or any(subjects.get(other, subjects[slug]) is not subjects[slug] for other in graph[slug]):
            everybody.add(slug)
    return Index(
        by_name={key: frozenset(slugs) for key, slugs in by_name.items()},
        anything=frozenset(anything),
        graph=graph,
        subjects={slug: subjects[slug] for slug in trees},
        comparing=frozenset(references.downstream(graph, everybody)),
    )
