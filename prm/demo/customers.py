"""The customers, and which partners serve them. Pure; made in parts of `PART`, so a million need little memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from partners import vocabulary
from partners.vocabulary import Subject
from prm.demo import partners, places, traits
from prm.demo.channel import SELLS_TO, Channel
from prm.demo.dice import Dice, Floats, Ints, Mask, pick_by, pick_by_row
from prm.demo.industries import Profile
from prm.demo.names import Namer
from prm.demo.partners import chosen

PART = 25_000
ADOPTION = [choice.value for choice in vocabulary.ADOPTION_LEVELS]
TECHNOLOGIES = [choice.value for choice in vocabulary.TECHNOLOGIES]
STAGES = [choice.value for choice in vocabulary.CUSTOMER_STAGES]
SIZE = {  # median head count of an industry
    "government": 420,
    "healthcare": 190,
    "financial_services": 160,
    "manufacturing": 150,
    "automotive": 180,
    "energy": 170,
    "pharmaceutical": 220,
    "telecommunications": 200,
}


@dataclass(frozen=True, slots=True)
class Part:
    """Traits of the customers `start` … `start + n`, by position; shape (n,) each, or (n, k) for those of many."""

    start: int
    country: Ints
    city: Ints
    form: Ints
    industry: Ints
    employees: Ints
    revenue: Floats
    adoption: Ints
    stage: Ints
    competitor: Ints
    """Position in the profile's competitors; -1 where none is known."""
    technologies: Mask
    needs: Mask
    partners: Ints
    """Positions of those who serve it, (n, 3); -1 where there are fewer."""
    missing: dict[str, Mask]
    traits: traits.Values


def external_id(position: int) -> str:
    """The id of the customer at a position."""
    return f"CUS-{position + 1:07d}"


def parts(channel: Channel, count: int, *, seed: int) -> Iterator[Part]:
    """`count` customers, part by part. Every part is drawn whole and cut, so the first ones stay when more are asked."""
    for number, start in enumerate(range(0, count, PART)):
        yield _part(channel, Dice(seed, "customer", number), start, min(PART, count - start))


def _part(channel: Channel, dice: Dice, start: int, count: int) -> Part:
    profile = channel.profile
    industry = dice.pick("industry", [weight for _, weight in profile.industries], count)
    country = dice.pick("country", places.WEIGHTS, count)
    cities = np.array([len(place.cities) for place in places.COUNTRIES])
    median = np.array([SIZE.get(name, 70) for name, _ in profile.industries], dtype=np.float64)[industry]
    employees = np.maximum(2, np.round(median * np.exp(dice.bell("employees", count) * 1.5))).astype(np.int64)
    revenue: Floats = np.round(employees * 165_000.0 * np.exp(dice.bell("revenue", count) * 0.5), -3)
    stage = dice.pick("stage", [14, 14, 26, 28, 11, 7], count)
    # Prospects use nothing yet, or try; growing and mature customers use most.
    by_stage = np.array(
        [[7, 3, 0, 0, 0], [1, 4, 4, 1, 0], [0, 1, 4, 4, 1], [0, 0, 2, 5, 4], [1, 1, 4, 3, 1], [8, 0, 2, 0, 0]]
    )
    adoption = pick_by_row(by_stage[stage].astype(np.float64), dice.chance("adoption", count))
    taken = np.array([0.75, 0.4, 0.25, 0.12, 0.5, 0.9])[stage]
    competitor = np.where(
        dice.chance("has competitor", count) < taken,
        dice.pick("competitor", 1 / np.arange(1, len(profile.competitors) + 1), count),
        -1,
    )
    return Part(
        start,
        country,
        dice.below("city", cities[country]),
        dice.below("form", np.full(count, 5)),
        industry,
        employees,
        revenue,
        adoption,
        stage,
        competitor,
        _technologies(dice, employees),
        _needs(dice, channel, employees, industry),
        _served_by(dice, channel, country, stage, _size_class(profile, industry, employees)),
        {
            name: dice.chance(f"no {name}", count) < share
            for name, share in {
                "employees": 0.06,
                "annual_revenue": 0.09,
                "city": 0.05,
                "technologies": 0.07,
                "needs": 0.08,
                "adoption_level": 0.06,
            }.items()
        },
        traits.draw(profile.key, Subject.CUSTOMER, dice, count),
    )


FACTORIES = {"manufacturing", "automotive", "food_beverage", "pharmaceutical", "energy"}


