"""What the night's checkup found of one segment. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Figures:
    """What was found of one segment. Shares are 0 to 1; None where it cannot be said."""

    size: float = 0.0
    """Share of all subjects that are members."""
    count: int = 0
    said: tuple[str, ...] = ()
    """Of "objective", "target" and "owner", those that are set."""
    bound: int = 0
    """What depends on it: programmes, plays, journeys, messages and other segments."""
    filled: float | None = None
    """Mean share of subjects with a value, over the fields that the rule reads."""
    emptiest: float | None = None
    emptiest_field: str = ""
    age_days: float | None = None
    """Median age of the values of those fields."""
    stale_field: str = ""
    exhaustive: float | None = None
    """Of all subjects, the share in some segment of its set; of several sets, the least."""
    exclusive: float | None = None
    """Of those who match a segment of its set, the share that match no other; of several sets, the least."""
    churn: float | None = None
    """Entered and left in the last 30 days, a night, of its members."""
    still_days: int | None = None
    """Days since anybody entered or left."""
    inside: float | None = None
    """Spread inside over the spread of everybody; below 1 the members are more alike than everybody."""
    distance: float | None = None
    """To the nearest other segment, in standard deviations of everybody."""
    nearest: str = ""
    reachable: float | None = None
    worth: float | None = None
    """Its share of the revenue of a year over its share of the subjects."""
    revenue_share: float | None = None
    seen: float | None = None
    """Of the partners in it, the share that have seen that they are."""
    agreed: float | None = None
    disputed: float | None = None
    fields: tuple[str, ...] = ()
    """What the rule reads."""
    by_hand: float = 0.0
    """Share of the members let in by hand, and of all kept out by hand, over the members."""
    twins: tuple[tuple[str, float], ...] = ()
    """(slug, likeness) of those with nearly the same members."""
    review_days: int | None = None
    """Days until it is to be reviewed; negative: overdue; None: no day is set."""
    age_of_rule: int = 0
    """Days since it was last published or its profile reviewed."""

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


def figures_of(stored: Mapping[str, Any]) -> Figures:
    """The figures again; what an older checkup did not know is left at its default."""
    known = {each.name for each in fields(Figures)}
    values = {name: value for name, value in stored.items() if name in known}
    for name in ("said", "fields"):
        values[name] = tuple(values.get(name) or ())
    values["twins"] = tuple((str(slug), float(likeness)) for slug, likeness in values.get("twins") or ())
    return Figures(**values)
