"""The channel: partners whose type, size, tier, skills, stage and dealings fit each other. Pure.

`draw` makes every trait of every partner as arrays (a hundred thousand take tens of megabytes); customers, deals and
activity are drawn from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

import numpy as np

from partners import vocabulary
from partners.vocabulary import Subject
from prm.demo import places, traits
from prm.demo.dice import Dice, Floats, Ints, Mask, pick_by, pick_by_row
from prm.demo.industries import Profile, Reach

TIERS = [choice.value for choice in vocabulary.TIERS]
CERTIFICATIONS = [choice.value for choice in vocabulary.CERTIFICATIONS]
ALIGNMENTS = [choice.value for choice in vocabulary.ALIGNMENTS]
SHOWCASES = 2
"""The first partners are made to measure: the companies of the demo's partner users."""
MONTHS = 24
SELLS_TO = ("anybody", "small firms", "large factories")
"""Whom a partner sells to."""


class Stage(IntEnum):
    """Where a partnership stands; everything a partner does follows from it. The names are those of the vocabulary."""

    PROSPECT = 0
    RECRUITED = 1
    ONBOARDING = 2
    ACTIVE = 3
    TOP_PERFORMER = 4
    AT_RISK = 5
    INACTIVE = 6


STAGE_WEIGHTS = (0.05, 0.05, 0.09, 0.55, 0.09, 0.10, 0.07)
JOINED = {  # days ago: nearest and farthest
    Stage.RECRUITED: (5, 60),
    Stage.ONBOARDING: (35, 175),
    Stage.ACTIVE: (200, 3600),
    Stage.TOP_PERFORMER: (500, 3600),
    Stage.AT_RISK: (560, 3000),
    Stage.INACTIVE: (760, 3600),
}
PULL = (0.0, 0.0, 0.9, 1.0, 2.2, 1.0, 0.15)
"""How much of the vendor's business a partner of each stage brings, for its size."""
SURVEY = (6.0, 7.5, 7.6, 7.0, 8.2, 4.6, 4.4)
"""What partners of each stage say when asked how content they are."""


@dataclass(frozen=True, slots=True)
class Channel:
    """Every partner's traits, by position; shape (n,) each, or (n, k) for those of many."""

    profile: Profile
    today: date
    country: Ints
    region: Ints
    city: Ints
    form: Ints
    kind: Ints
    stage: Ints
    tier: Ints
    """Position in TIERS; -1 for prospects, who have none yet."""
    employees: Ints
    revenue: Floats
    joined: Ints
    """Days ago; -1 while nothing was signed."""
    verticals: Mask
    specialities: Mask
    certifications: Mask
    alignment: Ints
    parent: Ints
    """Position of the parent company; -1 without."""
    pull: Floats
    growth: Floats
    """By how much business changes in a year, as a ratio: 0.3 is 30 % more."""
    first_month: Ints
    last_month: Ints
    """The first and last of the MONTHS (0 is the oldest) in which deals are registered."""
    win_rate: Floats
    survey: Floats
    """What they said when asked, 0 to 10 in halves."""
    renews: Ints
    """Days until the agreement is renewed; negative when that is overdue."""
    missing: dict[str, Mask]
    """Fields nobody filled in."""
    sells_to: Ints
    """A position in SELLS_TO: most sell to anybody."""
    traits: traits.Values

    def __len__(self) -> int:
        return len(self.country)


