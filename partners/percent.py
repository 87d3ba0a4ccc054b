"""Shares are stored as fractions and read and typed in per cent: 0.2 is 20 %. Pure; the point is moved, nothing is rounded."""

from __future__ import annotations

import re
from decimal import Decimal

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)
_LONGEST = 25
"""Digits: fewer than a decimal keeps, so that none is lost."""


def to_percent(text: str) -> str:
    """`0.2` → `20`; what is no number stays as it is."""
    return _moved(text, 2)


def from_percent(text: str) -> str:
    """`20`, `20 %` → `0.2`; what is no number stays as it is, for the reader of it to say what is wrong."""
    return _moved(text.removesuffix("%"), -2)


def _moved(text: str, places: int) -> str:
    number = text.replace(",", "").replace(" ", "")
    if not _NUMBER.fullmatch(number) or len(number) > _LONGEST:
        return text
    return f"{Decimal(number).scaleb(places).normalize():f}"
