"""Turns groups into ordinary rules: a shallow decision tree is read branch by branch. Pure.

The tree (Breiman et al. 1984) asks about the facts as they are, so every branch is a chain of conditions in the rule
language; a group is any of the branches that end in it. Thresholds are rounded to short numbers that divide the same way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from insights.groupings.finding import Labels
from insights.groupings.spreading import Floats, Mark, Spread
from partners.vocabulary import FieldType
from segments.rules.writing import Rule, every, leaf, never, some

SHALLOWEST, DEEPEST = 2, 5
GOOD = 0.96
"""Fidelity at which a tree need not be deeper."""
LEAST_BRANCH = 0.005
"""Share of all below which a branch is not split off."""
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class _Range:
    """What a branch has asked of one quantity so far: above one value, up to another."""

    above: float | None = None
    up_to: float | None = None
    missing: bool = False
    """Those without a value are in it."""
    lacks: bool = False
    """Only those are."""
    present: bool = False
    """All that have a value are in it, as far as the bounds let them."""


@dataclass(frozen=True, slots=True)
class _Branch:
    """What leads to a leaf of the tree."""

    ranges: dict[int, _Range] = field(default_factory=dict)
    """By the place of the mark."""


def rules(spread: Spread, labels: Labels) -> list[Rule]:
    """A rule for each group, in the order of the labels. The shallowest tree that is good enough; else the best one."""
    best = _grow(spread.raw, labels, SHALLOWEST)
    best_fidelity = float((best.predict(spread.raw) == labels).mean())
    for depth in range(SHALLOWEST + 1, DEEPEST + 1):
        if best_fidelity >= GOOD:
            break
        tree = _grow(spread.raw, labels, depth)
        fidelity = float((tree.predict(spread.raw) == labels).mean())
        if fidelity > best_fidelity + 0.002:
            best, best_fidelity = tree, fidelity
    branches: dict[int, list[Rule]] = {group: [] for group in range(int(labels.max()) + 1)}
    for group, branch in _walk(best.tree_, 0, _Branch(), spread.raw):
        branches[group].append(_rule(branch, spread.marks))
    return [_any(found) for _, found in sorted(branches.items())]


def _grow(raw: Floats, labels: Labels, depth: int) -> Any:
    from sklearn.tree import DecisionTreeClassifier

    smallest = max(3, int(LEAST_BRANCH * len(raw)))
    return DecisionTreeClassifier(max_depth=depth, min_samples_leaf=smallest, random_state=0).fit(raw, labels)


def _walk(tree: Any, node: int, branch: _Branch, raw: Floats) -> Iterator[tuple[int, _Branch]]:
    """Every leaf with its group and what leads to it."""
    left, right = int(tree.children_left[node]), int(tree.children_right[node])
    groups = _groups(tree, node)
    if len(groups) == 1:  # a leaf, or a question that changes nothing
        yield groups.pop(), branch
        return
    mark, threshold = int(tree.feature[node]), float(tree.threshold[node])
    known = raw[:, mark][~np.isnan(raw[:, mark])]
    gaps = bool(np.isnan(raw[:, mark]).any())
    missing_left = gaps and bool(tree.missing_go_to_left[node])
    for side, child in (("left", left), ("right", right)):
        yield from _walk(tree, child, _step(branch, mark, known, threshold, side, missing_left, gaps), raw)


def _groups(tree: Any, node: int) -> set[int]:
    """The groups that the leaves below a node stand for."""
    left, right = int(tree.children_left[node]), int(tree.children_right[node])
    return {int(np.argmax(tree.value[node][0]))} if left == -1 else _groups(tree, left) | _groups(tree, right)


def _step(
    branch: _Branch, mark: int, known: Floats, threshold: float, side: str, missing_left: bool, gaps: bool
) -> _Branch:
    ranges = dict(branch.ranges)
    before = ranges.get(mark)
    goes = gaps and (missing_left == (side == "left"))
    missing = goes and (before is None or before.missing)
    now = before or _Range()
    if np.isinf(threshold):  # the tree parts those without a value from all others
        ranges[mark] = replace(now, missing=missing, lacks=goes, present=not goes)
        return replace(branch, ranges=ranges)
    at = _short(known, threshold)
    ranges[mark] = (
        replace(now, up_to=at, missing=missing) if side == "left" else replace(now, above=at, missing=missing)
    )
    return replace(branch, ranges=ranges)


def _short(known: Floats, threshold: float) -> float:
    """The shortest number that divides the values like the threshold: from the largest below it to before the next."""
    below, beyond = known[known <= threshold].max(), known[known > threshold].min()
    for digits in range(-12, 7):
        step = 10.0**-digits
        short = np.floor(threshold / step) * step
        for candidate in (short, short + step):
            rounded = round(float(candidate), max(digits, 0))
            if below <= rounded < beyond:
                return rounded
    return float(below)


def _rule(branch: _Branch, marks: tuple[Mark, ...]) -> Rule:
    conditions: list[Rule] = []
    wanted: dict[str, dict[bool, list[str]]] = {}
    for place, asked in branch.ranges.items():
        mark = marks[place]
        if mark.value:
            has = asked.above is not None
            wanted.setdefault(mark.field.name, {True: [], False: []})[has].append(mark.value)
        else:
            conditions += _conditions(mark, asked)
    types = {mark.field.name: mark.field.type for mark in marks}
    for name, values in wanted.items():
        conditions += _choices(name, types[name], values)
    return every(*conditions) if conditions else {"everyone": True}


def _choices(name: str, kind: FieldType, values: dict[bool, list[str]]) -> Iterator[Rule]:
    if kind == FieldType.MULTI_CHOICE:
        if values[True]:
            yield leaf(name, "containsAll", sorted(values[True]))
        if values[False]:
            yield leaf(name, "containsNone", sorted(values[False]))
    elif values[True]:  # a single choice that is one value is none of the others
        yield leaf(name, "=", values[True][0])
    else:
        yield leaf(name, "notIn", sorted(values[False]))


def _conditions(mark: Mark, asked: _Range) -> Iterator[Rule]:
    if asked.lacks:
        yield leaf(mark.field.name, "null")
        return
    if asked.present and asked.above is None and asked.up_to is None:  # a bound asks for a value by itself
        yield leaf(mark.field.name, "notNull")
    for operator, bound in ((">", asked.above), ("<=", asked.up_to)):
        if bound is None:
            continue
        if mark.field.type == FieldType.BOOLEAN:
            yield leaf(mark.field.name, "=", operator == ">") | ({"missing": "match"} if asked.missing else {})
        else:
            yield leaf(mark.field.name, operator, _value(mark, bound)) | ({"missing": "match"} if asked.missing else {})


def _value(mark: Mark, bound: float) -> Any:
    kind = mark.field.type
    if kind == FieldType.ORDERED_CHOICE:
        return mark.field.choices[int(np.floor(bound))].value
    if kind == FieldType.DATE:
        return (_EPOCH + timedelta(days=int(np.floor(bound)))).isoformat()
    places = 2 if kind == FieldType.MONEY else 6
    number = Decimal(repr(round(bound, places))).normalize()
    return f"{number:f}"


def _any(branches: list[Rule]) -> Rule:
    if not branches:
        return never({"everyone": True})
    return branches[0] if len(branches) == 1 else some(*branches)
