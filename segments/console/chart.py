"""A line over time, placed for drawing: points for SVG, words for its edges. Pure values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH = 600
HEIGHT = 160


@dataclass(frozen=True, slots=True)
class Chart:
    """What a template draws: the line in a box of WIDTH × HEIGHT, and the figures beside it, greatest first."""

    line: str
    area: str
    ticks: tuple[int, ...]
    days: tuple[date, ...]


def chart(days: Sequence[date], values: Sequence[int]) -> Chart | None:
    """The line through the values, evenly spaced; None for fewer than two, which are no line."""
    if len(values) < 2:
        return None
    low, high = _bounds(min(values), max(values))
    step = WIDTH / (len(values) - 1)
    line = " ".join(
        f"{place * step:.1f},{HEIGHT - (value - low) / (high - low) * HEIGHT:.1f}" for place, value in enumerate(values)
    )
    shown = tuple(dict.fromkeys((days[0], days[len(days) // 2], days[-1])))
    return Chart(line, f"0,{HEIGHT} {line} {WIDTH},{HEIGHT}", (high, (high + low) // 2, low), shown)


def _bounds(low: int, high: int) -> tuple[int, int]:
    """Round figures around the values, an even number of steps apart; from nought where the values come near it."""
    if low < high / 2 or high < 10:
        low = 0
    step = 10 ** max(0, math.floor(math.log10(max(high - low, 2))) - 1) * 2
    below, above = low // step * step, -(-max(high, low + 1) // step) * step
    return below, max(above, below + step)
