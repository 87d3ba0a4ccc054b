"""The steps of a guided set-up, in their order, and why each matters. Pure values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its key is the last part of its address."""

    key: str
    name: str
    title: str
    why: str
    can_pass: bool = False
    """It may be left undone."""


STEPS = (
    Step(
        "objective",
        "Objective",
        "What do you want to reach?",
        "Segments that serve no objective are looked at once and forgotten. Say what shall become better and how you "
        "will see it; every later step leans on this.",
    ),
    Step(
        "data",
        "Data",
        "What do you know already?",
        "Segments are found in your records, so they are only as true as these. Bring in those the objective speaks of; "
        "deals show who sells and who does not.",
    ),
    Step(
        "variables",
        "Variables",
        "What tells them apart?",
        "Choose the few facts that decide how somebody should be treated. A fact that half of the records lack splits "
        "the known from the unknown, and nothing else.",
    ),
    Step(
        "groups",
        "Groups",
        "Who belongs together?",
        "A handful of groups that everybody can name is better than thirty. In order and with “everyone else”, each "
        "record falls into exactly one.",
    ),
    Step(
        "profiles",
        "Profiles",
        "What is each group like?",
        "A name and a count do not tell anybody what to do. What a group needs, and why it should work with you, does.",
    ),
    Step(
        "strategy",
        "Strategy",
        "What does each group get?",
        "A segment works through what its members are offered: content, training, money. A group that gets nothing of "
        "its own need not be a group.",
        can_pass=True,
    ),
    Step(
        "review",
        "Review",
        "What do others say?",
        "Colleagues and partners see what the data does not. Ask before anything is offered; what they say is kept with "
        "each segment.",
        can_pass=True,
    ),
    Step(
        "publish",
        "Publish",
        "Ready to start?",
        "From here on members are found, and kept true by themselves. Partners see what is offered to them within "
        "moments, so look at who enters first.",
    ),
    Step(
        "date",
        "Review date",
        "When do you look again?",
        "Markets move, and a set that nobody looks at is wrong within a year. On this day you are reminded to compare "
        "what came of it with the target.",
    ),
)
BY_KEY = {step.key: step for step in STEPS}


def after(key: str) -> Step:
    """The step behind one; the last is followed by itself."""
    keys = [step.key for step in STEPS]
    return STEPS[min(keys.index(key) + 1, len(STEPS) - 1)]
