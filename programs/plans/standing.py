"""How a goal stands. Pure values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

LABELS = {
    "reached": "Reached",
    "on_track": "On track",
    "behind": "Behind",
    "missed": "Missed",
    "open": "Open",
    "unknown": "Not known",
}
KINDS = {"reached": "good", "on_track": "accent", "behind": "warn", "missed": "bad"}
"""The colour of a badge."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a goal is, and what that means today."""

    state: str
    share: int | None = None
    """Per cent of the target, at most 100; None where nothing is counted."""

    @property
    def label(self) -> str:
        """In a word."""
        return LABELS[self.state]

    @property
    def kind(self) -> str:
        """The colour of its badge."""
        return KINDS.get(self.state, "")


def of_number(
    *, actual: Decimal | None, target: Decimal, starts_on: date, due_on: date, today: date, adds_up: bool
) -> Standing:
    """Of a goal that is counted. One that adds up is behind when it is further from the target than the time has gone."""
    if actual is None:
        return Standing("unknown")
    share = 100 if target <= 0 else max(0, min(100, int(actual * 100 / target)))
    if actual >= target:
        return Standing("reached", share)
    if today > due_on:
        return Standing("missed", share)
    if not adds_up or today < starts_on:
        return Standing("open", share)
    days = (due_on - starts_on).days + 1
    gone = (today - starts_on).days + 1
    return Standing("on_track" if actual * days >= target * gone else "behind", share)


def of_words(*, reached_on: date | None, due_on: date, today: date) -> Standing:
    """Of a goal that people tick off."""
    if reached_on is not None:
        return Standing("reached")
    return Standing("missed" if today > due_on else "open")
