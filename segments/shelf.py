"""The active rules, parsed and indexed once per process, and again only when a segment or the vocabulary has changed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from partners.facts import vocabulary
from partners.vocabulary import Subject
from segments import computing, planned, references
from segments.computing import Material
from segments.dependence import Index, index
from segments.instants import Clock
from segments.models import Segment
from segments.rules import Node
from segments.standing import rivals


@dataclass(frozen=True, slots=True)
class Pin:
    """The version of a segment that a run evaluates."""

    pk: int
    published_id: int
    number: int


@dataclass(frozen=True, slots=True)
class Shelf:
    """All active rules."""

    material: Material
    pins: dict[str, Pin]
    index: Index

    def some(self, slugs: Collection[str], clock: Clock) -> Material:
        """The material of these segments and of all that they refer to, without facts."""
        wanted = references.upstream(self.index.graph, slugs)
        nodes: dict[str, Node] = {slug: node for slug, node in self.material.nodes.items() if slug in wanted}
        subjects = {self.material.subjects[slug] for slug in nodes}
        return replace(
            self.material,
            clock=clock,
            nodes=nodes,
            books={subject: book for subject, book in self.material.books.items() if subject in subjects},
            tables={},
            failures=dict(self.material.failures),
            waits=dict(self.material.waits),
        )


_kept: tuple[Any, Shelf] | None = None


def shelf(clock: Clock) -> Shelf:
    """The active rules as they are in the present snapshot: three small queries, and the rules only when they changed."""
    global _kept
    rows = list(Segment.objects.order_by("id").values_list("pk", "slug", "subject", "status", "draft", "published"))
    seen = (rows, rivals(), *(vocabulary(subject) for subject in Subject))
    if _kept is None or _kept[0] != seen:
        _kept = (seen, _read(clock))
    return _kept[1]


def _read(clock: Clock) -> Shelf:
    plans, rows = planned.active_plans()
    material = computing.parsed(plans, clock=clock)
    pins = {slug: Pin(row.pk, planned.published(row).pk, planned.published(row).number) for slug, row in rows.items()}
    return Shelf(material, pins, index(material.nodes, material.subjects, material.rivals))
