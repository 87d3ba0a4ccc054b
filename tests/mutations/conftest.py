"""The numbers of the inputs to make, and what watches over each."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from types import FrameType
from typing import Any

import pytest

SECONDS = 60
"""How long one input may take on a busy machine; most take a tenth of a second."""
SHARES = {"csv": 0.35, "xlsx": 0.2, "bulk": 0.35, "single": 0.1}
SEED = "20261122"


class Hangs(BaseException):
    """An input took longer than any may. Nothing that catches exceptions catches this."""


def _stop(signum: int, frame: FrameType | None) -> None:
    raise Hangs


@contextmanager
def watched() -> Iterator[None]:
    """Whatever happens within is over in `SECONDS`."""
    before = signal.signal(signal.SIGALRM, _stop)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


Each = Callable[[str, Callable[[Random], str]], Counter[str]]


@pytest.fixture
def each(request: pytest.FixtureRequest) -> Each:
    """`each(kind, check)` calls `check` with a Random of its own for each input of the kind; it says how the input ended.

    Whatever fails is told with the number of its input; the others are tried all the same.
    """
    count, first = request.config.getoption("--mutations"), request.config.getoption("--mutations-from")

    def run(kind: str, check: Callable[[Random], str]) -> Counter[str]:
        ends: Counter[str] = Counter()
        failures: list[str] = []
        share = SHARES[kind]
        for number in range(int(first * share), int((first + count) * share)):
            try:
                with watched():
                    ends[check(Random(f"{SEED} {kind} {number}"))] += 1
            except (Exception, Hangs) as error:
                failures.append(f"{kind} {number}: {type(error).__name__}: {str(error)[:400]}{_place(error)}")
        print(f"\n{kind}: {sum(ends.values())} held, {dict(ends)}; {len(failures)} failed")
        assert not failures, "\n".join(failures[:40])
        return ends

    return run


def _place(error: BaseException) -> str:
    """The last lines of code that an error came through."""
    trace: Any = error.__traceback__
    places = []
    while trace:
        places.append(f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " at " + " < ".join(reversed(places[-4:]))
