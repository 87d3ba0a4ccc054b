"""Verdicts, and the bounds between them: judged by and said in words from the same figures. Pure values."""

from __future__ import annotations

from dataclasses import dataclass

GOOD, WARN, BAD, NONE = "good", "warn", "bad", ""
_RANK = {NONE: 0, GOOD: 1, WARN: 2, BAD: 3}


@dataclass(frozen=True, slots=True)
class Above:
    """Good from `good` on, a warning from `warn` on."""

    good: float
    warn: float
    unit: str = "%"

    def judge(self, value: float | None) -> str:
        """The verdict."""
        if value is None:
            return NONE
        return GOOD if value >= self.good else WARN if value >= self.warn else BAD

    def __str__(self) -> str:
        return f"good from {_bound(self.good, self.unit)}, weak below {_bound(self.warn, self.unit)}"


@dataclass(frozen=True, slots=True)
class Below:
    """Good up to `good`, a warning up to `warn`."""

    good: float
    warn: float
    unit: str = "%"

    def judge(self, value: float | None) -> str:
        """The verdict."""
        if value is None:
            return NONE
        return GOOD if value <= self.good else WARN if value <= self.warn else BAD

    def __str__(self) -> str:
        return f"good up to {_bound(self.good, self.unit)}, weak beyond {_bound(self.warn, self.unit)}"


def _bound(value: float, unit: str) -> str:
    number = f"{value * 100 if unit == '%' else value:.10g}"
    return f"{number} {unit}".rstrip()


def worse(one: str, other: str) -> str:
    """The worse of two verdicts; one that cannot be said gives way."""
    return max(one, other, key=_RANK.__getitem__)
