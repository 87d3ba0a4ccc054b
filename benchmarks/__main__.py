"""`python -m benchmarks`: one JSON object on standard output; progress on standard error."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from typing import Any


def main() -> None:
    """Make a world of the size asked for, and measure."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--partners", type=int, default=10_000)
    parser.add_argument("--segments", type=int, default=200)
    parser.add_argument("--sample", type=int, default=50, help="segments that the SQL rival really runs")
    parser.add_argument(
        "--only", default="", help="names of measurements, with commas; first_run goes before any other"
    )
    parser.add_argument("--no-rivals", action="store_true", help="the first run without its rivals")
    parser.add_argument("--no-growth", action="store_true", help="no second world of a quarter of the customers")
    parser.add_argument("--keep", action="store_true", help="use the database of the last run")
    given = parser.parse_args()

    from benchmarks.database import prepare

    is_new = prepare(name=f"prm_bench_{given.customers}_{given.segments}", keep=given.keep)
    from benchmarks import changing, measures, moving, reading, settling, spreading, world
    from benchmarks.pages.step import page_ms

    sizes = measures.Sizes(given.customers, given.partners, given.segments, given.sample, not given.no_growth)
    found: dict[str, Any] = {
        "customers": sizes.customers,
        "partners": sizes.partners,
        "segments": sizes.segments,
        "cores": os.cpu_count(),
        "load_before": os.getloadavg()[0],
    }
    steps: dict[str, Any] = {
        "first_run": measures.first_run_alone if given.no_rivals else measures.first_run,
        "nightly": measures.nightly,
        "nightly_alone": measures.nightly_alone,
        "nightly_growth": spreading.nightly_growth,  # while this world, too, has seen nothing but nights
        "preview": reading.preview,
        "nightly_kept": measures.nightly_kept,
        "nightly_two_workers": spreading.nightly_two_workers,
        "evaluation": reading.evaluation,
        "explain": reading.explained,
        "overlap": reading.overlap,
        "on_change": changing.on_change,
        "bulk_change": changing.bulk_change,
        "as_of": reading.as_of,
        "members_csv": moving.members_csv,
        "import": moving.import_rows,
        "settle": settling.settle,
        "sizes": measures.size_of_things,
        "page_ms": page_ms,
    }
    if is_new:
        tell("making the records")
        world.make_records(customers=sizes.customers, partners=sizes.partners)
        world.make_segments(sizes.segments)
    if measures.has_members():
        del steps["first_run"]
    only = {name for name in given.only.split(",") if name}
    if not only:
        del steps["nightly_alone"]
    for name, step in steps.items():
        if only and name not in only and (name != "first_run" or only == {"world"}):
            continue
        tell(name)
        start = time.monotonic()
        try:
            figures = step(sizes)
            found.update(figures)
            tell(json.dumps(figures))
        except Exception as error:
            found.setdefault("errors", {})[name] = f"{type(error).__name__}: {error}"
            tell(f"{name} failed: {error!r}")
        tell(f"{name} took {time.monotonic() - start:.1f} s")
    found["load_after"] = os.getloadavg()[0]
    print(json.dumps(found, indent=1))


def tell(words: str) -> None:
    """Progress."""
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
