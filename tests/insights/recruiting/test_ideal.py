"""The formula of fit, against an independent calculation with pandas, and against chance."""

import math
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest

from insights.recruiting import ideal
from insights.recruiting.ideal import Held

VALUES = {"kind": 5, "size": 4, "skills": 6}


def drawn(seed: int, count: int = 900, lean: float = 0.0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Partners with their group and (partner, criterion, value) rows; `lean`: how much the best prefer low values."""
    dice = np.random.default_rng(seed)
    group = dice.choice(["best", "others", "prospect"], count, p=[0.2, 0.6, 0.2])
    rows = []
    for partner in range(count):
        for name, values in VALUES.items():
            if dice.random() < 0.15:
                continue
            chance = np.exp(-lean * np.arange(values) * (group[partner] == "best"))
            many = int(dice.integers(1, 4)) if name == "skills" else 1
            rows += [(partner, name, int(v)) for v in dice.choice(values, many, replace=False, p=chance / chance.sum())]
    return pd.DataFrame({"group": group}), pd.DataFrame(rows, columns=["partner", "criterion", "value"])


def criteria(people: pd.DataFrame, pairs: pd.DataFrame) -> list[Held]:
    found = []
    for name, values in VALUES.items():
        mine = pairs[pairs.criterion == name]
        labels = tuple(f"{name} {value}" for value in range(values))
        found.append(Held(name, labels, mine.partner.to_numpy(), mine.value.to_numpy(), len(people)))
    return found


def expected(people: pd.DataFrame, pairs: pd.DataFrame) -> tuple[dict[tuple[str, int], float], dict[int, float]]:
    """Strength of each value, and fit of each partner, row by row."""
    joined = pairs.join(people, on="partner")
    cells = {}
    for name, values in VALUES.items():
        mine = joined[joined.criterion == name]
        known = mine.groupby("group").partner.nunique()
        for value in range(values):
            have = mine[mine.value == value].groupby("group").partner.nunique()
            n, m, x, y = known["best"], known["others"], have.get("best", 0), have.get("others", 0)
            pooled = (x + y) / (n + m)
            if min(n, m) * min(pooled, 1 - pooled) >= 5:
                z = (x / n - y / m) / math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
                cells[name, value] = (z, x / n, y / m)
    is_profile = any(2 * (1 - NormalDist().cdf(abs(z))) < 0.05 / len(cells) for z, _, _ in cells.values())
    strength = {}
    for cell, (z, b, o) in cells.items():
        if is_profile and abs(z) > 1:
            lift = -2.0 if b == 0 else 2.0 if o == 0 else max(-2.0, min(2.0, math.log2(b / o)))
            strength[cell] = lift * (1 - 1 / z**2)
    telling = sorted({name for name, _ in strength})
    fits = {}
    for partner, own in pairs[pairs.criterion.isin(telling)].groupby("partner"):
        means = [
            np.mean([strength.get((name, value), 0.0) for value in each.value])
            for name, each in own.groupby("criterion")
        ]
        odds = 2 ** sum(means)
        fits[int(partner)] = odds / (1 + odds)
    return strength, fits


@pytest.mark.parametrize("seed", range(6))
def test_fits__random_partners__as_worked_out_by_hand(seed: int) -> None:
    people, pairs = drawn(seed, lean=0.2 + 0.3 * seed)
    held = criteria(people, pairs)
    traits = ideal.profile(held, (people.group == "best").to_numpy(), (people.group == "others").to_numpy())
    strength, fits = expected(people, pairs)
    found = {
        (held[place].label, value): float(each)
        for place, trait in enumerate(traits)
        for value, each in enumerate(trait.strength)
        if each
    }
    assert found == pytest.approx(strength)
    assert strength
    scores = ideal.fits(held, traits, len(people))
    assert {int(row): float(scores[row]) for row in np.flatnonzero(~np.isnan(scores))} == pytest.approx(fits)


def test_profile__chance_alone__seldom_tells_anything() -> None:
    false = 0
    for seed in range(100):
        people, pairs = drawn(seed, 400)
        held = criteria(people, pairs)
        traits = ideal.profile(held, (people.group == "best").to_numpy(), (people.group == "others").to_numpy())
        false += any(each.tells for each in traits)
    assert false <= 10  # one in twenty is allowed, and a hundred draws may have a few more


def test_fits__value_that_only_the_best_have__counts_no_more_than_four_times_as_common() -> None:
    rows = np.arange(100)
    held = Held("kind", ("a", "b"), rows, (rows >= 50).astype(np.int64), 100)
    traits = ideal.profile([held], rows < 50, rows >= 50)
    assert traits[0].strength == pytest.approx([2 * 0.99, -2 * 0.99])  # all of it but a hundredth: z² is 100
    assert ideal.fits([held], traits, 100) == pytest.approx([2**1.98 / (1 + 2**1.98)] * 50 + [1 / (1 + 2**1.98)] * 50)


def test_reasons__many_values__the_strongest_first_and_no_more_than_wanted() -> None:
    people, pairs = drawn(3, lean=0.8)
    held = criteria(people, pairs)
    traits = ideal.profile(held, (people.group == "best").to_numpy(), (people.group == "others").to_numpy())
    wanted = (people.group == "prospect").to_numpy()
    found = pd.DataFrame(ideal.reasons(held, traits, wanted, 2), columns=["row", "criterion", "value"])
    assert found.groupby("row").size().max() == 2
    assert set(found.row) <= set(np.flatnonzero(wanted))
    added = [
        abs(traits[each.criterion].strength[each.value]) / held[each.criterion].sizes[each.row]
        for each in found.itertuples()
    ]
    firsts = found.assign(added=added).groupby("row").added
    assert (firsts.first() >= firsts.last()).all()


def test_profile__nobody_known__tells_nothing() -> None:
    none = np.empty(0, dtype=np.int64)
    held = Held("kind", (), none, none, 4)
    traits = ideal.profile([held], np.array([True, True, False, False]), np.array([False, False, True, False]))
    assert not traits[0].tells
    assert np.isnan(ideal.fits([held], traits, 4)).all()
    assert ideal.reasons([held], traits, np.ones(4, dtype=np.bool_), 3) == []
