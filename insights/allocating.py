"""Where spend and people go beside what could be won, and where a little more or less of them would go further. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from insights.principles import percent

STEP = 0.3
"""No more than this share is moved at once: a suggestion is a step, and the next month shows what came of it."""
CLOSE = 0.02
"""Shares that differ by less are the same."""
QUARTER = 0.75

Floats = npt.NDArray[np.float64]


def potentials(kinds: Sequence[str], sizes: Floats, revenue: Floats) -> Floats:
    """What each partner could win in a year, shape (n,).

    The upper quartile, among partners of the same type that won anything, of won revenue ÷ annual revenue, times the
    partner's own annual revenue; no less than what it won. A partner whose size is not known could win what it won.
    `sizes`: annual revenue, NaN where not known.
    """
    found = revenue.copy()
    known = ~np.isnan(sizes) & (sizes > 0)
    names = np.array(kinds, dtype=object)
    for kind in set(kinds):
        mine = known & (names == kind)
        won = mine & (revenue > 0)
        if won.any():
            rate = float(np.quantile(revenue[won] / sizes[won], QUARTER))
            found[mine] = np.maximum(found[mine], sizes[mine] * rate)
    return found


@dataclass(frozen=True, slots=True)
class Share:
    """One segment's part, in money and people."""

    name: str
    spend: float
    people: float
    revenue: float
    potential: float

    @property
    def open(self) -> float:
        """What could be won and was not."""
        return max(0.0, self.potential - self.revenue)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What to do about the spend of one segment, and why."""

    share: Share
    spend_share: float
    people_share: float
    open_share: float
    change: float
    """In money; 0: leave it."""
    said: str


def suggest(shares: Sequence[Share]) -> list[Suggestion]:
    """Spend follows what could still be won: each segment towards its share of it, by STEP at most, the total unchanged.

    Shares are of the segments given, which may overlap. What is raised is scaled to what is lowered, or the other way
    round, whichever is less.
    """
    spend, people, left = (sum(getattr(share, name) for share in shares) for name in ("spend", "people", "open"))
    wanted = []
    for share in shares:
        goal = spend * share.open / left if left else share.spend
        # One that gets nothing may begin with a step's worth of an even share.
        room = STEP * (share.spend or spend / len(shares))
        near = abs(goal - share.spend) <= CLOSE * spend
        wanted.append(0.0 if near else max(-room, min(room, goal - share.spend)))
    more, less = sum(change for change in wanted if change > 0), -sum(change for change in wanted if change < 0)
    moved = min(more, less)
    found = []
    for share, change in zip(shares, wanted, strict=True):
        scale = moved / more if change > 0 else moved / less if change < 0 else 0.0
        parts = (_part(share.spend, spend), _part(share.people, people), _part(share.open, left))
        found.append(Suggestion(share, *parts, change * scale, _reason(change * scale, *parts)))
    return found


def _part(value: float, whole: float) -> float:
    return value / whole if whole else 0.0


def _reason(change: float, spend: float, people: float, left: float) -> str:
    gets = (
        f"It gets {percent(spend)} of the spend and {percent(people)} of the people, and holds {percent(left)} of what could "
        "still be won"
    )
    if change > 0:
        return f"{gets}: more spend has somewhere to go."
    if change < 0:
        return f"{gets}: some of the spend would go further elsewhere."
    return f"{gets}: leave it as it is."
