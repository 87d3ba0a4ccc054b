"""What partners did in the portal in the last year: signing in, reading, learning. Pure; one stretch of partners at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np

from prm.demo.channel import Channel, Stage
from prm.demo.dice import Dice, Floats, Ints

YEAR = 365
SIGN_INS = (0.0, 3.0, 9.0, 10.0, 22.0, 4.0, 0.6)
"""A year's sign-ins, by stage."""

Done = tuple[int, str, str, datetime]
"""(position of the partner, kind, what about, when)."""


def rows(
    channel: Channel, start: int, stop: int, *, seed: int, pages: list[str], courses: list[str], now: datetime
) -> Iterator[Done]:
    """What the partners from `start` up to `stop` did; `pages` and `courses` are slugs."""
    stop = min(stop, len(channel))
    dice = Dice(seed, "activity", start)
    stage, tier = channel.stage[start:stop], np.maximum(channel.tier[start:stop], 0)
    keenness = np.exp(dice.bell("keenness", stop - start) * 0.5) * (0.8 + 0.25 * tier)
    visits = dice.of("visits").poisson(np.array(SIGN_INS)[stage] * keenness)
    visits[stage != Stage.PROSPECT] = np.maximum(visits, 1)[stage != Stage.PROSPECT]
    reads = dice.of("reads").poisson(0.6 * visits)
    learns = np.minimum(dice.of("learns").poisson(np.minimum(0.05 * visits + 0.35 * tier, 3.0)), len(courses))
    learns[visits == 0] = 0
    quiet = np.select([stage == Stage.AT_RISK, stage == Stage.INACTIVE], [150, 300], 0)
    oldest = np.where(channel.joined[start:stop] >= 0, np.clip(channel.joined[start:stop], 2, YEAR), YEAR)
    oldest = np.maximum(oldest, quiet + 2)

    def when(label: str, of: Ints) -> Floats:
        return quiet[of] + dice.chance(label, len(of)) * (oldest - quiet)[of]

    for kind, counts, about in (
        ("sign_in", visits, [""]),
        ("content_opened", reads, pages),
        ("course_completed", learns, courses),
    ):
        of = np.repeat(np.arange(stop - start), counts)
        subject = dice.below(f"about {kind}", np.full(len(of), len(about)))
        if kind == "course_completed":  # each course at most once: count on from a first one
            rank = np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts)
            first = dice.below("first course", np.full(stop - start, len(about)))
            subject = (first[of] + rank) % len(about)
        for partner, which, days in zip(of.tolist(), subject.tolist(), when(f"when {kind}", of).tolist(), strict=True):
            at = (now - timedelta(days=days)).astimezone(UTC).replace(microsecond=0)
            yield start + partner, kind, about[which], at
