"""A segment's health by the field's own principles: each a figure with its formula, its source, a verdict and a way to mend.

Pure: `Figures` is what the night's checkup found of one segment, `judged` says what it means.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from insights.bounds import BAD, GOOD, NONE, WARN, Above, Below, worse
from insights.figures import Figures


@dataclass(frozen=True, slots=True)
class Principle:
    """One principle of good segmentation."""

    name: str
    label: str
    question: str
    formula: str
    source: str
    bounds: str
    """From where on it is good, and from where on weak; between the two it is to watch."""
    value: Callable[[Figures], float | None]
    verdict: Callable[[Figures], str]
    said: Callable[[Figures], str]
    fix: str
    """Name of the address where it is mended."""
    fix_label: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A principle and how the segment stands."""

    principle: Principle
    value: float | None
    words: str
    verdict: str
    said: str


def percent(value: float | None) -> str:
    """A share in words."""
    if value is None:
        return "–"
    return f"{value * 100:.0f} %" if value >= 0.1 or value == 0 else f"{value * 100:.1f} %"


RELEVANCE = Above(1.0, 0.5)
FILLED, AGE = Above(0.85, 0.6), Below(365, 730, "days")
EXHAUSTIVE, EXCLUSIVE = Above(0.999, 0.8), Above(0.9, 0.7)
CHURN = Below(0.01, 0.03)
STILL_DAYS = 180
INSIDE, DISTANCE = Below(0.95, 1.15, ""), Above(0.2, 0.1, "")
REACHABLE = Above(0.7, 0.4)
WORTH, FEWEST = Above(0.9, 0.5, ""), 3
SEEN, DISPUTED = Above(0.4, 0.1), Below(0.2, 0.4)


def relevance(f: Figures) -> float:
    """(objective set + target set + owner named + something depends on it) ÷ 4."""
    return (len(f.said) + (f.bound > 0)) / 4


def _relevant(f: Figures) -> str:
    missing = [word for word in ("objective", "target", "owner") if word not in f.said]
    return f"No {' and no '.join(missing)} yet." if missing else "Objective, target and owner are set."


def _measurable(f: Figures) -> str:
    if f.filled is None:
        return "A list, or a rule that reads no field of the records."
    age = f" The values are {f.age_days:.0f} days old (median)." if f.age_days is not None else ""
    if f.emptiest_field and f.emptiest is not None and f.emptiest < 0.9:
        return f"The emptiest is {f.emptiest_field}: {percent(f.emptiest)} have a value.{age}"
    return f"Its fields are filled.{age}"


def _stable(f: Figures) -> str:
    if f.churn is None:
        return "It is too new to say."
    if f.still_days is not None and f.still_days > STILL_DAYS:
        return f"Nobody entered or left for {f.still_days} days."
    return "Of its members, so many enter or leave a night."


