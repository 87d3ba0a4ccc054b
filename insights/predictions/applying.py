"""Whom a prediction can be made of, and the stored model. Reads only."""

from __future__ import annotations

from typing import Any

import numpy as np

from insights.predictions.learning import Learned
from insights.predictions.models import Prediction
from insights.predictions.signs import NAMES, Seen


def eligible(kind: str, at: Seen) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Whom it can be said of: who won something in the half-year before can grow; who won in the year before can leave."""
    if kind == Prediction.Kind.GROWTH:
        return at.sign("won_180") > 0
    since = at.sign("days_since_won")
    return ~np.isnan(since) & (since < 365)


def model_of(prediction: Prediction) -> Learned:
    """The stored model. Signs are kept by name: one that is not known any more cannot be scored with (KeyError)."""
    stored = prediction.model
    if stored["signs"] != list(NAMES):
        raise KeyError("signs")
    arrays = {name: np.asarray(stored[name], dtype=np.float64) for name in ("weights", "means", "deviations")}
    return Learned(**arrays, intercept=stored["intercept"], slope=stored["slope"], shift=stored["shift"])
