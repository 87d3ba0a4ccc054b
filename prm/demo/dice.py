"""Chance that repeats: the same seed, label and part give the same numbers, whatever else is drawn. Pure."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Dice:
    """A source of chance for one subject.

    Every label has a stream of its own, so that a longer draw of one trait begins with the shorter one, and a new trait
    disturbs no other.
    """

    seed: int
    subject: str
    part: int = 0

    def of(self, label: str) -> np.random.Generator:
        """The stream of a label, from its beginning."""
        return np.random.default_rng([self.seed, zlib.crc32(f"{self.subject}/{label}".encode()), self.part])

    def chance(self, label: str, count: int) -> Floats:
        """Uniform in [0, 1), shape (count,)."""
        return self.of(label).random(count)

    def bell(self, label: str, count: int) -> Floats:
        """Standard normal, shape (count,)."""
        return self.of(label).standard_normal(count)

    def pick(self, label: str, weights: Any, count: int) -> Ints:
        """Positions in `weights`, drawn in proportion to them, shape (count,)."""
        return pick_by(np.asarray(weights, dtype=np.float64), self.chance(label, count))

    def below(self, label: str, limits: Ints) -> Ints:
        """A whole number from 0 to limit - 1 for each limit (0 where the limit is 0)."""
        return np.minimum((self.chance(label, len(limits)) * limits).astype(np.int64), np.maximum(limits - 1, 0))


def pick_by(weights: Floats, chance: Floats) -> Ints:
    """Positions in `weights` for uniform numbers."""
    ends = np.cumsum(weights / weights.sum())
    return np.minimum(np.searchsorted(ends, chance, side="right"), len(weights) - 1).astype(np.int64)


def pick_by_row(weights: Floats, chance: Floats) -> Ints:
    """The same with weights of each row's own: weights (n, k), chance (n,) → (n,). A row of zeros gives 0."""
    ends = np.cumsum(weights, axis=1)
    return np.minimum((ends <= (chance * ends[:, -1])[:, None]).sum(axis=1), weights.shape[1] - 1).astype(np.int64)