def draw(profile: Profile, count: int, *, seed: int, today: date) -> Channel:
    """`count` partners (SHOWCASES at least). The first ones stay what they are when more are asked for."""
    dice = Dice(seed, "partner")
    stage = dice.pick("stage", STAGE_WEIGHTS, count)
    kind = dice.pick("kind", [kind.weight for kind in profile.kinds], count)
    country = dice.pick("country", places.WEIGHTS, count)
    _place_showcases(profile, stage, kind, country)
    cities = np.array([len(place.cities) for place in places.COUNTRIES])
    region = np.array(places.REGION_OF)[country]

    median = np.array([kind.employees for kind in profile.kinds], dtype=np.float64)[kind]
    employees = np.maximum(1, np.round(median * np.exp(dice.bell("employees", count) * 0.95))).astype(np.int64)
    employees[0], employees[1] = 140, 9
    revenue: Floats = np.round(employees * 135_000.0 * np.exp(dice.bell("revenue", count) * 0.4), -3)
    tier = _tiers(dice, stage, revenue)
    specialities = _specialities(dice, profile, kind)
    joined = _joined(dice, stage)
    growth, first, last = _course(dice, stage, joined)
    pull = (revenue / 5e6) ** 0.3 * np.exp(dice.bell("pull", count) * 0.45) * np.array(PULL)[stage]
    pull *= 1 + 0.35 * np.maximum(tier, 0)
    pull *= (last - first + 1) / MONTHS  # a partner of half a year has had half a year's deals or so
    pull[0] = max(pull[0], 2.5 * pull[stage == Stage.ACTIVE].mean()) if (stage == Stage.ACTIVE).any() else 1.0
    win_rate = np.clip(0.30 + 0.07 * np.maximum(tier, 0) + dice.bell("win rate", count) * 0.06, 0.12, 0.72)
    return Channel(
        profile,
        today,
        country,
        region,
        dice.below("city", cities[country]),
        dice.below("form", np.full(count, 5)),
        kind,
        stage,
        tier,
        employees,
        revenue,
        joined,
        _verticals(dice, profile, kind),
        specialities,
        _certifications(dice, tier, specialities),
        pick_by_row(
            np.array([[5, 3, 2], [5, 3, 2], [6, 3, 1], [8, 2, 0.5], [9, 1, 0.1]])[tier + 1],
            dice.chance("alignment", count),
        ),
        _parents(dice, country, revenue),
        pull,
        growth,
        first,
        last,
        win_rate,
        np.clip(np.round(2 * (np.array(SURVEY)[stage] + 1.4 * dice.bell("survey", count))) / 2, 0, 10),
        np.where(joined >= 0, (365 - joined % 365) - (dice.chance("overdue", count) < 0.04) * 400, 0),
        _missing(dice, count),
        _sells_to(dice, profile, kind),
        traits.draw(profile.key, Subject.PARTNER, dice, count),
    )


def _sells_to(dice: Dice, profile: Profile, kind: Ints) -> Ints:
    """A part of the small ones sells to small firms alone, and a part of the large ones to large factories alone."""
    chance = dice.chance("sells to", len(kind))
    reach = [each.reach for each in profile.kinds]
    small = np.array([0.25 if each is Reach.SMALL else 0.0 for each in reach])[kind]
    large = np.array([0.25 if each is Reach.LARGE else 0.0 for each in reach])[kind]
    found = np.where(chance < small, 1, np.where(chance < large, 2, 0))
    found[:SHOWCASES] = 0
    return found.astype(np.int64)


def _place_showcases(profile: Profile, stage: Ints, kind: Ints, country: Ints) -> None:
    """An established German partner that grows, and a small American one that has just begun."""
    reaches = [kind.reach for kind in profile.kinds]
    country[0] = next(i for i, place in enumerate(places.COUNTRIES) if place.name == "Germany")
    country[1] = next(i for i, place in enumerate(places.COUNTRIES) if place.name == "United States")
    stage[0], stage[1] = Stage.TOP_PERFORMER, Stage.ONBOARDING
    kind[0], kind[1] = reaches.index(Reach.SERVICE), reaches.index(Reach.SMALL)


def _tiers(dice: Dice, stage: Ints, revenue: Floats) -> Ints:
    count = len(stage)
    score = 0.55 * (np.log(revenue) - np.log(6e6)) / 1.4 + 0.65 * dice.bell("tier", count)
    score += np.array([-9, -1.6, -0.9, 0, 1.2, -0.1, -0.5])[stage]
    tier = np.searchsorted([-0.1, 0.7, 1.5], score, side="right")
    tier[stage == Stage.PROSPECT] = -1
    tier[stage == Stage.RECRUITED] = 0
    tier[:SHOWCASES] = (2, 0)
    return tier.astype(np.int64)


def _specialities(dice: Dice, profile: Profile, kind: Ints) -> Mask:
    words = profile.specialities
    chance = np.array([word.weight for word in words]) / 100
    # Each kind of partner has its own favourites among the specialities.
    favours = dice.of("favours").uniform(0.5, 1.7, (len(profile.kinds), len(words)))
    for place, word in enumerate(words):
        for row, each in enumerate(profile.kinds):
            if word.value == "managed_services" and each.value == "msp":
                favours[row, place] = 4.2
            if word.value == "software_development" and each.value == "isv":
                favours[row, place] = 4.5
    found = dice.of("specialities").random((len(kind), len(words))) < chance * favours[kind]
    _at_least_one(found, dice, "speciality", chance)
    found[0, :2] = True
    return found


