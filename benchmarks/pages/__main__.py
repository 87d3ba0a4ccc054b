"""`python -m benchmarks.pages`: one JSON object on standard output, the slowest pages first; progress on standard error."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
from typing import Any

CONSOLE, HOME = 300, 100


def main() -> None:
    """Make a world of the size asked for, unless there is one, and ask every page of it."""
    parser = argparse.ArgumentParser(prog="benchmarks.pages", description=__doc__)
    parser.add_argument("--partners", type=int, default=10_000)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--segments", type=int, default=200)
    parser.add_argument("--programs", type=int, default=100)
    parser.add_argument("--times", type=int, default=20, help="how often each page is asked")
    parser.add_argument("--only", default="", help="only addresses that this regular expression finds something in")
    parser.add_argument("--seconds", type=int, default=1500, help="ask no further pages after so long")
    parser.add_argument("--keep", action="store_true", help="use the world of the last run, and leave it")
    parser.add_argument("--make", action="store_true", help="only make the world")
    given = parser.parse_args()
    os.environ["PRM_LOG_LEVEL"] = "ERROR"
    os.environ["PRM_DEBUG"] = "0"  # templates are kept, statements are not: as it runs for people

    from benchmarks.database import drop, prepare

    name = f"prm_pages_{given.partners}_{given.customers}_{given.segments}"
    is_new = prepare(name=name, keep=given.keep)
    from django.core.management import call_command

    from benchmarks.pages.records import Sizes

    if is_new:
        populate(Sizes(given.partners, given.customers, given.segments, given.programs))
    keep_columns()
    if given.make:
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    print(json.dumps(ask_everything(given.times, given.only, given.seconds), indent=1))
    if not given.keep:
        drop(name)


def populate(sizes: Any) -> None:
    """Everything, as after a quiet hour."""
    from benchmarks.pages import agreeing, judging, offering, records, segmenting

    for step in (
        records.make_records,
        segmenting.make_segments,
        offering.make_programs,
        agreeing.make_agreements,
        judging.make_voices,
        quiet,
        judging.make_figures,
        quiet,
    ):
        start = time.monotonic()
        step(sizes)
        tell(f"{step.__name__} took {time.monotonic() - start:.0f} s")


def keep_columns() -> None:
    """As a worker does soon after an import, and every day."""
    from partners import snapshot
    from partners.vocabulary import Subject

    for subject in Subject:
        if snapshot.is_due(subject):
            snapshot.write(subject)


def quiet(sizes: Any) -> None:
    """Statistics and visibility, as autovacuum leaves them."""
    from benchmarks.pages.records import run

    run("VACUUM ANALYZE")


def ask_everything(times: int, only: str, seconds: int) -> dict[str, Any]:
    """Every page, and which miss."""
    from django.db import connections

    from benchmarks.pages.addresses import routes, variants
    from benchmarks.pages.asking import Browser
    from benchmarks.pages.rounds import ask_in_turn
    from prm.wsgi import application

    connections.close_all()
    os.environ["PGOPTIONS"] = "-c statement_timeout=15000"  # nothing may hold the others up for ever
    load = os.getloadavg()[0]
    browser = Browser(application)
    wanted = [*routes(), *(("", address) for address in variants())]
    wanted = [(route, address) for route, address in wanted if re.search(only, address.path)]
    asked = ask_in_turn(browser, wanted, times=times, seconds=seconds, tell=tell)
    found = sorted(asked.pages, key=lambda each: -each.at(0.95))
    homes = [each for each in found if each.address.path == "/portal/"]
    slow = [each for each in found if each.at(0.95) > budget(each.address.path)]
    portal = [each for each in found if each.address.path.startswith("/portal/")]
    return {
        "page_ms": found[0].at(0.95) if found else None,
        "portal_home_ms": max((each.at(0.95) for each in homes), default=None),
        "pages_asked": len(found),
        "pages_over_budget": len(slow),
        "pages_not_reached": len(asked.unreached),
        "portal_queries_most": max((each.queries for each in portal), default=None),
        "pages_requests_fewest": min((len(each.times) for each in found), default=None),
        "pages_how": f"in rounds of one request to each page, at most {times} and one to warm up, through the WSGI handler in"
        " one process; milliseconds; p95 by nearest rank",
        "pages_load_average": [round(load, 2), round(os.getloadavg()[0], 2)],
        "pages_over": [each.row() for each in slow],
        "pages_unreached": asked.unreached,
        "pages": [each.row() for each in found],
        "pages_not_read": asked.unread,
    }


def budget(path: str) -> int:
    """Milliseconds that 95 of 100 requests may take."""
    return HOME if path == "/portal/" else CONSOLE


def tell(words: str) -> None:
    """Progress."""
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
