"""The values of the custom attributes that ready templates speak of, so that each of them has somebody to find. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from partners.vocabulary import FieldType, Subject
from prm.catalogue import listing
from prm.catalogue.shapes import WantedField
from prm.demo.dice import Dice, Ints

MISSING = 0.07
"""The share of those of whom nobody filled a trait in."""
MEDIANS = {"investable_assets": 320_000.0, "monthly_usage_gb": 240.0}
Values = Mapping[str, list[Any]]
"""Attribute name → the value of each record by position; None where nobody filled it in."""


def fields(industry: str, subject: Subject) -> list[WantedField]:
    """The attributes that the templates of an industry, and those for every one, speak of."""
    return [field for field in listing.fields(listing.templates(industry)) if field.subject == subject]


def draw(industry: str, subject: Subject, dice: Dice, count: int) -> Values:
    """The values of `count` records. The first ones stay when more are asked for."""
    return {field.name: _values(field, dice, count) for field in fields(industry, subject)}


def _values(field: WantedField, dice: Dice, count: int) -> list[Any]:
    found = _multi(field, dice, count) if field.type == FieldType.MULTI_CHOICE else _single(field, dice, count)
    for place in np.flatnonzero(dice.chance(f"no {field.name}", count) < MISSING):
        found[place] = None
    return found


def _single(field: WantedField, dice: Dice, count: int) -> list[Any]:
    if field.choices:
        # The first choice is the most common one, the last one still has its share.
        place: Ints = dice.pick(field.name, 1 / np.arange(2, len(field.choices) + 2), count)
        return [field.choices[p].value for p in place]
    amount = MEDIANS[field.name] * np.exp(dice.bell(field.name, count) * 1.2)
    digits = 2 if field.type == FieldType.MONEY else 0
    return [f"{value:.{digits}f}" for value in amount]


def _multi(field: WantedField, dice: Dice, count: int) -> list[Any]:
    values = [choice.value for choice in field.choices]
    # One or two apiece, however many there are to choose from.
    has = dice.of(field.name).random((count, len(values))) < min(0.38, 1.2 / len(values))
    bare = ~has.any(axis=1)
    has[bare, dice.pick(f"a {field.name}", np.ones(len(values)), count)[bare]] = True
    return [[values[p] for p in np.flatnonzero(row)] for row in has]
