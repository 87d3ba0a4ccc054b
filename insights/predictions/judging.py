"""How good predictions are, and whether they are better than a simple guess. Pure: NumPy in, numbers out.

Brier score (Brier 1950): the mean of (p - y)²; 0 is perfect. Area under the ROC curve (Hanley and McNeil 1982): the chance
that somebody it happened to is ranked above somebody it did not happen to; 0.5 is a coin. A model is called better only
when its Brier score is lower than the baseline's by more than chance: in 95 of 100 resamplings of the partners (bootstrap,
Efron 1979), each partner with all of its rows, since rows of one partner are alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
RESAMPLINGS = 400
BINS = 5
SEED = 11


@dataclass(frozen=True, slots=True)
class Bin:
    """Partners of about one predicted chance: what was said, and what came true."""

    count: int
    said: float
    came: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """Out of time: on rows later than all that was learned from."""

    rows: int
    happened: float
    """The share it happened to."""
    brier: float
    baseline_brier: float
    auc: float
    baseline_auc: float
    gain: float
    """Baseline's Brier score less the model's."""
    surely: float
    """What the gain is at least, in 95 of 100 resamplings."""
    bins: tuple[Bin, ...]

    @property
    def is_better(self) -> bool:
        """Better than the baseline by more than chance."""
        return self.surely > 0


def judge(said: Floats, baseline: Floats, came: Floats, owners: Ints) -> Judgement:
    """Hold predictions and baseline, shape (n,) each, against what came (0 or 1). `owners`: whose row it is."""
    gains = (baseline - came) ** 2 - (said - came) ** 2
    return Judgement(
        len(came),
        float(came.mean()),
        float(((said - came) ** 2).mean()),
        float(((baseline - came) ** 2).mean()),
        area(said, came),
        area(baseline, came),
        float(gains.mean()),
        _surely(gains, owners),
        _bins(said, came),
    )


def area(said: Floats, came: Floats) -> float:
    """Area under the ROC curve, by ranks; ties count half. 0.5 when all came or none."""
    happened = came == 1
    n, m = int(happened.sum()), int((~happened).sum())
    if n == 0 or m == 0:
        return 0.5
    _, place, counts = np.unique(said, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return float((ranks[happened].sum() - n * (n + 1) / 2) / (n * m))


def _surely(gains: Floats, owners: Ints) -> float:
    _, place = np.unique(owners, return_inverse=True)
    total, rows = np.bincount(place, gains), np.bincount(place)
    chance = np.random.default_rng(SEED)
    drawn = chance.integers(0, len(total), (RESAMPLINGS, len(total)))
    means = total[drawn].sum(axis=1) / rows[drawn].sum(axis=1)
    return float(np.quantile(means, 0.05))


def _bins(said: Floats, came: Floats) -> tuple[Bin, ...]:
    order = np.argsort(said, kind="stable")
    parts = [part for part in np.array_split(order, BINS) if len(part)]
    return tuple(Bin(len(part), float(said[part].mean()), float(came[part].mean())) for part in parts)
