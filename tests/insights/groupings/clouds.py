"""Made-up subjects: some in groups that were put there, some without any."""

from __future__ import annotations

import numpy as np

from insights.groupings.finding import Labels
from insights.groupings.spreading import Spread, spread
from partners.tables import Codes, Column, Scalars, Sets, Table
from partners.vocabulary import Choice, Field, FieldType, Subject

CENTRES = np.array([[20, 0.1, 5], [200, 0.4, 30], [900, 0.05, 80], [60, 0.8, 60]])


def field(name: str, kind: FieldType = FieldType.NUMBER, *choices: str) -> Field:
    return Field(Subject.PARTNER, name, name.capitalize(), kind, choices=tuple(Choice(c, c.title()) for c in choices))


def numbers(values: np.ndarray, missing: np.ndarray | None = None) -> Scalars:
    present = np.ones(len(values), dtype=bool) if missing is None else ~missing
    return Scalars(np.round(values * 1e6).astype(np.int64), present)


def planted(seed: int, groups: int = 3, count: int = 600) -> tuple[Table, list[Field], Labels]:
    """Groups that differ in size, growth and deals by factors, and mostly in their type; a few values are missing."""
    chance = np.random.default_rng(seed)
    labels = chance.integers(0, groups, count)
    values = CENTRES[labels] * np.exp(chance.normal(0, 0.18, (count, 3)))
    kinds = np.array([0, 1, 2, 0])[labels]
    kinds = np.where(chance.random(count) < 0.1, chance.integers(0, 3, count), kinds)
    columns: dict[str, Column] = {
        "employees": numbers(values[:, 0], chance.random(count) < 0.03),
        "growth": numbers(values[:, 1]),
        "deals": numbers(values[:, 2]),
        "kind": Codes(kinds.astype(np.int32), ["reseller", "dealer", "agent"]),
    }
    fields = [field("employees"), field("growth"), field("deals")]
    fields.append(field("kind", FieldType.CHOICE, "reseller", "dealer", "agent"))
    return Table(np.arange(1, count + 1), columns), fields, labels


def noise(seed: int, sort: int, count: int = 500) -> Spread:
    """Subjects without groups: independent facts of four sorts of company."""
    chance = np.random.default_rng(seed)
    columns: dict[str, Column] = {
        "a": numbers(chance.normal(10, 2, count)),
        "b": numbers(np.exp(chance.normal(3, 1, count))),
        "c": numbers(chance.random(count)),
    }
    fields = [field("a"), field("b"), field("c")]
    if sort > 0:
        columns["d"] = Codes(chance.integers(0, 3, count).astype(np.int32), ["x", "y", "z"])
        fields.append(field("d", FieldType.CHOICE, "x", "y", "z"))
    if sort > 1:
        columns["e"] = numbers(chance.poisson(1.5, count).astype(float))
        fields.append(field("e"))
    if sort > 2:
        has = chance.random((count, 4)) < 0.4
        offsets = np.concatenate([[0], np.cumsum(has.sum(axis=1))])
        columns["m"] = Sets(offsets, np.nonzero(has)[1].astype(np.int32), ["p", "q", "r", "s"])
        fields.append(field("m", FieldType.MULTI_CHOICE, "p", "q", "r", "s"))
    return spread(Table(np.arange(count), columns), fields)
