"""Learns a chance from signs: a logistic regression, calibrated on later rows. Pure: NumPy in, NumPy out.

ln(p / (1 - p)) = b + Σ wᵢ · zᵢ, where z is a sign in standard deviations from its mean (Cox 1958; ridge penalty). A
calibration step (Platt 1999) on the latest stretch that was kept back makes 30 % mean three of ten. What a sign adds to
one partner's score is wᵢ · zᵢ: that is the explanation, not a picture of it. Of signs that tell of the same thing, what
they add together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from insights.predictions.judging import Floats

STRENGTH = 0.3
"""Inverse of the ridge penalty."""
CLASSES = 5


@dataclass(frozen=True, slots=True)
class Learned:
    """A model: weights, means and deviations of the signs, shape (d,), the intercept, and the calibration a·x + c."""

    weights: Floats
    means: Floats
    deviations: Floats
    intercept: float
    slope: float = 1.0
    shift: float = 0.0

    def contributions(self, signs: Floats) -> Floats:
        """What each sign adds to the logit, shape (n, d)."""
        scaled = (np.where(np.isnan(signs), self.means, signs) - self.means) / self.deviations
        added: Floats = self.slope * scaled * self.weights
        return added

    def chances(self, signs: Floats) -> Floats:
        """Predicted chances from 0 to 1, shape (n,)."""
        logits = self.contributions(signs).sum(axis=1) + self.slope * self.intercept + self.shift
        chances: Floats = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
        return chances


def learn(signs: Floats, came: Floats, later: Floats, later_came: Floats) -> Learned:
    """Fit to the earlier rows, calibrate on the later ones. Both outcomes must occur in each."""
    from sklearn.linear_model import LogisticRegression  # half a second to import: only workers that learn pay it

    means = np.nan_to_num(np.nanmean(signs, axis=0))
    deviations = np.nanstd(signs, axis=0)
    deviations = np.where(np.isnan(deviations) | (deviations == 0), 1.0, deviations)
    scaled = (np.where(np.isnan(signs), means, signs) - means) / deviations
    fitted = LogisticRegression(C=STRENGTH, max_iter=500).fit(scaled, came)
    raw = Learned(fitted.coef_[0].astype(np.float64), means, deviations, float(fitted.intercept_[0]))
    logits = raw.contributions(later).sum(axis=1) + raw.intercept
    platt = LogisticRegression(C=1.0).fit(logits[:, None], later_came)
    # A calibration that turned the order round would say that nothing was learned: the order stays, flattened.
    slope = max(float(platt.coef_[0][0]), 0.0)
    return Learned(raw.weights, raw.means, raw.deviations, raw.intercept, slope, float(platt.intercept_[0]))


@dataclass(frozen=True, slots=True)
class Guess:
    """The naive baseline: of those with a like value of one sign, so many did before."""

    edges: Floats
    rates: Floats

    def chances(self, values: Floats) -> Floats:
        """By the class of the value; who has none is in the first."""
        return self.rates[np.searchsorted(self.edges, np.nan_to_num(values, nan=-np.inf), side="right")]


def guess(values: Floats, came: Floats) -> Guess:
    """Classes of about the same size, and the share it happened to in each."""
    known = values[~np.isnan(values)]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, CLASSES + 1)[1:-1])) if len(known) else np.empty(0)
    place = np.searchsorted(edges, np.nan_to_num(values, nan=-np.inf), side="right")
    overall = came.mean()
    rates = [came[place == k].mean() if (place == k).any() else overall for k in range(len(edges) + 1)]
    return Guess(edges, np.asarray(rates, dtype=np.float64))
