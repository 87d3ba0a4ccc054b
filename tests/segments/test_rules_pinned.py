"""Each line of the rule language has its tests, and they notice when the line is broken: it is broken here, on purpose."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from _pytest.outcomes import Failed

from partners.tables import Codes, Scalars
from segments import evaluate, folding, instants, matching, percentiles, primitives, ranges
from segments.instants import Clock
from segments.operators import OPERATORS
from segments.ratios import Ratios
from segments.rules import Leaf, parsing, values
from tests.segments import worlds
from tests.segments.test_cases import CASES, check

TESTS = Path(__file__).resolve().parents[1]
LANGUAGE = TESTS.parent / "docs" / "rules.md"
NUMBER = re.compile(r"test_rule_(\d\d)__\w+__?\w+")
Break = Callable[[pytest.MonkeyPatch], None]


def lines() -> list[str]:
    """The numbers of the language's lines."""
    return [f"{int(number):02}" for number in re.findall(r"^(\d+)\. ", LANGUAGE.read_text(), re.MULTILINE)]


def counted() -> Counter[str]:
    """Tests and cases by number; a test function counts once, however many cases it has beside those of the files."""
    found: Counter[str] = Counter()
    for file in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef) and (match := NUMBER.fullmatch(node.name)):
                found[match.group(1)] += 1
    for file in CASES.glob("[0-9][0-9]_*.json"):
        found[file.name[:2]] += len(json.loads(file.read_text())["cases"])
    return found


def test_language__every_line__has_several_tests_of_its_number() -> None:
    found = counted()
    assert lines() == [f"{number:02}" for number in range(1, 16)]
    assert {number: found[number] for number in lines() if found[number] < 4} == {}
    assert set(found) == set(lines()), "a test of a number that no line has"


def test_language__every_file_of_cases__is_run() -> None:
    run = (TESTS / "segments" / "test_cases.py").read_text()
    assert [file.name for file in CASES.glob("*.json") if f'@of("{file.name}")' not in run] == []


# --- each way to break a line ----------------------------------------------------------------------------------------


def negatives_want_a_value(patch: pytest.MonkeyPatch) -> None:
    real = evaluate.Evaluator._leaf

    def leaf(self: Any, node: Leaf) -> Any:
        is_plain = node.missing is None and OPERATORS[node.operator].is_negative and node.operator != "null"
        return real(self, replace(node, missing="no_match") if is_plain else node)

    patch.setattr(evaluate.Evaluator, "_leaf", leaf)


def not_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    real = parsing.Group
    patch.setattr(parsing, "Group", lambda combinator, rules, negated: real(combinator, rules, False))


def missing_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    real = evaluate.Evaluator._leaf
    patch.setattr(evaluate.Evaluator, "_leaf", lambda self, node: real(self, replace(node, missing=None)))


def nought_is_missing(patch: pytest.MonkeyPatch) -> None:
    real = primitives.present
    patch.setattr(primitives, "present", lambda c: real(c) & (c.values != 0) if isinstance(c, Scalars) else real(c))


def the_word_null_is_missing(patch: pytest.MonkeyPatch) -> None:
    real = primitives.present

    def present(column: Any) -> Any:
        if isinstance(column, Codes) and "null" in column.dictionary:
            return real(column) & (column.codes != column.dictionary.index("null"))
        return real(column)

    patch.setattr(primitives, "present", present)


def all_is_present(patch: pytest.MonkeyPatch) -> None:
    real = primitives.present
    patch.setattr(primitives, "present", lambda column: np.ones_like(real(column)))


def sentinels_compare(patch: pytest.MonkeyPatch) -> None:
    real = worlds._column

    def column(values_: Any, about: Any) -> Any:
        made = real(values_, about)
        return Scalars(made.values, np.ones_like(made.present)) if isinstance(made, Scalars) else made

    patch.setattr(worlds, "_column", column)


