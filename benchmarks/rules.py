"""Rules to preview: four conditions each, in the shapes that segments have."""

from __future__ import annotations

import random
from typing import Any

from benchmarks.world import _leaf


def four(number: int) -> dict[str, Any]:
    """A rule of four conditions on indexed columns of the wide table: all of them, two of either, or any; the same for
    the same number."""
    chance = random.Random(number)  # noqa: S311 - the same rules every time
    a, b, c, d = (_leaf(chance) for _ in range(4))
    return [
        _group("and", a, b, c, d),
        _group("and", _group("or", a, b), c, d),
        _group("and", _group("or", a, b), _group("or", c, d)),
        _group("or", _group("and", a, b), _group("and", c, d)),
    ][number % 4]


def _group(combinator: str, *rules: dict[str, Any]) -> dict[str, Any]:
    return {"combinator": combinator, "not": False, "rules": list(rules)}
