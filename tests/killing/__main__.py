"""`python -m tests.killing --kills 50`: kill workers, the broker and PostgreSQL in the middle of runs, then look closely.

Nobody helps: beat, the workers' supervisor and the product's own sweep have to bring every run to its end. The outcome is
one JSON object; the exit code is 1 when anything at all is not as if nothing had happened.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.killing.rig import Rig, until

PATIENCE = 150.0
"""Seconds in which a run has to end by itself."""


def main() -> int:
    """Run, print, judge."""
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--kills", type=int, default=50, help="of workers; the broker and PostgreSQL a fifth of it each"
    )
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--segments", type=int, default=40)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--concurrency", type=int, default=2, help="children of each worker")
    parser.add_argument("--how", nargs="+", default=["all", "parent", "child"], help="which part of a worker, in turn")
    parser.add_argument("--early", type=float, default=0, help="share of kills that come before the run may have begun")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--folder", type=Path, default=None)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kill-") as scratch:
        rig = Rig(options.folder or Path(scratch))
        with rig.services():
            import django

            django.setup()
            report = Killing(rig, options).report()
    print(json.dumps(report))
    return 0 if report["clean"] else 1


class Killing:
    """One long run of kills."""

    def __init__(self, rig: Rig, options: argparse.Namespace) -> None:
        self.rig = rig
        self.options = options
        self.chance = random.Random(options.seed)  # noqa: S311
        self.recovered: list[float] = []
        self.killed: Counter[str] = Counter()
        self.workers_killed = self.missed = 0
        self.hows = options.how
        self.names = [f"worker-{number}" for number in range(options.workers)]

    def report(self) -> dict[str, Any]:
        """Kill as often as asked for, and say what is left of the truth."""
        from tests.killing import state

        state.prepare(customers=self.options.customers, segments=self.options.segments)
        self.rig.start_workers(self.options.workers, concurrency=self.options.concurrency)
        for name in self.names:
            until(lambda name=name: self.rig.ready(name), 60, f"{name} takes tasks")
        first = self.undisturbed()
        usual = min(self.undisturbed() for _ in range(3))
        fifth = self.options.kills // 5
        rounds = ["worker"] * self.options.kills + ["valkey"] * fifth + ["postgres"] * fifth
        self.chance.shuffle(rounds)
        for what in rounds:
            while not self.one(what, usual):
                self.missed += 1
        state.wait_until_quiet(PATIENCE)
        found = state.findings()
        return {
            "clean": not any(found["wrong"].values()),
            **found,
            "killed": dict(self.killed),
            "finished_before_the_kill": self.missed,
            "first_run_s": round(first, 2),
            "usual_run_s": round(usual, 2),
            "until_done_s": {
                "median": round(statistics.median(self.recovered), 1),
                "longest": round(max(self.recovered), 1),
            }
            if self.recovered
            else {},
        }

    def undisturbed(self) -> float:
        """Seconds that a run is at work when it is left alone."""
        from tests.killing import state

        state.change_facts(self.chance)
        run = state.ask_for_a_run()
        until(lambda: state.is_running(run) or state.is_done(run), PATIENCE, "the run begins", 0.005)
        took = until(lambda: not state.is_running(run), PATIENCE, "the run ends", 0.005)
        until(lambda: state.is_done(run), PATIENCE, "programmes settle")
        return took

    def one(self, what: str, usual: float) -> bool:
        """Facts change, a run begins, somebody dies in the middle of it, it ends by itself. False: it was over before."""
        from tests.killing import state

        state.change_facts(self.chance)
        run = state.ask_for_a_run()
        if early := self.chance.random() < self.options.early:
            time.sleep(self.chance.random() * 0.05)
        else:
            until(lambda: state.is_running(run) or state.is_done(run), PATIENCE, f"run {run} begins", 0.005)
            time.sleep(self.chance.random() * usual)
        if not early and not state.is_running(run):
            until(lambda: state.is_done(run), PATIENCE, f"run {run} ends")
            return False
        name, how = what, "all"
        if what == "worker":
            name = self.chance.choice(self.names)
            how = self.hows[self.workers_killed % len(self.hows)]
        if not self.rig.kill(name, how, self.chance):
            return False
        self.killed[f"{what} ({how})" if what == "worker" else what] += 1
        self.workers_killed += what == "worker"
        took = until(lambda: state.is_done(run), PATIENCE, f"run {run} ends after {name} ({how}) was killed")
        self.recovered.append(took)
        print(f"{sum(self.killed.values())}: {name} {how}, done {took:.1f} s later", file=sys.stderr, flush=True)
        return True


if __name__ == "__main__":
    sys.exit(main())
