"""Learns, judges out of time, and puts a version to use only if it is better than the naive baseline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta

import numpy as np
from celery import current_app
from django.db import transaction
from django.utils import timezone

from insights.predictions import scoring
from insights.predictions.applying import eligible
from insights.predictions.judging import Floats, Ints, Judgement, judge
from insights.predictions.learning import Learned, guess, learn
from insights.predictions.models import Prediction
from insights.predictions.signs import HORIZON, NAMES, Seen, first_day, revenue_after, revenue_before, seen

TASK = "insights.learn"
STEP = timedelta(days=30)
AHEAD = timedelta(days=HORIZON)
TESTED = 3
"""Days in the past that a model is tested on, a STEP apart."""
LEAST_DAYS = 3
LEAST_CASES = 20
"""So many to whom it happened, and as many to whom it did not, must have been seen both in learning and in testing."""
GREW_BY = 0.2
BASELINE_SIGN = {Prediction.Kind.CHURN: "days_since_won", Prediction.Kind.GROWTH: "revenue_180"}
"""The naive baseline is how it went with everybody, or with those of a like value of this one sign: whichever guesses
better in the very test, so that a model has to beat both."""


@dataclass(frozen=True, slots=True)
class Cases:
    """Partners on some days, and whether it happened to them afterwards. `signs`: (n, d), `came`: (n,) 0 or 1."""

    signs: Floats
    came: Floats
    owners: Ints
    days: tuple[date, ...]

    @property
    def are_enough(self) -> bool:
        """There is something to learn or to test on."""
        return min(float(self.came.sum()), float((1 - self.came).sum())) >= LEAST_CASES


@transaction.atomic
def request(*, kind: str, by: str) -> Prediction:
    """The next version, to be learned by workers; one that is still being learned is handed back instead."""
    waiting = Prediction.objects.select_for_update().filter(kind=kind, status=Prediction.Status.LEARNING).first()
    if waiting is None:
        latest = Prediction.objects.filter(kind=kind).values_list("version", flat=True).first() or 0
        waiting = Prediction.objects.create(kind=kind, version=latest + 1, requested_by=by[:200])
    version = waiting
    transaction.on_commit(lambda: current_app.send_task(TASK, [version.pk]), robust=True)
    return version


def train(*, prediction: Prediction, today: date) -> Prediction:
    """Learn from days whose outcome was known before the first tested day; test; use it only if it is better.

    Learned, calibrated and tested on stretches that follow each other: nothing that came after a day is used to predict
    from that day, and no outcome that was learned from reaches into the time that is tested.
    """
    if prediction.status != Prediction.Status.LEARNING:
        return prediction
    kind = prediction.kind
    learned_on, tested_on = split(first_day(), today)
    if len(learned_on) < LEAST_DAYS:
        return _too_little(
            prediction, "Deals of about eighteen months are needed: twelve to learn from, six to test on."
        )
    earlier, later, tests = (cases(kind, days) for days in (learned_on[:-1], learned_on[-1:], tested_on))
    if not (earlier.are_enough and later.are_enough and tests.are_enough):
        return _too_little(
            prediction, f"It must have happened, and not have happened, {LEAST_CASES} times in each stretch of time."
        )
    model = learn(earlier.signs, earlier.came, later.signs, later.came)
    place = NAMES.index(BASELINE_SIGN[Prediction.Kind(kind)])
    known, came = (
        np.concatenate([earlier.signs[:, place], later.signs[:, place]]),
        np.concatenate([earlier.came, later.came]),
    )
    guesses = [guess(known, came).chances(tests.signs[:, place]), np.full(len(tests.came), came.mean())]
    naive = min(guesses, key=lambda said: float(((said - tests.came) ** 2).mean()))
    judged = judge(model.chances(tests.signs), naive, tests.came, tests.owners)
    return _decide(prediction, model, judged, [*earlier.days, *later.days], tests.days)


def split(first: date | None, today: date) -> tuple[list[date], list[date]]:
    """Days to learn from and days to test on. Between the last of the former and the first of the latter lies AHEAD."""
    if first is None:
        return [], []
    last = today - AHEAD - timedelta(days=1)
    tested_on = [last - STEP * place for place in reversed(range(TESTED))]
    learned_on, day = [], tested_on[0] - AHEAD
    while day >= first + AHEAD:
        learned_on.append(day)
        day -= STEP
    return learned_on[::-1], tested_on


def cases(kind: str, days: Sequence[date]) -> Cases:
    """Every partner with business on each of those days."""
    parts = [_cases_of(kind, seen(day)) for day in days]
    return Cases(
        np.concatenate([part[0] for part in parts]) if parts else np.empty((0, len(NAMES))),
        np.concatenate([part[1] for part in parts]) if parts else np.empty(0),
        np.concatenate([part[2] for part in parts]) if parts else np.empty(0, dtype=np.int64),
        tuple(days),
    )


def _cases_of(kind: str, at: Seen) -> tuple[Floats, Floats, Ints]:
    rows = eligible(kind, at)
    ids, after = at.ids[rows], revenue_after(at.day)
    won = np.array([after.get(int(pk), 0.0) for pk in ids])
    if kind == Prediction.Kind.CHURN:
        came = (won == 0).astype(np.float64)
    else:
        earlier = revenue_before(at.day)
        before = np.array([earlier.get(int(pk), 0.0) for pk in ids])
        # Deals without an amount come to nothing, and nothing after nothing is no growth.
        came = ((won > before) & (won >= (1 + GREW_BY) * before)).astype(np.float64)
    return at.signs[rows], came, ids


@transaction.atomic
def _decide(
    prediction: Prediction, model: Learned, judged: Judgement, learned_on: Sequence[date], tested_on: Sequence[date]
) -> Prediction:
    prediction.model = {
        name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in asdict(model).items()
    } | {"signs": list(NAMES)}
    prediction.judgement = asdict(judged) | {
        "is_better": judged.is_better,
        "learned_on": [learned_on[0].isoformat(), learned_on[-1].isoformat()],
        "tested_on": [tested_on[0].isoformat(), tested_on[-1].isoformat()],
    }
    prediction.learned_at = timezone.now()
    if judged.is_better:
        Prediction.objects.filter(kind=prediction.kind, status=Prediction.Status.PUBLISHED).update(
            status=Prediction.Status.RETIRED
        )
        prediction.status = Prediction.Status.PUBLISHED
    else:
        prediction.status = Prediction.Status.DECLINED
        prediction.reason = (
            "Tested on a later time, it was no better than a simple guess by more than chance, so it is not used."
        )
    prediction.save()
    if judged.is_better:
        scoring.send(prediction)
    return prediction


def _too_little(prediction: Prediction, reason: str) -> Prediction:
    prediction.status, prediction.reason, prediction.learned_at = Prediction.Status.TOO_LITTLE, reason, timezone.now()
    prediction.save(update_fields=["status", "reason", "learned_at"])
    return prediction
