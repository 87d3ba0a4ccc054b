"""Measurements of the nightly run at another size, and spread over two workers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

from celery import current_app
from django.test import override_settings

from benchmarks import world
from benchmarks.measures import RUNS, Sizes, quiet, recompute, without_columns
from segments.models import Recompute, Shard

PATIENCE = 60
"""Seconds that a worker may take to answer."""


def nightly_growth(sizes: Sizes) -> dict[str, Any]:
    """How much longer a night takes with four times the customers: this world against one of a quarter of its size."""
    if not sizes.growth:
        return {}
    small = sizes.customers // 4
    command = [
        sys.executable, "-m", "benchmarks", "--customers", str(small), "--partners", str(sizes.partners // 4),
        "--segments", str(sizes.segments), "--sample", str(sizes.sample), "--only", "nightly_alone", "--no-rivals",
    ]  # fmt: skip
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)  # noqa: S603 - ourselves
    found = json.loads(done.stdout)
    few = found["nightly_seconds"]
    many = _whole(RUNS)
    return {
        "nightly_growth": round(median(many) / median(few), 2),
        "nightly_growth_customers": [small, sizes.customers],
        "nightly_growth_seconds": [few, [round(each, 3) for each in many]],
    }


def _whole(nights: int) -> list[float]:
    """Nights with everything read; seconds each."""
    taken = []
    with without_columns():
        for _ in range(nights):
            world.change_some(0.01, Recompute.objects.count())
            quiet()
            taken.append(recompute()[1])
    return taken


def nightly_two_workers(sizes: Sizes) -> dict[str, Any]:
    """The night cut into shares: by one worker, and by two; and whether one finds the members that two found."""
    with override_settings(SHARD_ABOVE=0), without_columns():
        alone = _whole(RUNS)
        with _worker() as name:
            together = _whole(RUNS)
            helped = current_app.control.inspect([name], timeout=5).stats() or {}
    with without_columns():
        again, _ = recompute()
    shares = helped.get(name, {}).get("total", {}).get("prm.help_out", 0)
    return {
        "nightly_two_workers": round(median(alone) / median(together), 2),
        "nightly_two_workers_members_identical": not again.entered and not again.left,
        "nightly_two_workers_seconds": [[round(each, 2) for each in taken] for taken in (alone, together)],
        "nightly_two_workers_calls_for_help": shares,
        "nightly_two_workers_shards_left": Shard.objects.count(),
    }


@contextmanager
def _worker() -> Iterator[str]:
    """A Celery worker beside this process, on the same database and broker."""
    name = f"bench@{os.getpid()}"
    command = [sys.executable, "-m", "celery", "-A", "prm", "worker", "--concurrency=1", "--loglevel=ERROR"]
    command += ["-n", name, "--without-gossip", "--without-mingle"]
    environment = {**os.environ, "PRM_SHARD_ABOVE": "0", "PRM_SNAPSHOT_ABOVE": "0"}
    process = subprocess.Popen(command, env=environment, stdout=sys.stderr)  # noqa: S603 - ourselves
    try:
        for _ in range(PATIENCE):
            if current_app.control.ping([name], timeout=1):
                break
        else:
            raise RuntimeError("The second worker does not answer.")
        yield name
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)
