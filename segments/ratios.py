"""Averages, shares and growths as fractions: compared exactly, rounded only to be shown. Pure values."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from partners.tables import Ints, Mask, Scalars
from segments.operators import OPERATORS
from segments.rules.nodes import Leaf

SHOWN_PLACES = 6
_LEAST, _MOST = -(2**63), 2**63 - 1


@dataclass(frozen=True, slots=True)
class Ratios(Scalars):
    """`values / denominators / scale`, shape (n,); denominators are 1 or more."""

    denominators: Ints
    scale: int = 1


def compare(column: Ratios, leaf: Leaf) -> Mask:
    """A positive operator; false where there is no value."""
    operator = OPERATORS[leaf.operator].positive
    given = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
    signs = [_signs(column, Fraction(value) * column.scale) for value in given if isinstance(value, Decimal)]
    if operator in ("=", "in"):
        found = np.logical_or.reduce([sign == 0 for sign in signs])
    elif operator == "between":
        found = (signs[0] >= 0) & (signs[1] <= 0)
    else:
        sign = signs[0]
        found = {"<": sign < 0, "<=": sign <= 0, ">": sign > 0, ">=": sign >= 0}[operator]
    mask: Mask = found & column.present
    return mask


def _signs(column: Ratios, threshold: Fraction) -> npt.NDArray[np.int8]:
    """-1, 0 or 1: the fraction is below, at or above the threshold. Whole parts first, then what remains of each."""
    whole, rest = np.divmod(column.values, column.denominators)
    floor, part = divmod(threshold.numerator, threshold.denominator)
    if not _LEAST <= floor <= _MOST:
        return np.full(len(whole), -1 if floor > 0 else 1, dtype=np.int8)
    signs = (whole > floor).astype(np.int8) - (whole < floor).astype(np.int8)
    for row in np.flatnonzero(whole == floor):
        mine, other = int(rest[row]) * threshold.denominator, part * int(column.denominators[row])
        signs[row] = (mine > other) - (mine < other)
    return signs


def places_of(column: Ratios) -> Ints:
    """Integers in the order of the fractions, equal where they are equal, shape (n,)."""
    pairs = [
        Fraction(int(value), int(below)) if here else Fraction(0)
        for value, below, here in zip(column.values, column.denominators, column.present, strict=True)
    ]
    order = {fraction: place for place, fraction in enumerate(sorted(set(pairs)))}
    return np.fromiter((order[fraction] for fraction in pairs), dtype=np.int64, count=len(pairs))


def exact_or_rounded(column: Ratios, row: int) -> Decimal:
    """One value as people read it: at most six places, half to even."""
    with localcontext() as exactly:
        exactly.prec = 60
        value = Decimal(int(column.values[row])) / (int(column.denominators[row]) * column.scale)
        return round(value, SHOWN_PLACES)
