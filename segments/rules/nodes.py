"""The tree of a rule. Frozen and hashable, so that equal leaves of many rules are one leaf to the evaluator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

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
class Leaf:
    """One condition on one field."""

    field: str
    operator: str
    value: Value = None
    missing: Literal["match", "no_match"] | None = None
    case_sensitive: bool = False


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


def nodes(node: Node, pointer: str = "") -> Iterator[tuple[str, Node]]:
    """Every node with its pointer, parents first."""
    yield pointer, node
    if isinstance(node, Group):
        for position, child in enumerate(node.rules):
            yield from nodes(child, f"{pointer}/rules/{position}")


def fields_used(node: Node) -> set[str]:
    """Names of the fields that the rule reads."""
    return {found.field for _, found in nodes(node) if isinstance(found, Leaf)}


def segments_used(node: Node) -> set[str]:
    """Slugs of the segments that the rule itself names."""
    return {slug for _, found in nodes(node) if isinstance(found, SegmentLeaf) for slug in found.slugs}


def to_json(node: Node) -> dict[str, Any]:
    """The canonical form that a version stores: typed values, no empty extras. Parsing it gives the same tree."""
    if isinstance(node, Everyone):
        return {"everyone": True}
    if isinstance(node, SegmentLeaf):
        return {"field": SEGMENT_FIELD, "operator": node.operator, "value": list(node.slugs)}
    if isinstance(node, Group):
        return {"combinator": node.combinator, "not": node.negated, "rules": [to_json(child) for child in node.rules]}
    leaf: dict[str, Any] = {"field": node.field, "operator": node.operator}
    if node.value is not None:
        leaf["value"] = value_to_json(node.value)
    if node.missing is not None:
        leaf["missing"] = node.missing
    if node.case_sensitive:
        leaf["case_sensitive"] = True
    return leaf
