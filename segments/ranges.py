"""Every test of an ordered field comes down to ranges of integers, exactly: no rounding, no overflow. Pure values.

A range is half-open, [low, high); None is no bound. The integers are those of `partners.tables.Scalars`: a number above
0.1234567 is one of at least 123 457 millionths. Ordered choices are tested by their rank.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal, localcontext
from functools import lru_cache
from typing import Any

import numpy as np

from partners.tables import SCALE, Ints, Mask
from partners.vocabulary import Field, FieldType
from segments import instants
from segments.instants import Clock, Window
from segments.operators import OPERATORS
from segments.rules.nodes import Leaf

Range = tuple[int | None, int | None]
_LEAST, MOST = -(2**63), 2**63 - 1


def ranges_of(leaf: Leaf, about: Field, clock: Clock) -> tuple[Range, ...]:
    """The ranges in which the leaf's positive operator is true. `in` may give the same range twice."""
    operator, clock = OPERATORS[leaf.operator].positive, clock.at(leaf.zone)
    if isinstance(leaf.value, Window):
        if operator == "anniversaryInNext":
            return _anniversaries(leaf.value, about, clock)
        return (window_range(leaf.value, about, clock),)
    if operator == "between":
        ends = [_extent(value, about, clock) for value in _values(leaf)]
        return ((ends[0][0], ends[1][1]),)
    if operator == "in":
        return tuple(_extent(value, about, clock) for value in _values(leaf))
    low, high = _extent(leaf.value, about, clock)
    if operator == "=":
        return ((low, high),)
    return ({"<": (None, low), "<=": (None, high), ">": (high, None), ">=": (low, None)}[operator],)


def _values(leaf: Leaf) -> tuple[Any, ...]:
    return leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)


def _extent(value: Any, about: Field, clock: Clock) -> tuple[int, int]:
    """[low, high) of the integers that equal the value; low = high for a value between two of them.

    x < value is below low, x ≤ value is below high, and so on; that makes thresholds between two integers exact.
    """
    if about.type is FieldType.ORDERED_CHOICE:
        rank = [choice.value for choice in about.choices].index(value)
        return rank, rank + 1
    if isinstance(value, bool):
        return int(value), int(value) + 1
    if isinstance(value, Decimal):
        return _scaled(value, SCALE[about.type])
    if isinstance(value, datetime):
        moment = instants.micros(value)
        return moment, moment + 1
    if isinstance(value, date) and about.type is FieldType.DATETIME:
        start, end = instants.day_start(value, clock.zone), instants.day_end(value, clock.zone)
        return instants.micros(start), instants.micros(end)
    if isinstance(value, date):
        day = instants.day_number(value)
        return day, day + 1
    raise TypeError(f"{about.name} ({about.type}) cannot be compared with {value!r}")


@lru_cache(maxsize=20_000)
def _scaled(value: Decimal, scale: int) -> tuple[int, int]:
    """The same for a number."""
    with localcontext() as exactly:
        exactly.prec = 200
        scaled = value * scale
        low = int(scaled.to_integral_value(rounding="ROUND_CEILING"))
        high = int(scaled.to_integral_value(rounding="ROUND_FLOOR")) + 1
    return low, high


def window_range(window: Window, about: Field, clock: Clock) -> Range:
    """Instants: [start, end). Dates: every local day that the window touches."""
    start, end = instants.span(window, clock)
    if about.type is FieldType.DATE:
        first, last = instants.days(start, end, clock.zone)
        return instants.day_number(first), instants.day_number(last) + 1
    return instants.micros(start), instants.micros(end)


@lru_cache(maxsize=64)
def _anniversaries(window: Window, about: Field, clock: Clock) -> tuple[Range, ...]:
    """The days (of instants: the local days) of every year of which an anniversary, not the day itself, is ahead."""
    first, last = instants.days(*instants.span(window, clock), clock.zone)
    found: list[Range] = []
    for ahead in range(first.year, last.year + 1):
        low, high = max(first, date(ahead, 1, 1)), min(last, date(ahead, 12, 31))
        for year in range(1, ahead):
            day, final = instants.anniversary_span(low, high, year)
            if day > final:
                continue
            if about.type is FieldType.DATE:
                found.append((instants.day_number(day), instants.day_number(final) + 1))
            else:
                start, end = instants.day_start(day, clock.zone), instants.day_end(final, clock.zone)
                found.append((instants.micros(start), instants.micros(end)))
    return tuple(found)


def inside(values: Ints, ranges: Iterable[Range]) -> Mask:
    """Which values, shape (n,), lie in any of the ranges. Bounds beyond 64 bits are no bounds, or nothing."""
    apart = merged(ranges)
    if not apart:
        return np.zeros(len(values), dtype=np.bool_)
    if len(apart) == 1:
        low, high = apart[0]
        found = values >= low if low > _LEAST else np.ones(len(values), dtype=np.bool_)
        if high <= MOST:
            found &= values < high
        return found
    edges = [edge for low, high in apart for edge in (low, high)]
    if edges[-1] > MOST:
        edges.pop()
    # Left of the first edge is outside, then inside and outside take turns.
    places = np.searchsorted(np.array(edges, dtype=np.int64), values, side="right")
    return (places & 1).astype(np.bool_)


def merged(ranges: Iterable[Range]) -> list[tuple[int, int]]:
    """Ascending, apart from each other, none empty, cut to 64 bits (`MOST + 1` is no upper bound)."""
    cut = sorted(
        (max(_LEAST if low is None else low, _LEAST), min(MOST + 1 if high is None else high, MOST + 1))
        for low, high in ranges
    )
    found: list[tuple[int, int]] = []
    for low, high in cut:
        if low >= high:
            continue
        if found and low <= found[-1][1]:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return found
