"""Tells the score of every partner by the version in use, as a fact that rules can name, with the reasons beside it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
from celery import current_app
from django.db import transaction
from django.utils import timezone

from insights import facts_told
from insights.predictions.applying import eligible, model_of
from insights.predictions.judging import Floats
from insights.predictions.models import FACTS, Prediction, PredictionScore
from insights.predictions.signs import FAMILIES, NAMES, SIGNS, seen

TASK = "insights.score"
REASONS = 3


def send(prediction: Prediction) -> None:
    """To the workers, once the transaction is committed."""
    transaction.on_commit(lambda: current_app.send_task(TASK, [prediction.pk]), robust=True)


@transaction.atomic
def score(*, prediction: Prediction, today: date) -> int:
    """Score everybody it can be said of, as of that day; returns how many. Safe to run again: the same day, the same scores.

    A partner of whom it can no longer be said loses the score. Nothing is done for a version that is not in use.
    """
    prediction = Prediction.objects.select_for_update().get(pk=prediction.pk)
    if prediction.status != Prediction.Status.PUBLISHED:
        return 0
    at = seen(today)
    rows = eligible(prediction.kind, at)
    model, signs, ids = model_of(prediction), at.signs[rows], at.ids[rows]
    chances, added = model.chances(signs), model.contributions(signs)
    PredictionScore.objects.filter(prediction__kind=prediction.kind).delete()
    scores = {int(pk): Decimal(f"{chance:.4f}") for pk, chance in zip(ids, chances, strict=True)}
    PredictionScore.objects.bulk_create(
        (
            PredictionScore(
                prediction=prediction,
                partner_id=int(pk),
                score=scores[int(pk)],
                reasons=reasons(signs[row], added[row]),
            )
            for row, pk in enumerate(ids)
        ),
        batch_size=5_000,
    )
    facts_told.tell(FACTS[Prediction.Kind(prediction.kind)], scores, origin=str(prediction))
    prediction.scored_at = timezone.now()
    prediction.save(update_fields=["scored_at"])
    return len(scores)


def reasons(signs: Floats, added: Floats) -> list[dict[str, Any]]:
    """What moves a score most from the average, the strongest first: families of signs, by what their signs add together.

    Each is told by the sign that says most of it in that direction.
    """
    families = [[NAMES.index(name) for name in family] for family in FAMILIES]
    together = np.array([added[places].sum() for places in families])
    found = []
    for family in np.argsort(-np.abs(together), kind="stable")[:REASONS]:
        total = float(together[family])
        if abs(total) < 0.05:
            break
        place = max(families[family], key=lambda place: added[place] * np.sign(total))
        found.append({"words": _words(place, float(signs[place])), "raises": total > 0})
    return found


def _words(place: int, value: float) -> str:
    sign = SIGNS[place]
    if np.isnan(value):
        return sign.words.format("no", s="s")
    if NAMES[place] == "trend":
        return sign.words.format("more" if value > 0.1 else "less" if value < -0.1 else "about the same")
    number = f"{float(np.expm1(value)) if sign.logged else value:,.0f}"
    return sign.words.format(number, s="" if number == "1" else "s")
