"""All pages in rounds, one request to each: every page is reached first, and none is only ever asked while it is warm."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.db import connections

from benchmarks.pages.addresses import Address
from benchmarks.pages.asking import Answered, Browser, measure

SLOW = 2.0
"""Seconds of all its requests after which a page is asked no more, once it was asked `LEAST` times."""
LEAST = 5


@dataclass
class Asked:
    """What came of it."""

    pages: list[Answered] = field(default_factory=list)
    unread: dict[str, int] = field(default_factory=dict)
    """By route, the status of those that cannot be read: most of them are for forms alone."""
    unreached: list[str] = field(default_factory=list)


def ask_in_turn(
    browser: Browser,
    wanted: Sequence[tuple[str, Address]],
    *,
    times: int,
    seconds: float,
    tell: Callable[[str], None],
) -> Asked:
    """(route, address) each, up to `times`, as far as the time allows; slow ones less often."""
    found, began = Asked(), time.monotonic()
    for route, address in wanted:
        if time.monotonic() - began > seconds:
            found.unreached.append(address.path)
            continue
        try:
            browser.ask(address)
            answered = Answered(address)
            measure(browser, answered)
        except Exception as error:  # the page's own; the others are still to be asked
            tell(f"{address.path} failed: {error!r}")
            found.unread[route or address.path] = 500
            connections.close_all()
            continue
        if answered.status == 200:
            found.pages.append(answered)
        else:
            found.unread[route or address.path] = answered.status
    tell(f"{len(found.pages)} pages reached in {time.monotonic() - began:.0f} s")
    for number in range(2, times + 1):
        for answered in list(found.pages):
            if time.monotonic() - began > seconds:
                tell(f"The time was up in round {number}")
                return found
            if number <= LEAST or sum(answered.times) < SLOW * 1000:
                measure(browser, answered)
            if answered.status != 200:  # it is no page any more: signed out, or gone
                found.pages.remove(answered)
                found.unread[answered.address.path] = answered.status
    return found