def accents_matter(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(matching, "loose_cached", lambda text: text.strip().lower())


def case_is_never_exact(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(matching, "exact", matching.loose)


def words_are_patterns(patch: pytest.MonkeyPatch) -> None:
    real = matching._test

    def test(operator: str, wanted: tuple[str, ...]) -> Any:
        like = "".join({"%": ".*", "_": ".", "*": ".*"}.get(letter, letter) for letter in wanted[0])
        return (lambda entry: re.search(like, entry)) if operator == "contains" else real(operator, wanted)

    patch.setattr(matching, "_test", test)


def numbers_are_floats(patch: pytest.MonkeyPatch) -> None:
    real = ranges._extent

    def extent(value: Any, about: Any, clock: Any) -> Any:
        if about.type in ranges.SCALE and not isinstance(value, bool):
            scaled = int(float(value) * ranges.SCALE[about.type])
            return scaled, scaled + 1
        return real(value, about, clock)

    patch.setattr(ranges, "_extent", extent)


def anything_converts(patch: pytest.MonkeyPatch) -> None:
    reader = lambda raw, field, saved, loosely: str(raw)
    patch.setattr(values, "_READERS", dict.fromkeys(values._READERS, reader))


def between_leaves_out_its_end(patch: pytest.MonkeyPatch) -> None:
    real = ranges.ranges_of

    def wrong(leaf: Leaf, about: Any, clock: Any) -> Any:
        if OPERATORS[leaf.operator].positive != "between":
            return real(leaf, about, clock)
        ends = [ranges._extent(value, about, clock) for value in ranges._values(leaf)]
        return ((ends[0][0], ends[1][0]),)

    patch.setattr(evaluate, "ranges_of", wrong)
    patch.setattr(matching, "ranges_of", wrong)


def swapped_ends_are_taken(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(values, "_read_pair", lambda raw, operator, field, one: tuple(sorted(map(one, raw[:2]), key=str)))


def days_are_those_of_utc(patch: pytest.MonkeyPatch) -> None:
    real = instants.day_start
    patch.setattr(instants, "day_start", lambda day, zone: real(day, instants.UTC))


def windows_begin_with_a_day(patch: pytest.MonkeyPatch) -> None:
    real = instants._rolled
    wrong = lambda window, clock, sign: instants.day_start(real(window, clock, sign).date(), clock.zone)
    patch.setattr(instants, "_rolled", wrong)


def today_is_in_calendar_windows(patch: pytest.MonkeyPatch) -> None:
    real = instants._unit_start
    wrong = lambda clock, unit: instants._move(real(clock, unit), unit, 1)
    patch.setattr(instants, "_unit_start", wrong)


def leap_days_have_no_anniversary(patch: pytest.MonkeyPatch) -> None:
    real = instants.anniversary_span

    def wrong(first: Any, last: Any, year: int) -> Any:
        low, high = real(first, last, year)
        return (low, high.replace(day=28)) if (high.month, high.day) == (2, 29) else (low, high)

    patch.setattr(instants, "anniversary_span", wrong)


def zones_of_segments_are_ignored(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Clock, "at", lambda self, zone: self)


def years_begin_in_january(patch: pytest.MonkeyPatch) -> None:
    real = instants._unit_start
    patch.setattr(instants, "_unit_start", lambda clock, unit: real(replace(clock, year_start=1), unit))


def no_rows_count_nothing(patch: pytest.MonkeyPatch) -> None:
    real = folding.fold

    def fold(aggregate: Any, *rest: Any, **more: Any) -> Any:
        found = real(aggregate, *rest, **more)
        return Scalars(found.values, found.values != 0) if aggregate.function in ("count", "sum") else found

    from segments import relating

    patch.setattr(relating, "fold", fold)


def shares_of_nothing_are_0(patch: pytest.MonkeyPatch) -> None:
    real = folding._ratio

    def ratio(above: Any, below: Any, scale: int = 1) -> Any:
        found = real(above, below, scale)
        return Ratios(found.values, np.ones(len(below), dtype=np.bool_), found.denominators, scale)

    patch.setattr(folding, "_ratio", ratio)


def windows_of_aggregates_are_ignored(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(folding, "_dated", lambda *_: None)


def the_future_is_latest(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(folding, "_until", lambda *_: 2**62)


def the_tie_at_the_edge_is_cut(patch: pytest.MonkeyPatch) -> None:
    def top(found: Any, groups: Any, percent: Any) -> Any:
        taken = np.zeros(len(found), dtype=np.bool_)
        for group in set(groups.tolist()):
            mine = np.flatnonzero(groups == group)
            best = mine[np.argsort(-found[mine], kind="stable")]
            taken[best[: int(len(best) * percent / 100)]] = True
        return taken

    patch.setattr(percentiles, "top", top)


def groups_are_not_kept_apart(patch: pytest.MonkeyPatch) -> None:
    real = percentiles.top
    patch.setattr(percentiles, "top", lambda found, groups, percent: real(found, groups * 0, percent))


def any_depth_is_taken(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(parsing, "MAX_DEPTH", 9)


def every_operator_goes_with_every_type(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(parsing, "operators_of", lambda kind: tuple(OPERATORS.values()))


def what_says_nothing_is_dropped(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(parsing.Parser, "keys", lambda *_: None)


BROKEN: list[tuple[str, Break]] = [
    ("01", negatives_want_a_value),
    ("01", not_is_forgotten),
    ("01", missing_is_forgotten),
    ("02", nought_is_missing),
    ("02", the_word_null_is_missing),
    ("02", all_is_present),
    ("03", sentinels_compare),
    ("03", negatives_want_a_value),
    ("04", accents_matter),
    ("04", case_is_never_exact),
    ("04", words_are_patterns),
    ("05", numbers_are_floats),
    ("05", anything_converts),
    ("06", between_leaves_out_its_end),
    ("06", swapped_ends_are_taken),
    ("06", days_are_those_of_utc),
    ("07", windows_begin_with_a_day),
    ("07", today_is_in_calendar_windows),
    ("07", leap_days_have_no_anniversary),
    ("07", zones_of_segments_are_ignored),
    ("07", years_begin_in_january),
    ("08", no_rows_count_nothing),
    ("08", shares_of_nothing_are_0),
    ("08", windows_of_aggregates_are_ignored),
    ("08", the_future_is_latest),
    ("09", the_tie_at_the_edge_is_cut),
    ("09", groups_are_not_kept_apart),
    ("10", any_depth_is_taken),
    ("10", every_operator_goes_with_every_type),
    ("10", what_says_nothing_is_dropped),
]


@pytest.mark.parametrize(("number", "breaking"), BROKEN, ids=[f"{number}-{each.__name__}" for number, each in BROKEN])
def test_cases__line_broken__some_of_its_number_fail(
    number: str, breaking: Break, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert failing(number) == []
    ranges._anniversaries.cache_clear()
    breaking(monkeypatch)
    noticed = failing(number)
    ranges._anniversaries.cache_clear()
    assert noticed, "no case notices"


def failing(number: str) -> list[str]:
    """The cases of a number that do not come out as written."""
    found = []
    for file in sorted(CASES.glob(f"{number}_*.json")):
        told = json.loads(file.read_text())
        world = {key: value for key, value in told.items() if key != "cases"}
        for case in told["cases"]:
            try:
                check(world, case)
            except (Exception, Failed):
                found.append(case["name"])
    return found
