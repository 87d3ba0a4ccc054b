"""What the launcher tells the person who started it: short lines with the seconds since the start."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

BEGAN = time.monotonic()


def say(text: str) -> None:
    """One line, at once, with the time since the launcher began. A closed terminal is no reason to stop."""
    try:
        print(f"[{time.monotonic() - BEGAN:5.1f} s] {text}", flush=True)
    except (BrokenPipeError, OSError):
        sys.stdout = None


@contextmanager
def step(text: str) -> Iterator[None]:
    """Announce a step when it is done, with how long it took."""
    start = time.monotonic()
    yield
    say(f"{text} ({time.monotonic() - start:.1f} s)")
