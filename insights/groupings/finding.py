"""Finds groups, or says that there are none. Pure: points in, labels out.

Groups are sought by k-means (Lloyd 1957) for two to eight of them. How many there are is told by the mean silhouette
(Rousseeuw 1987): s = (b - a) / max(a, b), where a is a subject's mean distance to its own group and b to the nearest other
one; 1 is far apart, 0 is no border. Any cloud can be cut into pieces, so the silhouette is held against that of clouds
without groups in the same range (the idea of the gap statistic, Tibshirani, Walther and Hastie 2001): unless it is well
above all of them, there is nothing to find.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from insights.groupings.spreading import Floats, Spread

FEWEST, MOST = 2, 8
LEAST_SUBJECTS = 40
LEAST_SHARE = 0.02
"""A group below this share of all is no group but a few odd ones."""
LEAST_SILHOUETTE = 0.2
MARGIN = 0.05
"""By how much the silhouette must be above the best of the clouds without groups."""
CLOUDS = 8
"""How many clouds without groups are looked at."""
LOOKED_AT = 2_000
"""Silhouettes take every pair: they are taken of so many subjects at most, drawn once."""
SEED = 20_26
Labels = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Groups:
    """What was found. `labels`: shape (n,), the largest group is 0. `silhouettes`: by number of groups."""

    labels: Labels
    count: int
    silhouette: float
    chance: float
    """The best silhouette among clouds without groups."""
    silhouettes: dict[int, float]


@dataclass(frozen=True, slots=True)
class Nothing:
    """There is nothing to find, and why."""

    reason: str
    silhouette: float = 0.0
    chance: float = 0.0


def find(spread: Spread) -> Groups | Nothing:
    """The groups among the subjects. The same points give the same answer."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # threads that wait for each other cost more than they bring
        return _find(spread)


def _find(spread: Spread) -> Groups | Nothing:
    points = spread.points
    if len(points) < LEAST_SUBJECTS:
        return Nothing(f"There are {len(points)} subjects; groups are sought among {LEAST_SUBJECTS} or more.")
    if points.shape[1] == 0 or not points.std(axis=0).any():
        return Nothing("Everybody has the same values in these facts: choose others.")
    chance = np.random.default_rng(SEED)
    looked_at = chance.choice(len(points), size=min(LOOKED_AT, len(points)), replace=False)
    found = {k: _labels(points, k) for k in range(FEWEST, min(MOST, len(points) // 10) + 1)}
    silhouettes = {
        k: _silhouette(points[looked_at], labels[looked_at]) for k, labels in found.items() if _all_large(labels)
    }
    if not silhouettes:
        return Nothing("However it is cut, one of the groups is a handful of odd ones.")
    best = max(silhouettes, key=lambda k: silhouettes[k])
    by_chance = max(_by_chance(spread, looked_at, best, chance) for _ in range(CLOUDS))
    silhouette = silhouettes[best]
    if silhouette < max(LEAST_SILHOUETTE, by_chance + MARGIN):
        return Nothing(
            "The subjects are one cloud: cutting it into groups separates no better than cutting a cloud of chance.",
            silhouette,
            by_chance,
        )
    return Groups(_largest_first(found[best]), best, silhouette, by_chance, silhouettes)


def _labels(points: Floats, k: int) -> Labels:
    from sklearn.cluster import KMeans  # half a second to import: only workers that look for groups pay it

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # fewer different points than groups: what comes out is judged below
        return KMeans(k, n_init=6, random_state=SEED).fit_predict(points).astype(np.int64)


def _silhouette(points: Floats, labels: Labels) -> float:
    from sklearn.metrics import silhouette_score

    return float(silhouette_score(points, labels)) if len(np.unique(labels)) > 1 else 0.0


def _all_large(labels: Labels) -> bool:
    sizes = np.bincount(labels)
    return bool(sizes.min() >= max(5, LEAST_SHARE * len(labels)))


def _by_chance(spread: Spread, rows: Labels, k: int, chance: np.random.Generator) -> float:
    """The silhouette of a cloud without groups: fields are independent; quantities are even over their range.

    A field of few values keeps how often each occurs, since its steps alone would otherwise look like groups.
    """
    points = spread.points[rows]
    cloud = np.empty_like(points)
    for field, has_steps in enumerate(spread.steps):
        own = np.flatnonzero(spread.owners == field)
        if has_steps:
            cloud[:, own] = points[chance.permutation(len(points))][:, own]
        else:
            cloud[:, own] = chance.uniform(
                points[:, own].min(axis=0), points[:, own].max(axis=0), (len(points), len(own))
            )
    return _silhouette(cloud, _labels(cloud, k))


def _largest_first(labels: Labels) -> Labels:
    order = np.argsort(-np.bincount(labels), kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return place[labels]
