"""The profile that sets the best partners apart, and how well anybody fits it. Pure: NumPy in, numbers out.

For each value v of a criterion (a partner type, a specialisation, a class of size …), over those whose value is known:

    b(v) = share of the best that have it          o(v) = share of the others that have it
    z(v) = (b(v) − o(v)) in standard errors: two proportions by the pooled normal test (Pearson 1900)
    strength s(v) = log₂(b(v) ÷ o(v)), no further from 0 than BOUND, times 1 − 1 ÷ z(v)² or 0 where that is negative

The logarithm of the lift of association rules (Brin, Motwani, Ullman and Tsur 1997), so that twice and half as common
weigh the same: 1 and −1. It is drawn towards 0 by the positive part of James and Stein's factor (1961): a difference no
greater than its standard error counts nothing, one of three times that counts eight ninths. A value of which fewer than
EXPECTED are expected on either side has no z (Cochran 1954) and counts nothing.

There is a profile at all only if some value differs by more than chance: |z| beyond what CHANCE, divided by the number of
values tested (Bonferroni), allows. When the best are like the others, nothing does in 19 of 20 cases, and all s are 0.

    S = sum over the criteria of (mean of s over the values held)          fit = 1 ÷ (1 + 2^−S)

The weights of evidence add up (Good 1950), and the fit is what they come to where best and others are as many: ½ is as
often found among the best as among the others, ⅔ twice as often. Criteria go together, so it is a measure of likeness to
rank by, no chance of anything. A criterion that is not known of somebody counts as neither for nor against, so who is
hardly known stays near the middle; who is not known in any that tells something has no fit (NaN).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

BOUND = 2.0
"""Four times as common, or a quarter: beyond that, more of it says no more."""
CHANCE = 0.05
EXPECTED = 5
SLIGHT = 0.05
"""What adds less is no reason worth telling."""


@dataclass(frozen=True, slots=True)
class Held:
    """Who has which values of one criterion, as pairs: `rows` (m,) of partners, `places` (m,) in `labels`, each pair once."""

    label: str
    labels: tuple[str, ...]
    rows: Ints
    places: Ints
    count: int
    """How many partners there are, with a value or without."""

    @property
    def sizes(self) -> Ints:
        """How many values each partner has, shape (count,)."""
        return np.bincount(self.rows, minlength=self.count)


@dataclass(frozen=True, slots=True)
class Traits:
    """What the values of one criterion tell, each of shape (values,): shares of those whose value is known, and strength."""

    best: Floats
    others: Floats
    strength: Floats

    @property
    def tells(self) -> bool:
        """Some value is found more or less often among the best."""
        return bool(self.strength.any())


def profile(criteria: Sequence[Held], best: Mask, others: Mask) -> list[Traits]:
    """What sets the best apart from the others, criterion by criterion. Masks over the partners, shape (n,)."""
    found = [(_shares(each, best), _shares(each, others)) for each in criteria]
    scores = [_difference(*mine, *theirs) for mine, theirs in found]
    tested = sum(int((~np.isnan(each)).sum()) for each in scores)
    beyond = NormalDist().inv_cdf(1 - CHANCE / (2 * max(tested, 1)))
    is_any = any((np.abs(each) > beyond).any() for each in scores)
    return [
        Traits(mine[0], theirs[0], is_any * _lift(mine[0], theirs[0]) * _factor(z))
        for (mine, theirs), z in zip(found, scores, strict=True)
    ]


def _shares(held: Held, among: Mask) -> tuple[Floats, int]:
    """The share with each value of those among them of whom any is known, and how many these are."""
    known = int((among & (held.sizes > 0)).sum())
    counts = np.bincount(held.places[among[held.rows]], minlength=len(held.labels))
    return counts / max(known, 1), known


def _difference(best: Floats, of_best: int, others: Floats, of_others: int) -> Floats:
    """Difference of two shares in standard errors; NaN where too few are expected for it to mean anything."""
    if not of_best or not of_others:
        return np.full(len(best), np.nan)
    pooled = (best * of_best + others * of_others) / (of_best + of_others)
    rarer = np.minimum(pooled, 1 - pooled)
    error = np.sqrt(pooled * (1 - pooled) * (1 / of_best + 1 / of_others))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(rarer * min(of_best, of_others) >= EXPECTED, (best - others) / error, np.nan)


def _lift(best: Floats, others: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.clip(np.nan_to_num(np.log2(best / others), posinf=BOUND, neginf=-BOUND), -BOUND, BOUND)


def _factor(z: Floats) -> Floats:
    """How much of a difference counts, 0 to 1."""
    with np.errstate(divide="ignore"):
        return np.nan_to_num(np.maximum(0.0, 1 - 1 / z**2), nan=0.0)


def fits(criteria: Sequence[Held], traits: Sequence[Traits], count: int) -> Floats:
    """How well each of so many partners fits, 0 to 1, shape (count,); NaN of whom nothing that tells is known."""
    total, known = np.zeros(count), np.zeros(count, dtype=np.bool_)
    for held, trait in zip(criteria, traits, strict=True):
        if not trait.tells:
            continue
        total += np.bincount(held.rows, trait.strength[held.places] / held.sizes[held.rows], minlength=count)
        known |= held.sizes > 0
    return np.where(known, 1 / (1 + np.exp2(-total)), np.nan)


def reasons(criteria: Sequence[Held], traits: Sequence[Traits], wanted: Mask, most: int) -> list[tuple[int, int, int]]:
    """(row, criterion, value) of what moves the fit of the wanted rows, row by row, the strongest first, `most` of each."""
    parts = []
    for place, (held, trait) in enumerate(zip(criteria, traits, strict=True)):
        mine = wanted[held.rows]
        rows, values = held.rows[mine], held.places[mine]
        added = np.abs(trait.strength[values]) / held.sizes[rows]
        parts.append(np.column_stack([rows, np.full(len(rows), place), values, -added])[added > SLIGHT])
    every = np.concatenate(parts) if parts else np.empty((0, 4))
    every = every[np.lexsort((every[:, 2], every[:, 1], every[:, 3], every[:, 0]))]
    starts = np.searchsorted(every[:, 0], every[:, 0], side="left")
    kept = every[np.arange(len(every)) - starts < most, :3].astype(np.int64)
    return [(int(row), int(place), int(value)) for row, place, value in kept]
