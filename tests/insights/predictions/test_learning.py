"""The formulas of judging and learning, each against a calculation of its own."""

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, roc_auc_score

from insights.predictions.judging import area, judge
from insights.predictions.learning import guess, learn


def drawn(seed: int, count: int = 1_500, signal: float = 1.5) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    signs = chance.normal(0, 1, (count, 4))
    signs[chance.random((count, 4)) < 0.05] = np.nan
    logits = -1 + signal * np.nan_to_num(signs[:, 0]) - signal * np.nan_to_num(signs[:, 1])
    return signs, (chance.random(count) < 1 / (1 + np.exp(-logits))).astype(float)


def test_area__ties_and_all__is_the_share_of_pairs_in_order() -> None:
    chance = np.random.default_rng(3)
    said, came = np.round(chance.random(300), 1), (chance.random(300) < 0.4).astype(float)
    assert area(said, came) == pytest.approx(roc_auc_score(came, said))
    pairs = [(a > b) + (a == b) / 2 for a in said[came == 1] for b in said[came == 0]]
    assert area(said, came) == pytest.approx(np.mean(pairs))
    assert area(said, np.ones(300)) == 0.5


def test_judge__brier_and_bins__by_hand() -> None:
    chance = np.random.default_rng(4)
    said, naive = chance.random(500), np.full(500, 0.5)
    came = (chance.random(500) < said).astype(float)
    found = judge(said, naive, came, np.arange(500))
    assert found.brier == pytest.approx(brier_score_loss(came, said))
    assert found.baseline_brier == pytest.approx(0.25)
    assert found.gain == pytest.approx(found.baseline_brier - found.brier)
    assert sum(each.count for each in found.bins) == 500
    first = np.argsort(said)[:100]
    assert found.bins[0].said == pytest.approx(said[first].mean())
    assert found.bins[0].came == pytest.approx(came[first].mean())
    assert found.is_better


def test_judge__as_good_as_the_baseline__is_not_better() -> None:
    chance = np.random.default_rng(5)
    naive = np.full(400, 0.3)
    came = (chance.random(400) < 0.3).astype(float)
    said = np.clip(naive + chance.normal(0, 0.05, 400), 0, 1)
    assert not judge(said, naive, came, np.arange(400)).is_better


def test_judge__few_partners_often__are_not_many_witnesses() -> None:
    """The same gain is surer from a thousand partners than from ten who come a hundred times each."""
    chance = np.random.default_rng(6)
    by_owner = np.repeat(chance.normal(0.02, 0.2, 10), 100)
    came = np.zeros(1_000)
    naive = np.full(1_000, 0.5)
    said = np.sqrt(np.clip(0.25 - by_owner, 0, 1))
    alone = judge(said, naive, came, np.arange(1_000))
    shared = judge(said, naive, came, np.repeat(np.arange(10), 100))
    assert alone.gain == pytest.approx(shared.gain)
    assert shared.surely < alone.surely


def test_learn__planted_signs__ranks_by_them_and_is_calibrated() -> None:
    signs, came = drawn(1)
    later, later_came = drawn(2)
    model = learn(signs, came, later, later_came)
    test, test_came = drawn(3)
    chances = model.chances(test)
    assert roc_auc_score(test_came, chances) > 0.8
    assert chances.mean() == pytest.approx(test_came.mean(), abs=0.05)
    assert model.weights[0] > 0.5 and model.weights[1] < -0.5
    assert abs(model.weights[2]) < 0.3


def test_contributions__add_up__to_the_score() -> None:
    signs, came = drawn(1)
    model = learn(signs, came, *drawn(2))
    logits = model.contributions(signs).sum(axis=1) + model.slope * model.intercept + model.shift
    assert model.chances(signs) == pytest.approx(1 / (1 + np.exp(-logits)))


def test_guess__classes__give_the_share_it_happened_to() -> None:
    values = np.array([1, 1, 2, 2, 3, 3, 4, 4, 5, 5, np.nan], dtype=float)
    came = np.array([1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1], dtype=float)
    naive = guess(values, came)
    assert naive.chances(np.array([1.0, np.nan]))[0] == naive.chances(np.array([np.nan]))[0]
    assert naive.chances(np.array([1.0]))[0] > naive.chances(np.array([5.0]))[0]
    assert naive.chances(np.array([5.0]))[0] == 0
