"""What a need is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Need:
    """Something that waits for a person: what it is, why, and where to mend it."""

    title: str
    detail: str
    address: str
    serious: bool = False
