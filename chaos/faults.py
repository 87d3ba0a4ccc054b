"""The faults: each happens so many times while everything is going on, and gives figures of what happened."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chaos.rig import Product

VICTIMS = ("worker", "beat", "web", "valkey", "postgres")
TRIES = 4
"""How often something that was over before the kill is begun anew."""
AIM = 60.0
"""Seconds in which what was begun has to be under way."""
PAUSE = 4.0
"""Seconds between two kills, unless all is well again before."""


def say(text: str) -> None:
    """How far it is."""
    print(text, file=sys.stderr, flush=True)


@dataclass
class Recovering:
    """What was under way when somebody was killed, and has not come to its end yet."""

    victim: str
    begun: Any
    killed_at: float


def kills(product: Product, world: Any, options: argparse.Namespace, _disk: None) -> dict[str, Any]:
    """Each victim in the middle of each phase, in random order; `worker` is all workers at once.

    The next one dies soon after the last is back, whatever is still being made good from before.
    """
    from chaos.aiming import PHASES, Aim

    aim = Aim(world.chance)
    for phase in ("import", "webhook delivery"):
        endpoint = world.begin(f"calm-{phase[:3]}", phase).endpoint
        aim.learn(lambda: world.is_quiet() and world.endpoints.all[-1].has_heard_much(), endpoint)
    say(f"Seconds that each takes by itself: { {phase: round(took, 2) for phase, took in aim.usual.items()} }")
    rounds = [(victim, phase) for victim in VICTIMS for phase in PHASES for _ in range(options.times)]
    world.chance.shuffle(rounds)
    met: Counter[str] = Counter()
    recovering: list[Recovering] = []
    longest: dict[str, float] = {}
    missed = 0
    for number, (victim, phase) in enumerate(rounds):
        for attempt in range(TRIES):
            begun = world.begin(f"k{number}-{attempt}", phase)
            names = ["worker-0", "worker-1"] if victim == "worker" else [victim]
            doomed = product.pids(names)
            if hit := doomed and aim.is_met(phase, begun.endpoint, AIM):
                product.kill_all(doomed)
                met[f"{victim} during {phase}"] += 1
            missed += not hit
            recovering.append(Recovering(victim, begun, time.monotonic()))
            wait_for(product, recovering, longest, PAUSE)
            if hit:
                break
        say(f"{number + 1} of {len(rounds)}: {victim} during {phase}: {'met' if hit else 'missed'}")
    wait_for(product, recovering, longest, world.patience)
    world.wait()
    return {"met": dict(met), "over_before": missed, "longest_s": longest, "times": options.times}


def wait_for(product: Product, recovering: list[Recovering], longest: dict[str, float], seconds: float) -> None:
    """Until all that was under way is over, or so many seconds have passed and everybody is there again."""
    until_then = time.monotonic() + seconds
    while recovering:
        for each in [each for each in recovering if each.begun.is_over()]:
            took = time.monotonic() - each.killed_at
            longest[each.victim] = round(max(longest.get(each.victim, 0.0), took), 1)
            recovering.remove(each)
        if time.monotonic() > until_then and product.is_complete():
            return
        time.sleep(0.2)


def away(product: Product, world: Any, options: argparse.Namespace, _disk: None) -> dict[str, Any]:
    """The broker is away, and people go on writing."""
    writes = failed = 0
    longest = 0.0
    for number in range(options.times):
        with product.without("valkey"):
            until_then = time.monotonic() + options.away
            while time.monotonic() < until_then:
                try:
                    if writes % 4 == 0:
                        world.bring_file(f"a{writes}", options.rows // 4)
                    world.write()
                except Exception as error:
                    say(f"A write failed: {error!r}")
                    failed += 1
                writes += 1
                time.sleep(2)
        longest = max(longest, took := world.wait())
        say(f"{number + 1} of {options.times}: the broker was away for {options.away:g} s, all done {took:.1f} s later")
    return {
        "times": options.times,
        "away_s": options.away,
        "writes": writes,
        "writes_failed": failed,
        "done_after_s": round(longest, 1),
    }


def full(product: Product, world: Any, options: argparse.Namespace, disk: Any) -> dict[str, Any]:
    """The disk fills up in the middle of everything, stays full for a while, and has room again."""
    from tests.killing.state import again

    refused = 0
    longest = 0.0
    for number in range(options.times):
        with disk.full(left=3_000_000):
            for part in range(2):
                try:
                    world.begin(f"d{number}-{part}", "import", with_client=part == 0)
                except Exception as error:
                    refused += 1
                    say(f"Refused: {error!r:.200}")
                time.sleep(4)
        again(lambda: None)
        longest = max(longest, took := world.wait())
        say(f"{number + 1} of {options.times}: the disk was full, all done {took:.1f} s after there was room")
    world.begin("after", "import")
    world.wait()
    return {"times": options.times, "refused_while_full": refused, "done_after_s": round(longest, 1)}


def clocks() -> dict[str, Any]:
    """The nights in which clocks change: how often the nightly task would have run."""
    from zoneinfo import ZoneInfo

    from tests.killing.rig import SETTINGS

    # The schedule reads the settings, and no service is asked.
    os.environ.update(SETTINGS | {"DATABASE_URL": "postgres://none/none", "REDIS_URL": "redis://none/0"})
    from tests.prm.test_clock_changes import NIGHTS, runs

    counts = {
        f"{zone} {night} {hour:02}:{minute:02}": [run.date() for run in runs(ZoneInfo(zone), night, hour, minute)]
        for zone, night in NIGHTS
        for hour, minute in ((0, 0), (2, 0), (2, 30), (3, 0))
    }
    wrong = [name for name, found in counts.items() if [day.isoformat() for day in found].count(name.split()[1]) != 1]
    return {"nights": len(NIGHTS), "schedules": len(counts), "wrong": {"not_once": wrong}}


STAGES = {"kills": kills, "away": away, "disk": full}
DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "reliability.md"
