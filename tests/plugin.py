"""Read by pytest before the settings are (see `addopts`): gives each xdist worker a broker database of its own.

Tests empty their broker database. On a server that REDIS_URL names, that is number 8 and up, so the default one is safe.
"""

import os
import re
from typing import Any

FIRST_DATABASE = 8


def broker_for_tests(url: str, worker: str) -> str:
    """The address with the number of the database for this xdist worker ("gw3" → the fourth; no worker → the first)."""
    number = FIRST_DATABASE + int(re.sub(r"\D", "", worker) or 0)
    if url.startswith("redis+socket://"):
        return f"{url.partition('?')[0]}?virtual_host={number}"
    base = re.sub(r"(?<=[^/])/\d*$", "", url)
    return f"{base}/{number}"


if "REDIS_URL" in os.environ and "PRM_TEST_BROKER" not in os.environ:
    os.environ["PRM_TEST_BROKER"] = os.environ["REDIS_URL"]
if "PRM_TEST_BROKER" in os.environ:
    os.environ["REDIS_URL"] = broker_for_tests(os.environ["PRM_TEST_BROKER"], os.environ.get("PYTEST_XDIST_WORKER", ""))
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright keeps a loop in the thread that the tests run in


def pytest_addoption(parser: Any) -> None:
    """How long the longer tests go on; where pictures of the pages are kept."""
    parser.addoption("--reference-pairs", type=int, default=400, help="random (rule, records) pairs to compare")
    parser.addoption(
        "--kills", type=int, default=5, help="workers to kill; the broker and PostgreSQL a fifth of it each"
    )
    parser.addoption(
        "--contract-examples", type=int, default=2, help="examples for each operation of the API and scope"
    )
    parser.addoption(
        "--contract-seconds", type=int, default=0, help="how long the API is tried; 0: as the examples say"
    )
    parser.addoption("--contract-paths", default="", help="only addresses of the API that match this expression")
    parser.addoption("--mutations", type=int, default=300, help="files and bodies to make worse and send, in all")
    parser.addoption("--mutations-from", type=int, default=0, help="the number of the first: a long run in pieces")
    parser.addoption("--deals", type=int, default=3000, help="random deals whose earnings are worked out twice")
    parser.addoption("--feed-seconds", type=int, default=5, help="how long ten writers commit while a reader follows")
    parser.addoption("--screenshots", default="", help="a folder to keep a picture of every page in")
