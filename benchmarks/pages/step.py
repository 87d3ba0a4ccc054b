"""The pages as one step of the benchmarks: in a process and a database of their own, so that they meet a quiet house."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from benchmarks.measures import Sizes

TIMES = 10
"""How often each page is asked: with the making of the world, what is left of half an hour."""
SHOWN = 25
"""So many of the slowest pages are in the JSON; `python -m benchmarks.pages` lists them all."""


def page_ms(sizes: Sizes, *, environment: dict[str, str] | None = None) -> dict[str, Any]:
    """Every console and portal page, p50, p95 and queries, the slowest first."""
    numbers = {
        "--partners": max(sizes.partners, 2000),
        "--customers": max(sizes.customers, 8000),
        "--segments": sizes.segments,
        "--times": TIMES,
    }
    command = [sys.executable, "-m", "benchmarks.pages", *(str(part) for pair in numbers.items() for part in pair)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, env=environment or dict(os.environ), text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found | {"pages": found["pages"][:SHOWN]}
