"""Numbers and days that leave PostgreSQL as text, cast in bulk: cheaper than to have it cast each value.

Exact all the same: whatever is not plainly a number or a day, or has more digits than a double holds, is `odd`, and the
caller has PostgreSQL cast it. Pure values.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from partners.tables import Ints

ABSENT = np.iinfo(np.int64).min
"""Stands for a missing scalar between PostgreSQL and the arrays; no value reaches it (18 digits)."""

_MOST = np.iinfo(np.int64).max
_EXACT = 2.0**46
"""Up to here a double of so many millionths is off by less than a fifth of one."""
_CLEAR = 0.3
"""Further than this from a whole one, rounding is left to PostgreSQL."""
_EPOCH = date(1970, 1, 1).toordinal()


def scaled(values: npt.NDArray[Any], scale: int) -> tuple[Ints, Ints]:
    """Numbers as they were parsed, shape (n,), as integers of so many to one; and which rows are odd."""
    if values.dtype.kind == "i":
        there = values != ABSENT
        odd = there & ((values > _MOST // scale) | (values < -(_MOST // scale)))
        result = values.astype(np.int64)
        np.multiply(result, scale, out=result, where=there & ~odd)
        return result, np.flatnonzero(odd)
    if values.dtype.kind != "f":
        return np.full(len(values), ABSENT, dtype=np.int64), np.arange(len(values))
    there = values > float(ABSENT)  # NaN is not
    missing = values == float(ABSENT)
    parts = np.where(there, values, 0.0) * scale
    whole = np.rint(parts)
    with np.errstate(invalid="ignore"):
        odd = ~missing & (~there | (np.abs(parts) > _EXACT) | ~(np.abs(parts - whole) <= _CLEAR))
    whole[odd] = 0.0
    return np.where(missing, ABSENT, whole.astype(np.int64)), np.flatnonzero(odd)


def days(texts: Sequence[str]) -> tuple[list[int], list[int]]:
    """Days since 1970 of texts like 2026-11-21, `ABSENT` of empty ones; and the places of odd ones."""
    found, odd = [], []
    for place, text in enumerate(texts):
        number = ABSENT
        if len(text) == 10 and text[4] == text[7] == "-" and text.isascii():
            try:
                number = date.fromisoformat(text).toordinal() - _EPOCH
            except ValueError:
                odd.append(place)
        elif text:
            odd.append(place)
        found.append(int(number))
    return found, odd
