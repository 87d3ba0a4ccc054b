"""The nightly checkup of every segment's health."""

from __future__ import annotations


def check_all() -> int:
    """How many segments were looked at."""
    return 0
