"""Why a subject is in a segment, or why not, and what would have to change. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from partners.tables import Table
from partners.vocabulary import Field, Vocabulary
from segments.cells import cell
from segments.evaluate import Evaluator
from segments.instants import Clock
from segments.rules.nodes import Everyone, Group, Leaf, Node, SegmentLeaf, about_of, is_sensitive, to_json
from segments.rules.values import value_to_json
from segments.sentences import phrase, resolved, value_words


@dataclass(frozen=True, slots=True)
class Reason:
    """One node of the rule with its verdict, in the shape of the rule."""

    pointer: str
    kind: str
    """group, condition, segment or everyone."""
    verdict: bool | None
    """None: it would tell a sensitive value, and whoever reads may not know it."""
    sentence: str
    rule: dict[str, Any]
    """The node as it is stored; of a group only combinator and not."""
    found: Any = None
    """The value found, as JSON; null when missing."""
    found_words: str = ""
    """The same for people: "Silver", "not set"."""
    missing: bool = False
    operand: str = ""
    """What a relative window means today: "2026-08-23 … 2026-11-21"."""
    is_sensitive: bool = False
    """The value found is not for everybody."""
    children: tuple[Reason, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """The tree as the API and the pages hand it on."""
        data: dict[str, Any] = {
            "pointer": self.pointer,
            "kind": self.kind,
            "verdict": self.verdict,
            "sentence": self.sentence,
            **{key: self.rule[key] for key in ("combinator", "not", "field", "operator", "value") if key in self.rule},
        }
        if self.kind == "condition":
            data |= {"found": self.found, "found_words": self.found_words, "missing": self.missing}
            if self.operand:
                data["operand"] = self.operand
        if self.kind == "group":
            data["rules"] = [child.to_json() for child in self.children]
        return data

    def discreet(self) -> Reason:
        """The same without what would tell the values of sensitive fields: neither those, nor the verdicts they decide."""
        if self.is_sensitive:
            return replace(self, verdict=None, found=None, found_words="hidden", missing=False)
        children = tuple(child.discreet() for child in self.children)
        hidden = any(child.verdict is None for child in children)
        return replace(self, verdict=None if hidden else self.verdict, children=children)

    def conditions(self) -> list[Reason]:
        """The leaves, in reading order."""
        if self.kind != "group":
            return [self]
        return [leaf for child in self.children for leaf in child.conditions()]


def reasons(
    node: Node,
    table: Table,
    *,
    vocabulary: Vocabulary,
    clock: Clock,
    members: Mapping[str, Any] | None = None,
    segments: Mapping[str, str] | None = None,
) -> Reason:
    """The tree for the one row of a table of length one. `members` as for the evaluator; `segments`: names by slug."""
    evaluator = Evaluator(table, vocabulary=vocabulary, clock=clock, members=members)

    def reason(at: Node, pointer: str) -> Reason:
        verdict = bool(evaluator.mask(at)[0])
        words = phrase(at, vocabulary, segments=segments, clock=clock)
        if isinstance(at, Group):
            children = tuple(reason(child, f"{pointer}/rules/{place}") for place, child in enumerate(at.rules))
            shape = {"combinator": at.combinator, "not": at.negated}
            return Reason(pointer, "group", verdict, words, shape, children=children)
        if isinstance(at, Leaf):
            about = about_of(at, vocabulary)
            found = cell(table.columns[at.field], 0, about)
            return Reason(
                pointer,
                "condition",
                verdict,
                words,
                to_json(at),
                found=value_to_json(found),
                found_words=_found(found, about),
                missing=found is None,
                operand=resolved(at, about, clock),
                is_sensitive=is_sensitive(at, vocabulary),
            )
        return Reason(pointer, "segment" if isinstance(at, SegmentLeaf) else "everyone", verdict, words, to_json(at))

    return reason(node, "")


def _found(value: Any, about: Field) -> str:
    if value is None:
        return "not set"
    return value_words(round(value, 4) if about.is_share else value, about)


def nearest_miss(node: Node, reason: Reason) -> list[Reason]:
    """The fewest conditions that would have to turn round for the rule to become true.

    Empty when it is true already, or when nothing could make it so. Conditions are taken to be independent.
    """
    changes = _turn(node, reason, True)
    return [leaf for leaf in reason.conditions() if changes and leaf.pointer in changes]


def _turn(node: Node, reason: Reason, wish: bool) -> frozenset[str] | None:
    """Pointers of the leaves to turn so that the node has the wished verdict; None: impossible."""
    if reason.verdict == wish:
        return frozenset()
    if isinstance(node, Everyone):
        return None
    if not isinstance(node, Group):
        return frozenset({reason.pointer})
    inner = wish != node.negated
    ways = [_turn(child, why, inner) for child, why in zip(node.rules, reason.children, strict=True)]
    if (node.combinator == "and") == inner:  # all of them have to have the inner verdict
        return None if None in ways else frozenset().union(*(way for way in ways if way is not None))
    return min((way for way in ways if way is not None), key=len, default=None)
