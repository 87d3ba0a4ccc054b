"""Figures placed for drawing: bars and lines as SVG has them, the words of the axis beside them. Pure values."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

WIDTH = 600
HEIGHT = 160
Values = Sequence[float | None]
Words = Callable[[float | None], str]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; all in the units of the box."""

    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class Column:
    """One place along the axis, for pointing at and for the table behind the drawing: where it is, and its figures."""

    x: str
    width: str
    place: str
    value: str
    other: str
    """Of everybody; empty where nothing is compared."""

    @property
    def said(self) -> str:
        """All of it in one line."""
        return f"{self.place}: {self.value}" + (f" · everybody: {self.other}" if self.other else "")


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing in a box of WIDTH × HEIGHT. Lines are lists of stretches, broken where there is no figure."""

    bars: tuple[Bar, ...]
    line: tuple[str, ...]
    other: tuple[str, ...]
    """The line to compare with."""
    zero: str
    """Where nought is."""
    ticks: tuple[str, ...]
    """Top to bottom."""
    ends: tuple[str, ...]
    """The first, the middle and the last place."""
    columns: tuple[Column, ...]


def bounds(values: Sequence[float]) -> tuple[float, float]:
    """Round figures around the values and nought, an even number of steps apart."""
    low, high = min(0.0, *values), max(0.0, *values)
    if high == low:
        return low, low + 1.0
    step = 10 ** math.floor(math.log10(high - low)) / 2
    below, above = math.floor(low / step) * step, math.ceil(high / step - 1e-9) * step
    return below, above


def plot(
    places: Sequence[str], values: Values, other: Values = (), *, words: Words, as_bars: bool = False
) -> Plot | None:
    """Figures at evenly spaced places, as bars or as a line; `other` is a line beside it. None when there is no figure."""
    known = [value for value in (*values, *other) if value is not None]
    if not known or len(places) < 2:
        return None
    low, high = bounds(known)

    def y(value: float) -> float:
        return HEIGHT - (value - low) / (high - low) * HEIGHT

    wide = WIDTH / len(places)
    bars = (
        tuple(_bar(number * wide, wide, y(0.0), y(value)) for number, value in enumerate(values) if value)
        if as_bars
        else ()
    )
    return Plot(
        bars=bars,
        line=() if as_bars else _stretches(values, wide, y),
        other=_stretches(other, wide, y),
        zero=f"{y(0.0):.1f}",
        ticks=(words(high), words((high + low) / 2), words(low)),
        ends=tuple(dict.fromkeys((places[0], places[len(places) // 2], places[-1]))),
        columns=tuple(
            Column(f"{number * wide:.1f}", f"{wide:.1f}", place, words(value), words(other[number]) if other else "")
            for number, (place, value) in enumerate(zip(places, values, strict=True))
        ),
    )


def _bar(x: float, wide: float, zero: float, top: float) -> Bar:
    gap = min(wide * 0.28, 14)
    return Bar(f"{x + gap / 2:.1f}", f"{min(zero, top):.1f}", f"{wide - gap:.1f}", f"{max(abs(zero - top), 0.8):.1f}")


def _stretches(values: Values, wide: float, y: Callable[[float], float]) -> tuple[str, ...]:
    """Points of each unbroken stretch; one alone becomes a short dash."""
    found: list[list[tuple[float, float]]] = [[]]
    for number, value in enumerate(values):
        if value is None:
            found.append([])
        else:
            found[-1].append(((number + 0.5) * wide, y(value)))
    lines = []
    for points in found:
        if len(points) == 1:
            ((x, height),) = points
            lines.append(f"{x - wide / 4:.1f},{height:.1f} {x + wide / 4:.1f},{height:.1f}")
        elif points:
            lines.append(" ".join(f"{x:.1f},{height:.1f}" for x, height in points))
    return tuple(lines)
