"""The semantics of the rule language, line by line. What each line means is written in `cases/*.json`."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from segments.instants import Clock
from segments.percentiles import ranked_leaves
from segments.rules import RuleInvalid, parse, to_json
from segments.sentences import phrase
from tests.segments.worlds import fields, world_of

CASES = Path(__file__).parent / "cases"
NOON = "2026-11-21T12:00:00Z"


def of(file: str) -> Callable[[Any], Any]:
    """Run a test once per case of a file."""
    told = json.loads((CASES / file).read_text())
    world = {key: value for key, value in told.items() if key != "cases"}
    return pytest.mark.parametrize(
        ("world", "case"), [pytest.param(world, case, id=case["name"]) for case in told["cases"]]
    )


def check(world: dict[str, Any], case: dict[str, Any]) -> None:
    """The rule matches exactly these records, or is stored like this, or is refused for exactly these reasons."""
    told = world_of(world)
    if "errors" in case:
        with pytest.raises(RuleInvalid) as refusal:
            told.parse(case["rule"])
        found = [(error.pointer, error.code) for error in refusal.value.errors]
        assert found == [(error["pointer"], error["code"]) for error in case["errors"]], refusal.value.errors
        for error, wanted in zip(refusal.value.errors, case["errors"], strict=True):
            assert wanted["says"] in error.detail
        return
    zone = case.get("segment_zone", "")
    node = told.parse(case["rule"], zone)
    stored = to_json(node)
    assert told.parse(json.loads(json.dumps(stored)), zone) == node, "what is stored reads back as the same rule"
    if "stored" in case:
        assert json.dumps(stored, sort_keys=True) == json.dumps(case["stored"], sort_keys=True)
        return
    as_of = datetime.fromisoformat(world.get("as_of", NOON)).astimezone(UTC)
    clock = Clock(as_of, ZoneInfo(world.get("zone", "UTC")), world.get("year_start", 1))
    if "sentence" in case:
        words = phrase(node, told.words, clock=clock)
        assert words == case["sentence"]
    names = list(world["records"])
    records = [world["records"][name] for name in names]
    mask = told.true_of(node, records, clock)
    assert sorted(name for name, found in zip(names, mask, strict=True) if found) == sorted(case["matches"])
    if ranked_leaves(node):  # true of one among all of them, and of nobody alone
        return
    for name, record in world["records"].items():
        assert told.true_of(node, [record], clock) == [name in case["matches"]], f"{name} alone"


@of("01_two_valued.json")
def test_rule_01__two_valued(world: dict[str, Any], case: dict[str, Any]) -> None:
    check(world, case)


@of("02_missing.json")
def test_rule_02__what_is_missing(world: dict[str, Any], case: dict[str, Any]) -> None:
    check(world, case)


@of("03_comparisons_skip_missing.json")
def test_rule_03__comparisons_never_match_a_missing_value(world: dict[str, Any], case: dict[str, Any]) -> None:
    check(world, case)


@of("04_text.json")
def test_rule_04__text_compares_loosely_unless_told_otherwise(world: dict[str, Any], case: dict[str, Any]) -> None:
    check(world, case)


@of("05_conversion.json")
def test_rule_05__values_are_converted_at_save_and_exact(world: dict[str, Any], case: dict[str, Any]) -> None:
    check(world, case)


@of("06_between_and_days.json")
def test_rule_06__between_includes_both_ends_and_a_date_is_its_local_day(
    world: dict[str, Any], case: dict[str, Any]
) -> None:
    check(world, case)


@of("07_relative.json")
def test_rule_07__windows_of_time(world: dict[str, Any], case: dict[str, Any]) -> None:
    check(world, case)


@of("07_anniversaries.json")
def test_rule_07__anniversaries(world: dict[str, Any], case: dict[str, Any]) -> None:
    check(world, case)


@of("07_fiscal_year.json")
def test_rule_07__calendar_years_begin_when_the_organisation_says(world: dict[str, Any], case: dict[str, Any]) -> None:
    check(world, case)


@of("07_zones.json")
def test_rule_07__days_are_those_of_the_segments_zone(world: dict[str, Any], case: dict[str, Any]) -> None:
    check(world, case)


@of("07_midnights.json")
def test_rule_07__days_without_midnight_and_with_two(world: dict[str, Any], case: dict[str, Any]) -> None:
    check(world, case)


@of("08_growth.json")
def test_rule_08__growth_from_nothing_from_0_and_from_below(world: dict[str, Any], case: dict[str, Any]) -> None:
    check(world, case)


@of("08_aggregates.json")
def test_rule_08__aggregates_of_related_records(world: dict[str, Any], case: dict[str, Any]) -> None:
    check(world, case)


@of("09_percentiles.json")
def test_rule_09__percentiles_and_ties(world: dict[str, Any], case: dict[str, Any]) -> None:
    check(world, case)


@of("10_aggregates_refused.json")
def test_rule_10__aggregates_refused_at_save_with_what_would_be_right(
    world: dict[str, Any], case: dict[str, Any]
) -> None:
    check(world, case)


@of("10_refused.json")
def test_rule_10__refused_at_save_with_what_would_be_right(world: dict[str, Any], case: dict[str, Any]) -> None:
    check(world, case)


@of("sets.json")
def test_multi_choice(world: dict[str, Any], case: dict[str, Any]) -> None:
    check(world, case)


def test_rule_10__more_than_250_nodes__refused() -> None:
    vocabulary = fields({"name": "text"})
    leaf = {"field": "name", "operator": "=", "value": "x"}
    parse({"combinator": "or", "rules": [leaf] * 249}, vocabulary)
    with pytest.raises(RuleInvalid) as refusal:
        parse({"combinator": "or", "rules": [leaf] * 250}, vocabulary)
    assert [(error.pointer, error.code) for error in refusal.value.errors] == [("", "too_many_nodes")]


def test_rule_10__more_than_10_000_values__refused() -> None:
    vocabulary = fields({"name": "text", "employees": "number"})
    most = {"field": "name", "operator": "in", "value": [f"n{number}" for number in range(10_000)]}
    parse(most, vocabulary)
    more = {"field": "employees", "operator": "notIn", "value": list(range(10_001))}
    with pytest.raises(RuleInvalid) as refusal:
        parse({"combinator": "and", "rules": [most, more]}, vocabulary)
    assert [(error.pointer, error.code) for error in refusal.value.errors] == [("/rules/1", "too_many_values")]


def test_parse__thousands_of_groups_in_each_other__refused_without_falling_over() -> None:
    rule: Any = {"everyone": True}
    for _ in range(5_000):
        rule = {"combinator": "and", "rules": [rule]}
    with pytest.raises(RuleInvalid):
        parse(rule, {})


def test_parse__choice_taken_off_the_list_since__stored_rule_still_holds_but_no_comparison() -> None:
    before = fields({"tier": "ordered_choice: silver, gold, platinum"})
    after = fields({"tier": "ordered_choice: silver, gold"})
    among = parse({"field": "tier", "operator": "in", "value": ["gold", "platinum"]}, before)
    assert parse(to_json(among), after, saved=True) == among
    with pytest.raises(RuleInvalid):
        parse(to_json(among), after)
    above = {"field": "tier", "operator": ">=", "value": "platinum"}
    with pytest.raises(RuleInvalid):
        parse(above, after, saved=True)
