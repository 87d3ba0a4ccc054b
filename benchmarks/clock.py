"""Stop-watches and memory."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any


class Watch:
    """Seconds that passed inside a `with`."""

    seconds = 0.0

    def __enter__(self) -> Watch:
        self._start = time.perf_counter()
        return self

    def __exit__(self, *error: object) -> None:
        self.seconds = time.perf_counter() - self._start


def p95(call: Callable[[], Any], times: int) -> tuple[float, float]:
    """Median and 95th percentile of a call, in milliseconds."""
    taken = []
    for _ in range(times):
        with Watch() as watch:
            call()
        taken.append(watch.seconds * 1000)
    taken.sort()
    return median(taken), taken[min(len(taken) - 1, int(len(taken) * 0.95))]


@contextmanager
def peak_memory() -> Iterator[list[float]]:
    """The most memory that this process held meanwhile, in GB, in the list once it is over."""
    found: list[float] = [0.0]
    done = threading.Event()

    def look() -> None:
        while not done.wait(0.02):
            found[0] = max(found[0], resident())

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        done.set()
        thread.join()


def resident() -> float:
    """Memory of this process in GB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024**2
    return 0.0