def _verticals(dice: Dice, profile: Profile, kind: Ints) -> Mask:
    weight = np.array([weight for _, weight in profile.industries])
    chance = 1.6 * weight / weight.sum()
    # Those who sell to large customers know more industries.
    wide = np.array([1.8 if each.reach is Reach.LARGE else 1.0 for each in profile.kinds])
    found = dice.of("verticals").random((len(kind), len(weight))) < chance * wide[kind][:, None]
    _at_least_one(found, dice, "vertical", chance)
    return found


def _certifications(dice: Dice, tier: Ints, specialities: Mask) -> Mask:
    chance = np.array([0.0, 0.3, 0.55, 0.8, 0.95])[tier + 1][:, None] * np.array([1, 0.8, 0.5, 0.75, 0.75])
    found = dice.of("certifications").random(chance.shape) < chance
    found[:, CERTIFICATIONS.index("cloud_architect")] &= specialities[:, 0]
    found[:, CERTIFICATIONS.index("security_specialist")] &= specialities[:, 1]
    found[0, :3] = True
    return found


def _at_least_one(found: Mask, dice: Dice, label: str, chance: Floats) -> None:
    bare = ~found.any(axis=1)
    found[bare, pick_by(chance, dice.chance(label, len(found)))[bare]] = True


def _joined(dice: Dice, stage: Ints) -> Ints:
    nearest = np.array([JOINED.get(Stage(s), (0, 0))[0] for s in range(len(Stage))])[stage]
    farthest = np.array([JOINED.get(Stage(s), (0, 0))[1] for s in range(len(Stage))])[stage]
    # More have joined in late years than in early ones.
    days = (nearest + (farthest - nearest) * dice.chance("joined", len(stage)) ** 1.6).astype(np.int64)
    days[stage == Stage.PROSPECT] = -1
    days[:SHOWCASES] = (1490, 96)
    return days


def _course(dice: Dice, stage: Ints, joined: Ints) -> tuple[Floats, Ints, Ints]:
    """How business develops: growth in a year, and the first and last month with deals."""
    usual = np.array([0, 0, 0.3, 0.06, 0.75, -0.35, -0.5])[stage]
    spread = np.array([0, 0, 0.2, 0.33, 0.25, 0.15, 0.2])[stage]
    growth = np.maximum(usual + spread * dice.bell("growth", len(stage)), -0.7)
    growth[0] = 0.8
    first = np.where(joined < 0, MONTHS, np.maximum(0, MONTHS - joined // 30))
    last = np.full(len(stage), MONTHS - 1)
    stopped = stage == Stage.AT_RISK
    last[stopped] = (9 + dice.chance("stopped", len(stage)) * 5).astype(np.int64)[stopped]
    gone = stage == Stage.INACTIVE
    last[gone] = (dice.chance("gone", len(stage)) * 6).astype(np.int64)[gone]
    return growth, np.minimum(first, last), last


def _parents(dice: Dice, country: Ints, revenue: Floats) -> Ints:
    """A twentieth belong to a larger firm of the same country that comes before them, if there is one."""
    parent = np.full(len(country), -1)
    belongs = dice.chance("belongs", len(country)) < 0.06
    belongs[:SHOWCASES] = False
    which = dice.chance("parent", len(country))
    for place in range(len(places.COUNTRIES)):
        here = np.flatnonzero(country == place)
        for rank in np.flatnonzero(belongs[here]):
            earlier = here[:rank]
            larger = earlier[-200:][revenue[earlier[-200:]] > 2 * revenue[here[rank]]]
            if len(larger):
                parent[here[rank]] = larger[int(which[here[rank]] * len(larger))]
    return parent


def _missing(dice: Dice, count: int) -> dict[str, Mask]:
    share = {
        "employees": 0.07,
        "annual_revenue": 0.08,
        "city": 0.05,
        "verticals": 0.06,
        "specialisations": 0.05,
        "alignment": 0.09,
        "channel_manager": 0.06,
        "survey_score": 0.1,
    }
    missing = {name: dice.chance(f"no {name}", count) < part for name, part in share.items()}
    for mask in missing.values():
        mask[:SHOWCASES] = False
    return missing