def _size_class(profile: Profile, industry: Ints, employees: Ints) -> Ints:
    """Whom a customer is like to a partner who is choosy: a position in SELLS_TO."""
    makes = np.array([name in FACTORIES for name, _ in profile.industries])[industry]
    return np.where(employees < 100, 1, np.where(makes & (employees >= 250), 2, 0)).astype(np.int64)


def _technologies(dice: Dice, employees: Ints) -> Mask:
    #                  cloud on_premise hybrid mobile iot ai erp crm
    small = np.array([0.42, 0.45, 0.10, 0.40, 0.06, 0.12, 0.18, 0.30])
    large = np.array([0.55, 0.62, 0.45, 0.50, 0.28, 0.35, 0.75, 0.65])
    chance = np.where((employees >= 500)[:, None], large, small)
    return dice.of("technologies").random(chance.shape) < chance


def _needs(dice: Dice, channel: Channel, employees: Ints, industry: Ints) -> Mask:
    words = channel.profile.needs
    weight = np.array([word.weight for word in words])
    chance = np.tile(1.9 * weight / weight.sum(), (len(employees), 1))
    careful = [i for i, (name, _) in enumerate(channel.profile.industries) if name in CAREFUL]
    for place, word in enumerate(words):
        if word.value in {"security", "compliance"}:
            chance[np.isin(industry, careful), place] *= 1.9
        if word.value in {"modernisation", "custom_software"}:
            chance[employees >= 500, place] *= 1.5
    found = dice.of("needs").random(chance.shape) < chance
    bare = ~found.any(axis=1)
    found[bare, pick_by(weight, dice.chance("need", len(found)))[bare]] = True
    return found


CAREFUL = {"government", "healthcare", "financial_services", "pharmaceutical"}
"""Industries under rules of their own."""


def _served_by(dice: Dice, channel: Channel, country: Ints, stage: Ints, like: Ints) -> Ints:
    """One to three partners each, mostly of the customer's region, the larger ones more often.

    `like`: shape (n,), positions in SELLS_TO; partners who are choosy serve nobody else.
    """
    count = len(country)
    served = np.full((count, 3), -1)
    wanted = 1 + (dice.chance("second", count) < 0.38) + (dice.chance("third", count) < 0.12)
    wanted[(stage == 0) & (dice.chance("nobody yet", count) < 0.5)] = 0
    region = np.array(places.REGION_OF)[country]
    abroad = dice.chance("abroad", count) < 0.04
    region = np.where(abroad, dice.below("other region", np.full(count, len(places.REGIONS))), region)
    for column in range(3):
        chance = dice.chance(f"partner {column}", count)
        for place in range(len(places.REGIONS)):
            for kind in range(len(SELLS_TO)):
                here = np.flatnonzero((channel.region == place) & np.isin(channel.sells_to, (0, kind)))
                weight = channel.pull[here] + 1e-6
                rows = np.flatnonzero((region == place) & (wanted > column) & (like == kind))
                if len(here) and len(rows):
                    served[rows, column] = here[pick_by(weight, chance[rows])]
    served[:, 1][served[:, 1] == served[:, 0]] = -1
    served[:, 2][(served[:, 2] == served[:, 0]) | (served[:, 2] == served[:, 1])] = -1
    return served


def rows(channel: Channel, part: Part, namer: Namer) -> Iterator[dict[str, Any]]:
    """The records of a part, in order. Names depend on the parts before: walk from the beginning with one namer."""
    profile, missing = channel.profile, part.missing
    needs = [word.value for word in profile.needs]
    for i in range(len(part.country)):
        place = places.COUNTRIES[part.country[i]]
        city = place.cities[part.city[i]]
        industry = profile.industries[part.industry[i]][0]
        yield {
            "external_id": external_id(part.start + i),
            "name": namer.customer(place, city, industry, int(part.form[i])),
            "industry": industry,
            "employees": None if missing["employees"][i] else int(part.employees[i]),
            "annual_revenue": None if missing["annual_revenue"][i] else f"{part.revenue[i]:.2f}",
            "region": place.region,
            "country": place.name,
            "city": "" if missing["city"][i] else city,
            "technologies": [] if missing["technologies"][i] else chosen(TECHNOLOGIES, part.technologies[i]),
            "needs": [] if missing["needs"][i] else chosen(needs, part.needs[i]),
            "adoption_level": "" if missing["adoption_level"][i] else ADOPTION[part.adoption[i]],
            "lifecycle_stage": STAGES[part.stage[i]],
            "competitor": profile.competitors[part.competitor[i]] if part.competitor[i] >= 0 else "",
            "partners": [partners.external_id(int(p)) for p in part.partners[i] if p >= 0],
            **{name: values[i] for name, values in part.traits.items()},
        }
