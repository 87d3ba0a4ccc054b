"""The linter finds each planted mistake, only that, and is silent where all is well. Principles judge at their bounds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from insights.figures import Figures
from insights.linting import Named, SetFigures, lint, lint_one
from insights.principles import PRINCIPLES, judged, score

GOLD = Named("gold", "Gold", "partner")
HEALTHY = Figures(
    size=0.2,
    count=60,
    said=("objective", "target", "owner"),
    bound=3,
    filled=0.97,
    emptiest=0.94,
    emptiest_field="Tier",
    age_days=40,
    stale_field="Tier",
    exhaustive=1.0,
    exclusive=0.98,
    churn=0.004,
    still_days=2,
    inside=0.8,
    distance=0.6,
    nearest="Silver",
    reachable=0.9,
    worth=1.4,
    revenue_share=0.28,
    seen=0.7,
    agreed=0.3,
    disputed=0.05,
    fields=("tier", "won_revenue_12m"),
    review_days=30,
    age_of_rule=20,
)
SILVER = (Named("silver", "Silver", "partner"), replace(HEALTHY, bound=5))
GOOD_SET = SetFigures("tiers", "Tiers", True, 1.0, 0.96)


def codes(figures: Figures, named: Named = GOLD, others: tuple = (SILVER,), sets: tuple = (GOOD_SET,)) -> list[str]:
    found = lint([(named, figures), *others], sets, {"partner": 300, "customer": 3000})
    alone = lint_one(named, figures, {other.slug: (other, theirs) for other, theirs in others})
    assert alone == [finding for finding in found if finding.slug == named.slug and not finding.is_set]
    return [finding.code for finding in found]


def test_lint__healthy_set__is_silent() -> None:
    assert codes(HEALTHY) == []
    assert codes(replace(HEALTHY, review_days=0), sets=(SetFigures("t", "T", False, 1.0, 0.9),)) == []


@pytest.mark.parametrize(
    ("planted", "code"),
    [
        ({"count": 0, "size": 0.0}, "empty"),
        ({"count": 4, "size": 0.013}, "tiny"),
        ({"count": 90, "size": 0.0009}, "tiny"),
        ({"size": 0.93, "count": 280}, "almost_all"),
        ({"twins": (("silver", 0.95),)}, "twin"),
        ({"bound": 0}, "unbound"),
        ({"review_days": None}, "unreviewed"),
        ({"review_days": -1}, "overdue"),
        ({"still_days": 181}, "frozen"),
        ({"by_hand": 0.6}, "by_hand"),
        ({"fields": ("country", "employees", "region")}, "demographics"),
        ({"emptiest": 0.3}, "empty_field"),
        ({"age_days": 800.0}, "stale_field"),
    ],
)
def test_lint__one_mistake_planted__is_the_one_that_is_found(planted: dict, code: str) -> None:
    assert codes(replace(HEALTHY, **planted)) == [code]


def test_lint__twins__said_once_at_the_one_that_less_depends_on() -> None:
    silver = (SILVER[0], replace(SILVER[1], twins=(("gold", 0.95),)))
    found = lint([(GOLD, replace(HEALTHY, twins=(("silver", 0.95),))), silver], [], {"partner": 300})
    assert [(finding.slug, finding.other) for finding in found] == [("gold", "silver")]
    assert "keep Silver, on which 5 depend" in found[0].said


def test_lint__demographics__are_called_by_their_labels() -> None:
    (found,) = lint([(GOLD, replace(HEALTHY, fields=("annual_revenue", "partner_type"))), SILVER], [], {"partner": 300})
    assert found.said.startswith("It goes by Annual revenue and Partner type alone")


def test_lint__list_that_nobody_moves_in__is_no_frozen_rule() -> None:
    figures = replace(HEALTHY, still_days=900, by_hand=1.0, fields=(), filled=None, emptiest=None, age_days=None)
    assert codes(figures, replace(GOLD, is_list=True)) == []


@pytest.mark.parametrize(
    ("each", "wanted"),
    [
        (SetFigures("t", "T", True, 0.99, 1.0), ["not_exhaustive"]),
        (SetFigures("t", "T", False, 1.0, 0.8), ["not_exclusive"]),
        (SetFigures("t", "T", True, 0.5, 0.5), ["not_exclusive", "not_exhaustive"]),
        (SetFigures("t", "T", True, 1.0, 1.0), []),
    ],
)
def test_lint__sets__that_leave_out_or_overlap_are_named(each: SetFigures, wanted: list[str]) -> None:
    found = lint([(GOLD, HEALTHY)], [each], {"partner": 300})
    assert sorted(finding.code for finding in found) == wanted
    assert all(finding.is_set and finding.slug == "t" for finding in found)


def test_lint__more_segments_than_anybody_can_look_after__is_said_once() -> None:
    many = [(Named(f"s-{number}", f"S {number}", "partner"), HEALTHY) for number in range(61)]
    assert [finding.code for finding in lint(many, [], {"partner": 100_000})] == ["too_many"]
    few = many[:30]
    assert [finding.code for finding in lint(few, [], {"partner": 140})] == ["too_many"]
    assert lint(few, [], {"partner": 150}) == []


def test_judged__healthy__all_good_and_each_weakness_shows_where_it_is() -> None:
    found = judged(HEALTHY)
    assert [each.principle.name for each in found] == [principle.name for principle in PRINCIPLES]
    assert len(found) == 11
    assert {each.verdict for each in found} == {"good"}
    assert score(found) == 1.0
    weak = {
        "relevant": {"said": (), "bound": 3},
        "actionable": {"bound": 0},
        "measurable": {"filled": 0.5},
        "exhaustive": {"exhaustive": 0.7},
        "exclusive": {"exclusive": 0.6},
        "stable": {"churn": 0.05},
        "homogeneous": {"inside": 1.3},
        "heterogeneous": {"distance": 0.05},
        "accessible": {"reachable": 0.2},
        "profitable": {"worth": 0.3},
        "bought_into": {"disputed": 0.5},
    }
    for name, planted in weak.items():
        bad = [each.principle.name for each in judged(replace(HEALTHY, **planted)) if each.verdict == "bad"]
        assert bad == [name], planted


def test_principles__bounds__are_said_where_the_verdict_changes() -> None:
    said = {principle.name: principle.bounds for principle in PRINCIPLES}
    assert said["measurable"].startswith("good from 85 %, weak below 60 %; of the median age")
    assert "good up to 365 days, weak beyond 730 days" in said["measurable"]
    assert said["exhaustive"] == "good from 99.9 %, weak below 80 %"
    assert said["homogeneous"] == "good up to 0.95, weak beyond 1.15"
    for name, field, values in (
        ("measurable", "filled", (0.85, 0.84, 0.6, 0.59)),
        ("homogeneous", "inside", (0.95, 0.96, 1.15, 1.16)),
        ("measurable", "age_days", (365, 366, 730, 731)),
    ):
        verdicts = [
            each.verdict
            for value in values
            for each in judged(replace(HEALTHY, **{field: value}))  # type: ignore[arg-type]
            if each.principle.name == name
        ]
        assert verdicts == ["good", "warn", "warn", "bad"], name


def test_judged__nothing_known__says_so_rather_than_guess() -> None:
    found = {each.principle.name: each for each in judged(Figures(count=10, bound=1))}
    unknown = {name for name, each in found.items() if each.verdict == ""}
    assert unknown >= {"measurable", "exhaustive", "exclusive", "stable", "homogeneous", "bought_into"}
    assert found["stable"].words == "–"
