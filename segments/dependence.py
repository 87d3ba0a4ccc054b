"""What an answer hangs on: which changes of a subject's facts can move it, and whether others' facts can."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from partners.facts import FACTS
from partners.vocabulary import Subject
from segments import references
from segments.percentiles import ranked_leaves
from segments.rules import Node, aggregates_used, fields_used, segments_used

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
_MARKED = frozenset({"deals", "activities", "customers", "partners"})
"""Relations that marks name. Other records, such as enrolments, come with an activity."""


@dataclass(frozen=True, slots=True)
class Reads:
    """What a rule reads."""

    names: frozenset[tuple[Subject, str]]
    """Fields and relations, as marks name them, by whose they are."""
    alone: bool
    """False: other subjects' facts count too, so it is worked out for everybody."""


def reads(node: Node, subject: Subject) -> Reads:
    """What the rule itself reads; what it refers to has its own."""
    names = {(subject, _SOURCES.get((subject, name)) or name) for name in fields_used(node)}
    alone = not ranked_leaves(node)  # one that changes may move anyone
    for aggregate in aggregates_used(node):
        owner, records = Subject(aggregate.owner), aggregate.related.subject
        alone = alone and not (aggregate.where is not None and ranked_leaves(aggregate.where))
        names.add((owner, aggregate.relation if aggregate.relation in _MARKED else "activities"))
        if records in (Subject.PARTNER, Subject.CUSTOMER):
            alone = False  # their facts count, and there is no telling here whose they are
            inside = fields_used(aggregate.where) if aggregate.where else set()
            wanted = {*inside, aggregate.name, aggregate.date} - {""}
            names |= {(Subject(records), _SOURCES.get((Subject(records), name)) or name) for name in wanted}
    return Reads(frozenset(names), alone)


@dataclass(frozen=True, slots=True)
class Index:
    """Field → segments, over all active rules."""

    by_name: Mapping[tuple[Subject, str], frozenset[str]]
    by_subject: Mapping[Subject, frozenset[str]]
    """Segments that are about a subject or read its facts."""
    graph: Mapping[str, frozenset[str]]
    subjects: Mapping[str, Subject]
    comparing: frozenset[str]
    """Segments that are worked out for everybody, with those that refer to one of them."""

    def affected(self, changes: Iterable[tuple[Subject, frozenset[str] | None]]) -> set[str]:
        """The segments whose answer the changes can move, those that refer to them included."""
        hit: set[str] = set()
        for subject, names in changes:
            if names is None:
                hit |= self.by_subject.get(subject, frozenset())
            else:
                hit = hit.union(*(self.by_name.get((subject, name), frozenset()) for name in names))
        return references.downstream(self.graph, hit)


def index(
    trees: Mapping[str, Node], subjects: Mapping[str, Subject], rivals: Mapping[str, frozenset[str]] | None = None
) -> Index:
    """The index of these rules; `rivals`: by segment, those of its set that it gives way to."""
    by_name: dict[tuple[Subject, str], set[str]] = {}
    by_subject: dict[Subject, set[str]] = {}
    everybody: set[str] = set()
    graph = {
        slug: frozenset(segments_used(node)) | (rivals or {}).get(slug, frozenset()) for slug, node in trees.items()
    }
    for slug, node in trees.items():
        found = reads(node, subjects[slug])
        by_subject.setdefault(subjects[slug], set()).add(slug)
        for about, name in found.names:
            by_name.setdefault((about, name), set()).add(slug)
            by_subject.setdefault(about, set()).add(slug)
        if not found.alone or any(subjects.get(other, subjects[slug]) is not subjects[slug] for other in graph[slug]):
            everybody.add(slug)
    return Index(
        by_name={key: frozenset(slugs) for key, slugs in by_name.items()},
        by_subject={key: frozenset(slugs) for key, slugs in by_subject.items()},
        graph=graph,
        subjects={slug: subjects[slug] for slug in trees},
        comparing=frozenset(references.downstream(graph, everybody)),
    )
