"""Facts as numbers that distances can be taken of. Pure: NumPy in, NumPy out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from partners.tables import SCALE, Codes, Column, Sets, Table
from partners.vocabulary import Field, FieldType

Floats = npt.NDArray[np.float64]

USABLE = frozenset(
    {
        FieldType.NUMBER,
        FieldType.MONEY,
        FieldType.DATE,
        FieldType.BOOLEAN,
        FieldType.CHOICE,
        FieldType.ORDERED_CHOICE,
        FieldType.MULTI_CHOICE,
    }
)
"""Types that say how far two subjects are apart. Free text says it of nobody."""
FARTHEST = 3.0
"""Standard deviations beyond which a value counts no more: one giant shall not be a group."""
SKEWED = 1.0
"""Skewness from which a quantity that is never negative is taken by its logarithm."""
RARE = 0.01
"""Share below which a choice gets no dimension of its own."""
FEW_VALUES = 10
"""With so many different values or fewer, a number counts as a choice when chance is imitated."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One column of the raw matrix: what a decision tree may ask. `value` is the choice it stands for, "" for quantities."""

    field: Field
    value: str = ""


@dataclass(frozen=True, slots=True)
class Spread:
    """Subjects as points, shape (n, d) each.

    `points`: for distances; every field counts about alike. `owners`: (d,) the place of each dimension's field.
    `steps`: per field, whether it has few values. `raw`: shape (n, m), the values as they are (NaN where missing) for
    `marks`, so that a rule can be read off them.
    """

    points: Floats
    owners: npt.NDArray[np.int64]
    steps: tuple[bool, ...]
    raw: Floats
    marks: tuple[Mark, ...]


def spread(table: Table, fields: Sequence[Field]) -> Spread:
    """The fields of the table as points. Fields of other types than USABLE are left out by the caller."""
    points, owners, steps, raw, marks = [], [], [], [], []
    for place, field in enumerate(fields):
        column = table.columns[field.name]
        dimensions, values, asked = _of(field, column)
        points.append(dimensions)
        owners += [place] * dimensions.shape[1]
        steps.append(field.is_choice or field.type == FieldType.BOOLEAN or _few(values))
        raw.append(values)
        marks += asked
    return Spread(
        np.concatenate(points, axis=1),
        np.asarray(owners, dtype=np.int64),
        tuple(steps),
        np.concatenate(raw, axis=1),
        tuple(marks),
    )


def _of(field: Field, column: Column) -> tuple[Floats, Floats, list[Mark]]:
    if isinstance(column, Codes):
        if field.type == FieldType.ORDERED_CHOICE:
            ranks = _ranks(field, column)
            return _standard(ranks), ranks, [Mark(field)]
        return _chosen(field, column.dictionary, _of_codes(column))
    if isinstance(column, Sets):
        return _chosen(field, column.dictionary, _of_sets(column))
    values = np.where(column.present, column.values / SCALE.get(field.type, 1), np.nan)[:, None]
    return _standard(_unskewed(values, field)), values, [Mark(field)]


def _ranks(field: Field, column: Codes) -> Floats:
    order = {choice.value: place for place, choice in enumerate(field.choices)}
    ranks = np.array([order.get(value, np.nan) for value in column.dictionary] + [np.nan])
    return ranks[column.codes][:, None]


def _of_codes(column: Codes) -> npt.NDArray[np.bool_]:
    return column.codes[:, None] == np.arange(len(column.dictionary))[None, :]


def _of_sets(column: Sets) -> npt.NDArray[np.bool_]:
    has = np.zeros((len(column.offsets) - 1, len(column.dictionary)), dtype=np.bool_)
    has[np.repeat(np.arange(len(has)), np.diff(column.offsets)), column.codes] = True
    return has


def _chosen(field: Field, dictionary: Sequence[str], has: npt.NDArray[np.bool_]) -> tuple[Floats, Floats, list[Mark]]:
    """A dimension for each choice that is not rare; two different single choices are √2 apart, about like two strangers."""
    share = has.mean(axis=0) if len(has) else np.zeros(len(dictionary))
    common = np.flatnonzero((share >= RARE) & (share < 1))
    values = has[:, common].astype(np.float64)
    return values.copy(), values, [Mark(field, dictionary[int(place)]) for place in common]


def _unskewed(values: Floats, field: Field) -> Floats:
    known = values[~np.isnan(values)]
    if field.type not in {FieldType.NUMBER, FieldType.MONEY} or len(known) < 3 or known.min() < 0 or known.std() == 0:
        return values
    skewness = float((((known - known.mean()) / known.std()) ** 3).mean())
    return np.log1p(values) if skewness > SKEWED else values


def _standard(values: Floats) -> Floats:
    """Mean 0 and standard deviation 1, cut at FARTHEST; who has no value is put in the middle."""
    known = ~np.isnan(values)
    if not known.any():
        return np.zeros_like(values)
    mean, deviation = values[known].mean(), values[known].std()
    scaled = (values - mean) / (deviation or 1.0)
    return np.clip(np.where(known, scaled, 0.0), -FARTHEST, FARTHEST)


def _few(values: Floats) -> bool:
    return len(np.unique(values[~np.isnan(values)])) <= FEW_VALUES
