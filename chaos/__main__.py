"""`python -m chaos --times 5`: every fault so many times, then a close look. One JSON object; exit code 1 when anything is wrong.

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
from datetime import date
from pathlib import Path
from typing import Any

from chaos.faults import DOCUMENT, STAGES, clocks
from chaos.rig import Product, SmallDisk
from chaos.writing import write_table
from tests.killing.rig import until


def main() -> int:
    """Run the stages asked for, print, judge."""
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    parser.add_argument("--times", type=int, default=5, help="how often each fault, and each kill during each phase")
    parser.add_argument("--away", type=float, default=60, help="seconds without the broker")
    parser.add_argument("--customers", type=int, default=1000)
    parser.add_argument("--rows", type=int, default=3000, help="rows of a file whose import is to be met")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", nargs="+", choices=[*STAGES, "clocks"], default=None)
    parser.add_argument("--write", action="store_true", help="put the outcome into docs/reliability.md")
    parser.add_argument("--stage", choices=list(STAGES), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.stage:
        print(json.dumps(stage(options)))
        return 0
    report: dict[str, Any] = {"on": date.today().isoformat(), "processors": os.cpu_count()}  # noqa: DTZ011
    for name in options.only or [*STAGES, "clocks"]:
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
        world.begin("first", "import")
        world.wait()
        did = STAGES[options.stage](product, world, options, disk)  # type: ignore[operator]
        told = world.wait_until_told()
        found = world.findings()
        if disk is None:  # with room for it, nothing has to be brought a second time
            found["wrong"]["imports_failed"] = found["imports_failed_and_told"]
        else:  # a run may fail for want of room and says so; its shares go with it when it is forgotten
            found["runs_failed_and_told"] = found["wrong"].pop("failed_runs")
            found["shares_of_failed_runs"] = found["wrong"].pop("shares_left_behind")
        return did | {"told_after_s": round(told, 1)} | found


if __name__ == "__main__":
    sys.exit(main())
