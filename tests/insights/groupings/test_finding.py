"""Groups that were put there are found, and told apart by rules; where there are none, none are found."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score, silhouette_score

from insights.groupings import telling
from insights.groupings.finding import Groups, Nothing, find
from insights.groupings.ruling import GOOD, rules
from insights.groupings.spreading import spread
from partners.tables import Codes, Scalars, Table
from partners.vocabulary import FieldType
from segments.evaluate import evaluate
from segments.instants import Clock
from segments.rules import parse
from tests.insights.groupings.clouds import field, noise, numbers, planted

CLOCK = Clock(datetime(2026, 11, 21, 12, tzinfo=UTC), ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize("groups", [2, 3, 4])
@pytest.mark.parametrize("seed", range(3))
def test_find__planted_groups__are_found(seed: int, groups: int) -> None:
    table, fields, labels = planted(seed, groups)
    found = find(spread(table, fields))
    assert isinstance(found, Groups)
    assert found.count == groups
    assert adjusted_rand_score(labels, found.labels) >= 0.9
    assert (np.diff(np.bincount(found.labels)) <= 0).all()


@pytest.mark.parametrize("groups", [2, 3, 4])
@pytest.mark.parametrize("seed", range(3))
def test_rules__of_planted_groups__tell_them_apart(seed: int, groups: int) -> None:
    table, fields, _ = planted(seed, groups)
    points = spread(table, fields)
    found = find(points)
    assert isinstance(found, Groups)
    words = {each.name: each for each in fields}
    written = [parse(rule, words) for rule in rules(points, found.labels)]
    verdicts = np.array([evaluate(node, table, vocabulary=words, clock=CLOCK) for node in written])
    fidelity = (verdicts[found.labels, np.arange(len(table))] & (verdicts.sum(axis=0) == 1)).mean()
    assert fidelity >= 0.95


@pytest.mark.parametrize("sort", range(4))
@pytest.mark.parametrize("seed", [100, 200, 300])
def test_find__noise__says_that_there_is_nothing(seed: int, sort: int) -> None:
    found = find(noise(seed, sort))
    assert isinstance(found, Nothing)
    assert "one cloud" in found.reason


def test_find__silhouette__is_that_of_the_groups() -> None:
    table, fields, _ = planted(1)
    points = spread(table, fields)
    found = find(points)
    assert isinstance(found, Groups)
    assert found.silhouette == pytest.approx(silhouette_score(points.points, found.labels))


@pytest.mark.parametrize(
    ("values", "said"),
    [(np.arange(10.0), "40 or more"), (np.ones(100), "same values")],
)
def test_find__nothing_to_go_by__says_why(values: np.ndarray, said: str) -> None:
    found = find(spread(Table(np.arange(len(values)), {"a": numbers(values)}), [field("a")]))
    assert isinstance(found, Nothing)
    assert said in found.reason


def test_spread__one_giant__is_no_group_of_its_own() -> None:
    values = np.concatenate([np.random.default_rng(1).normal(50, 5, 200), [1e9]])
    points = spread(Table(np.arange(201), {"a": numbers(values)}), [field("a")])
    assert points.points.max() <= 3
    assert points.raw.max() == 1e9


def test_rules__dates_and_ordered_choices__are_said_in_their_own_words() -> None:
    count = 200
    late = np.arange(count) % 2 == 0
    days = np.where(late, 20_000, 10_000) + np.arange(count)
    table = Table(
        np.arange(count),
        {
            "joined": Scalars(days, np.ones(count, dtype=bool)),
            "tier": Codes(np.where(late, 2, 0).astype(np.int32), ["silver", "gold", "platinum"]),
        },
    )
    fields = [field("joined", FieldType.DATE), field("tier", FieldType.ORDERED_CHOICE, "silver", "gold", "platinum")]
    words = {each.name: each for each in fields}
    for chosen in (fields[:1], fields[1:]):
        points = spread(table, chosen)
        for rule, group in zip(rules(points, late.astype(np.int64)), (0, 1), strict=True):
            verdict = evaluate(parse(rule, words), table, vocabulary=words, clock=CLOCK)
            assert (verdict == (late == bool(group))).all()


@pytest.mark.parametrize("seed", range(4))
def test_rules__groups_that_only_a_missing_value_tells_apart__ask_for_it(seed: int) -> None:
    """Among those with many deals the group hangs on whether a size is known: no threshold parts them."""
    chance = np.random.default_rng(seed)
    count = 400
    missing, deals = chance.random(count) < 0.4, chance.random(count) * 100
    table = Table(
        np.arange(count), {"employees": numbers(chance.random(count) * 1000, missing), "deals": numbers(deals)}
    )
    fields = [field("employees"), field("deals")]
    words = {each.name: each for each in fields}
    for labels in (missing, missing & (deals > 50), ~missing & (deals > 50)):
        written = rules(spread(table, fields), labels.astype(np.int64))
        for rule, group in zip(written, (0, 1), strict=True):
            verdict = evaluate(parse(rule, words), table, vocabulary=words, clock=CLOCK)
            assert (verdict == (labels == bool(group))).mean() >= GOOD


def test_traits__a_group_of_large_dealers__says_so() -> None:
    table, fields, labels = planted(0)
    points = spread(table, fields)
    said = telling.traits(points, labels == 2)
    assert "high employees" in {trait.words for trait in said}
    own = table.columns["employees"]
    assert isinstance(own, Scalars)
    known = own.present & (labels == 2)
    trait = next(trait for trait in said if trait.words == "high employees")
    assert trait.own == pytest.approx(np.median(own.values[known] / 1e6))
