"""`python -m chaos --times 2`: every fault so many times, then a close look. One JSON object; exit code 1 when anything is wrong.

Nobody helps: supervisor, beat, sweep and leases have to bring everything to its end.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from chaos.rig import Product, SmallDisk
from chaos.writing import write_table
from tests.killing.rig import until

VICTIMS = ("worker", "beat", "web", "valkey", "postgres")
DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "reliability.md"


def main() -> int:
    """Run the stages asked for, print, judge."""
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    parser.add_argument("--times", type=int, default=2, help="kills of each: worker, beat, web, broker, PostgreSQL")
    parser.add_argument("--away", type=float, default=60, help="seconds without the broker")
    parser.add_argument("--customers", type=int, default=2000)
    parser.add_argument("--rows", type=int, default=4000, help="rows of each imported file")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", nargs="+", choices=["kills", "away", "disk", "clocks"], default=None)
    parser.add_argument("--write", action="store_true", help="put the outcome into docs/reliability.md")
    parser.add_argument("--stage", choices=["kills", "away", "disk"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.stage:
        print(json.dumps(stage(options)))
        return 0
    report: dict[str, Any] = {"on": date.today().isoformat(), "processors": os.cpu_count()}  # noqa: DTZ011
    for name in options.only or ["kills", "away", "disk", "clocks"]:
        report[name] = clocks() if name == "clocks" else in_a_process(name)
    if options.write:
        write_table(DOCUMENT, report)
    print(json.dumps(report))
    return 0 if all(is_clean(part) for part in report.values() if isinstance(part, dict)) else 1


def is_clean(part: dict[str, Any]) -> bool:
    """Nothing is wrong, or it could not be tried here and says why."""
    return "not_tried" in part or ("error" not in part and not any(part["wrong"].values()))


def in_a_process(name: str) -> dict[str, Any]:
    """A stage has settings, services and tables of its own, so it is a process of its own."""
    command = [sys.executable, "-m", "chaos", *sys.argv[1:], "--stage", name]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        return {"error": f"The stage ended with exit code {done.returncode}"}
    found: dict[str, Any] = json.loads(lines[-1])
    return found


def stage(options: argparse.Namespace) -> dict[str, Any]:
    """One stage on a product of its own."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as scratch:
        if options.stage != "disk":
            return on(Product(Path(scratch)), options, None)
        if os.geteuid() != 0:
            return {"not_tried": "a disk of its own can be mounted by root only"}
        with SmallDisk(Path(scratch, "disk")) as disk:
            return on(Product(disk.folder / "state"), options, disk)


def on(product: Product, options: argparse.Namespace, disk: SmallDisk | None) -> dict[str, Any]:
    """The product runs, the faults happen, it is looked at."""
    with product.services():
        import django

        django.setup()
        from chaos.world import World

        chance = random.Random(options.seed)  # noqa: S311
        world = World(product.address, chance, customers=options.customers, rows=options.rows)
        product.start_workers(2, concurrency=2)
        product.start_web()
        for name in ("worker-0", "worker-1"):
            until(lambda name=name: product.ready(name), 90, f"{name} takes tasks")  # type: ignore[misc]
        world.begin("first")
        usual = world.wait()
        faults: dict[str, Callable[..., dict[str, Any]]] = {"kills": kills, "away": away, "disk": full}
        did = faults[options.stage](product, world, options, usual, disk)
        told = world.wait_until_told()
        found = world.findings()
        if disk is not None:  # a run may fail for want of room and says so; its shares go with it when it is forgotten
            found["runs_failed_and_told"] = found["wrong"].pop("failed_runs")
            found["shares_of_failed_runs"] = found["wrong"].pop("shares_left_behind")
        return did | {"usual_s": round(usual, 1), "told_after_s": round(told, 1)} | found


def kills(product: Product, world: Any, options: argparse.Namespace, usual: float, _disk: None) -> dict[str, Any]:
    """Each victim in turn, at a random instant while everything is going on."""
    killed: Counter[str] = Counter()
    met: Counter[str] = Counter()
    longest: dict[str, float] = {}
    rounds = [victim for victim in VICTIMS for _ in range(options.times)]
    world.chance.shuffle(rounds)
    world.receiver.delay = 0.02
    for number, victim in enumerate(rounds):
        world.begin(f"k{number}")
        time.sleep(world.chance.random() * min(usual, 4.0))
        name = world.chance.choice(["worker-0", "worker-1"]) if victim == "worker" else victim
        if product.kill(name, "all", world.chance):
            killed[victim] += 1
        met.update(f"{victim} during {what}" for what in world.under_way())
        took = world.wait()
        longest[victim] = round(max(longest.get(victim, 0.0), took), 1)
        print(f"{number + 1} of {len(rounds)}: {name}, all done {took:.1f} s later", file=sys.stderr, flush=True)
    return {"killed": dict(killed), "met": dict(sorted(met.items())), "longest_s": longest}


def away(product: Product, world: Any, options: argparse.Namespace, _usual: float, _disk: None) -> dict[str, Any]:
    """The broker is away, and people go on writing."""
    writes = failed = 0
    with product.without("valkey"):
        until_then = time.monotonic() + options.away
        while time.monotonic() < until_then:
            try:
                if writes % 4 == 0:
                    world.bring_file(f"a{writes}")
                world.write()
            except Exception as error:
                print(f"A write failed: {error!r}", file=sys.stderr, flush=True)
                failed += 1
            writes += 1
            time.sleep(2)
    took = world.wait()
    return {"away_s": options.away, "writes": writes, "writes_failed": failed, "done_after_s": round(took, 1)}


def full(product: Product, world: Any, options: argparse.Namespace, _usual: float, disk: Any) -> dict[str, Any]:
    """The disk fills up in the middle of everything, stays full for a while, and has room again."""
    refused = 0
    with disk.full(left=3_000_000):
        for number in range(options.times * 2):
            try:
                world.begin(f"d{number}", with_client=number == 0)
            except Exception as error:
                refused += 1
                print(f"Refused: {error!r:.200}", file=sys.stderr, flush=True)
            time.sleep(5)
    from tests.killing.state import again

    again(lambda: None)
    took = world.wait()
    world.begin("after")
    world.wait()
    return {"refused_while_full": refused, "done_after_s": round(took, 1)}


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


if __name__ == "__main__":
    sys.exit(main())
