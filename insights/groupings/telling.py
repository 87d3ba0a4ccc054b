"""What sets a group apart, in words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from insights.groupings.spreading import Spread
from partners.vocabulary import Field, FieldType

MOST = 4
LEAST_EFFECT = 0.3
"""Standard deviations, or as much of a share, below which a difference is not worth a word."""


@dataclass(frozen=True, slots=True)
class Trait:
    """One difference between a group and everybody else. `own` and `others`: medians, or shares from 0 to 1."""

    label: str
    is_share: bool
    own: float
    others: float
    effect: float
    """For quantities: difference of the medians in standard deviations of everybody. For shares: 3 × the difference."""
    field: Field

    @property
    def words(self) -> str:
        """Such as "high employees" or "mostly reseller"."""
        if self.is_share:
            return f"{'mostly' if self.own > 0.5 else 'often' if self.own > self.others else 'rarely'} {self.label}"
        return f"{'high' if self.own > self.others else 'low'} {self.label}"

    @property
    def figures(self) -> str:
        """Both values, such as "median Silver, others Gold" or "62 %, others 8 %"."""
        own, others = self._shown(self.own), self._shown(self.others)
        return f"{own}, others {others}" if self.is_share else f"median {own}, others {others}"

    def _shown(self, value: float) -> str:
        if np.isnan(value):
            return "not set"
        if self.is_share or self.field.is_share:
            return f"{value * 100:,.0f} %"
        if self.field.type == FieldType.ORDERED_CHOICE:
            return self.field.choices[min(round(value), len(self.field.choices) - 1)].label
        return f"{value:,.0f}" if abs(value) >= 10 or value == round(value) else f"{value:,.1f}"


def traits(spread: Spread, group: npt.NDArray[np.bool_]) -> list[Trait]:
    """The largest differences of a group, shape (n,) of whether in it, to the rest; at most MOST."""
    found = []
    for place, mark in enumerate(spread.marks):
        values = spread.raw[:, place]
        own, others = values[group], values[~group]
        if mark.value or mark.field.type == FieldType.BOOLEAN:
            a, b = _mean(own), _mean(others)
            label = next((c.label for c in mark.field.choices if c.value == mark.value), mark.value) or mark.field.label
            found.append(Trait(label, True, a, b, 3 * (a - b), mark.field))
        else:
            a, b, deviation = _median(own), _median(others), float(np.nanstd(_logged(values)) or 1.0)
            effect = (float(_logged(np.array(a))) - float(_logged(np.array(b)))) / deviation
            found.append(Trait(mark.field.label.lower(), False, a, b, effect, mark.field))
    large = [trait for trait in found if abs(trait.effect) >= LEAST_EFFECT and not np.isnan(trait.effect)]
    return sorted(large, key=lambda trait: -abs(trait.effect))[:MOST]


def name(found: Sequence[Trait], number: int) -> str:
    """A name to begin with, which somebody will change."""
    words = ", ".join(trait.words for trait in found[:2])
    return words[:1].upper() + words[1:] if words else f"Group {number}"


def _mean(values: npt.NDArray[np.float64]) -> float:
    return float(np.nanmean(values)) if len(values) and not np.isnan(values).all() else 0.0


def _median(values: npt.NDArray[np.float64]) -> float:
    return float(np.nanmedian(values)) if len(values) and not np.isnan(values).all() else float("nan")


def _logged(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Sizes differ by factors rather than by sums."""
    return np.sign(values) * np.log1p(np.abs(values))