PRINCIPLES = (
    Principle(
        "relevant",
        "Relevant",
        "Does it serve a stated aim?",
        "(objective set + target set + owner named + anything depends on it) ÷ 4",
        "The segment's profile; what names the segment.",
        f"{RELEVANCE}",
        relevance,
        lambda f: RELEVANCE.judge(relevance(f)),
        _relevant,
        "console_segment_profile",
        "Complete the profile",
    ),
    Principle(
        "actionable",
        "Actionable",
        "Does anything happen because of it?",
        "Number of active programmes, plays and journeys, messages and other segments that name it",
        "Targeting of programmes, plays, journeys and messages; rules of segments.",
        "good from one on, weak with none",
        lambda f: float(f.bound),
        lambda f: GOOD if f.bound else BAD,
        lambda f: (
            "Nothing names it: its members get nothing of their own." if not f.bound else "It makes something happen."
        ),
        "console_program_new",
        "Bind a programme to it",
    ),
    Principle(
        "measurable",
        "Measurable",
        "Are the facts it rests on known?",
        "Mean over the stored fields its rule reads of: subjects with a value ÷ all subjects. Worked out figures count as known",
        "The records; the age from when each value was set.",
        f"{FILLED}; of the median age of the values {AGE}; the worse of the two",
        lambda f: f.filled,
        lambda f: worse(FILLED.judge(f.filled), AGE.judge(f.age_days)) if f.filled is not None else NONE,
        _measurable,
        "console_imports",
        "Import newer records",
    ),
    Principle(
        "exhaustive",
        "Exhaustive",
        "Does its set leave nobody out?",
        "Subjects in some segment of its set ÷ all subjects; of several sets, the least",
        "The sets it is in; their members.",
        f"{EXHAUSTIVE}",
        lambda f: f.exhaustive,
        lambda f: EXHAUSTIVE.judge(f.exhaustive),
        lambda f: "It is in no set." if f.exhaustive is None else "So many are in some segment of its set.",
        "console_sets",
        "Look at its set",
    ),
    Principle(
        "exclusive",
        "Exclusive",
        "Is everybody in one place only?",
        "Subjects that match just one segment of its set ÷ subjects that match any; of several sets, the least",
        "The sets it is in; their members, and who gave way in them.",
        f"{EXCLUSIVE}",
        lambda f: f.exclusive,
        lambda f: EXCLUSIVE.judge(f.exclusive),
        lambda f: (
            "It is in no set." if f.exclusive is None else "Of those in its set, so many match one segment alone."
        ),
        "console_sets",
        "Look at its set",
    ),
    Principle(
        "stable",
        "Stable",
        "Do members stay long enough to be worked with?",
        "(entered + left in the last 30 days) ÷ 30 ÷ mean of the members now and 30 days ago",
        "The stays in the segment; its first day does not count.",
        f"{CHURN}; to watch when nobody moved for {STILL_DAYS} days",
        lambda f: f.churn,
        lambda f: WARN if (f.still_days or 0) > STILL_DAYS and f.churn == 0 else CHURN.judge(f.churn),
        _stable,
        "console_segment_edit",
        "Look at the rule",
    ),
    Principle(
        "homogeneous",
        "Homogeneous",
        "Are members alike?",
        "Mean over size, revenue and deals of: standard deviation inside ÷ that of everybody, of logarithms",
        "Employees, annual revenue, won revenue of 12 months, deals won.",
        f"{INSIDE}",
        lambda f: f.inside,
        lambda f: INSIDE.judge(f.inside),
        lambda f: "Too few members to say." if f.inside is None else "Below 1, members are more alike than everybody.",
        "console_segment_edit",
        "Narrow the rule",
    ),
    Principle(
        "heterogeneous",
        "Heterogeneous",
        "Does it differ from the others?",
        "Least distance to another segment: root mean square, over the same facts, of (mean here − mean there) ÷ standard "
        "deviation of everybody",
        "As homogeneous, of all active segments of the same kind.",
        f"{DISTANCE}",
        lambda f: f.distance,
        lambda f: DISTANCE.judge(f.distance),
        lambda f: f"Nearest: {f.nearest}." if f.nearest else "There is no other segment to compare with.",
        "console_segment_overlap",
        "See what it shares",
    ),
    Principle(
        "accessible",
        "Accessible",
        "Can members be reached?",
        "Members with a reachable user ÷ members. Reachable: may sign in, and mail to the address does not come back; of a "
        "customer, a user of a partner that serves it",
        "Team members of the partners; mail that came back.",
        f"{REACHABLE}",
        lambda f: f.reachable,
        lambda f: REACHABLE.judge(f.reachable),
        lambda f: "It has no members." if f.reachable is None else "So many members have somebody we reach.",
        "console_segment_members",
        "Invite their people",
    ),
    Principle(
        "profitable",
        "Profitable",
        "Is it large and valuable enough?",
        "Its share of the won revenue of 12 months ÷ its share of the subjects",
        "The monthly figures, by the members of each day.",
        f"{WORTH}; weak with fewer than three members",
        lambda f: f.worth,
        lambda f: BAD if f.count < FEWEST else WORTH.judge(f.worth),
        lambda f: (
            "Fewer than three members." if f.count < FEWEST else f"It brings {percent(f.revenue_share)} of the revenue."
        ),
        "console_performance",
        "See its performance",
    ),
    Principle(
        "bought_into",
        "Bought into",
        "Do partners recognise themselves?",
        "Partners in it that have seen it ÷ partners in it; beside it, those who dispute it ÷ those who said anything",
        "The portal's page of segments; feedback; disputes of facts that its rule reads.",
        f"of those that have seen it {SEEN}; of those who spoke and dispute it {DISPUTED}; the worse of the two",
        lambda f: f.seen,
        lambda f: NONE if f.seen is None else worse(SEEN.judge(f.seen), DISPUTED.judge(f.disputed)),
        lambda f: (
            "Partners are not shown it."
            if f.seen is None
            else f"{percent(f.agreed)} agreed with it, {percent(f.disputed)} of those who spoke dispute it."
        ),
        "console_insights_voice",
        "Hear what they say",
    ),
)


def _words(principle: Principle, value: float | None) -> str:
    if value is None:
        return "–"
    if principle.name == "actionable":
        return f"{value:.0f}"
    if principle.name in {"homogeneous", "heterogeneous", "profitable"}:
        return f"{value:.2f}"
    return percent(value)


def judged(figures: Figures) -> list[Judged]:
    """Every principle, in order."""
    return [
        Judged(each, each.value(figures), _words(each, each.value(figures)), each.verdict(figures), each.said(figures))
        for each in PRINCIPLES
    ]


def score(found: list[Judged]) -> float | None:
    """Good counts 1, a warning a half; over those that can be said."""
    return _score([each.verdict for each in found])


def score_of(figures: Figures) -> float | None:
    """The same, without the words."""
    return _score([each.verdict(figures) for each in PRINCIPLES])


def _score(verdicts: list[str]) -> float | None:
    said = [verdict for verdict in verdicts if verdict]
    return sum({GOOD: 1.0, WARN: 0.5}.get(verdict, 0.0) for verdict in said) / len(said) if said else None
