"""What changed between two rules, in words."""

from __future__ import annotations

from typing import Any

import pytest

from partners.vocabulary import BUILT_IN, Subject
from segments.differences import differences
from segments.rules import parse
from segments.sentences import phrase

WORDS = {field.name: field for field in BUILT_IN[Subject.PARTNER]}
GOLD = {"field": "tier", "operator": "=", "value": "gold"}
GOLD_OR_PLATINUM = {"field": "tier", "operator": "in", "value": ["gold", "platinum"]}
EMEA = {"field": "region", "operator": "=", "value": "EMEA"}
MSP = {"field": "partner_type", "operator": "=", "value": "msp"}


def group(combinator: str, *rules: Any, negated: bool = False) -> dict[str, Any]:
    return {"combinator": combinator, "not": negated, "rules": list(rules)}


def changed(before: Any, after: Any) -> list[tuple[str, str, str]]:
    one, two = parse(before, WORDS), parse(after, WORDS)
    return [(line.kind, line.before, line.after) for line in differences(one, two, lambda node: phrase(node, WORDS))]


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        (GOLD, GOLD, []),
        (GOLD, GOLD_OR_PLATINUM, [("changed", "Tier is Gold", "Tier is one of Gold or Platinum")]),
        (group("and", GOLD), group("and", GOLD, EMEA), [("added", "", "Region is Europe, Middle East and Africa")]),
        (group("and", GOLD, MSP), group("and", GOLD), [("removed", "Partner type is Managed service provider", "")]),
        (group("and", GOLD, MSP), group("or", GOLD, MSP), [("changed", "all of these", "at least one of these")]),
        (
            group("and", GOLD, MSP),
            group("and", GOLD, MSP, negated=True),
            [("changed", "all of these", "not all of these")],
        ),
        (
            group("and", EMEA, group("or", GOLD, MSP)),
            group("and", EMEA, group("or", GOLD_OR_PLATINUM, MSP)),
            [("changed", "Tier is Gold", "Tier is one of Gold or Platinum")],
        ),
        ({"everyone": True}, GOLD, [("removed", "it is anyone", ""), ("added", "", "Tier is Gold")]),
        (group("and", GOLD, EMEA), group("and", EMEA, GOLD), []),
    ],
)
def test_differences__two_rules__line_by_line(before: Any, after: Any, lines: Any) -> None:
    assert changed(before, after) == lines
