"""What changed between two rules, line by line and in words. Pure values."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from segments.rules.nodes import Group, Node, to_json

Say = Callable[[Node], str]
"""A node as a clause: `phrase` with its vocabulary."""

_HOW = {"and": "all of these", "or": "at least one of these"}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that changed. `before` is empty when it was added, `after` when it was taken out."""

    kind: str
    """added, removed or changed."""
    before: str = ""
    after: str = ""


def differences(before: Node, after: Node, say: Say) -> list[Line]:
    """Conditions that came, went or say something else, in reading order; empty when both mean the same tree.

    A condition is taken to be the same one when it speaks of the same field at the same place of the tree.
    """
    if before == after:
        return []
    one, two = _grouped(before), _grouped(after)
    lines = []
    if _shape(one) != _shape(two) and (len(one.rules) > 1 or len(two.rules) > 1 or one.negated != two.negated):
        lines.append(Line("changed", _shape(one), _shape(two)))
    left = [node for node in one.rules if node not in two.rules]
    right = [node for node in two.rules if node not in one.rules]
    for mine in left:
        other = _counterpart(mine, right)
        if other is None:
            lines.append(Line("removed", before=say(mine)))
            continue
        right.remove(other)
        if isinstance(mine, Group) and isinstance(other, Group):
            lines += differences(mine, other, say)
        else:
            lines.append(Line("changed", say(mine), say(other)))
    return [*lines, *(Line("added", after=say(node)) for node in right)]


def _grouped(node: Node) -> Group:
    return node if isinstance(node, Group) else Group("and", (node,))


def _shape(group: Group) -> str:
    words = _HOW[group.combinator]
    return f"not {words}" if group.negated else words


def _counterpart(node: Node, others: Sequence[Node]) -> Node | None:
    """The node that this one became: a group with the most in common, a condition on the same field."""
    if isinstance(node, Group):
        groups = [other for other in others if isinstance(other, Group)]
        return max(groups, key=lambda other: len(_fields(node) & _fields(other)), default=None)
    mine = _fields(node)
    return next((other for other in others if not isinstance(other, Group) and _fields(other) == mine), None)


def _fields(node: Node) -> set[str]:
    if isinstance(node, Group):
        return set().union(*(_fields(child) for child in node.rules))
    return {json.dumps(to_json(node).get("field", "everyone"), sort_keys=True)}
