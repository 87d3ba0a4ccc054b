"""Requests through the real WSGI handler, in this process: no network, no web server's queue, everything else."""

from __future__ import annotations

import io
import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from wsgiref.util import setup_testing_defaults

from django.conf import settings
from django.db import connection
from django.test import Client

from benchmarks.pages.addresses import Address
from people.models import User

FIRST_BYTES = frozenset({"export/", "statement.csv", "as=csv"})
"""How addresses end that stream a file: the time to the first piece of it counts."""


@dataclass
class Answered:
    """What one address gave."""

    address: Address
    status: int = 0
    times: list[float] = field(default_factory=list)
    """Milliseconds."""
    queries: int = 0
    size: int = 0
    kind: str = ""
    slowest: str = ""
    """The slowest statement of the last request, and its milliseconds."""

    def at(self, share: float) -> float:
        """A percentile by nearest rank: the least time that so large a share of the requests did not exceed."""
        ordered = sorted(self.times)
        return round(ordered[math.ceil(len(ordered) * share) - 1], 1)

    def row(self) -> dict[str, Any]:
        """As the JSON has it."""
        said = {"page": self.address.path, "p50": self.at(0.5), "p95": self.at(0.95), "queries": self.queries}
        if self.address.person != "admin@vendor.example":
            said["as"] = self.address.person.partition("@")[0]
        return said | ({"slowest": self.slowest} if self.slowest else {})


class Browser:
    """Somebody who is signed in."""

    def __init__(self, application: Callable[..., Any]) -> None:
        self.application = application
        self.cookies: dict[str, str] = {}

    def cookie(self, person: str) -> str:
        """What their browser sends."""
        if person not in self.cookies:
            client = Client()
            client.force_login(User.objects.get(email=person), backend=settings.AUTHENTICATION_BACKENDS[0])
            name = settings.SESSION_COOKIE_NAME
            self.cookies[person] = f"{name}={client.cookies[name].value}"
        return self.cookies[person]

    def ask(self, address: Address) -> tuple[int, str, int, float]:
        """Status, kind and bytes of the answer, and how many milliseconds it took; of a stream, to the first piece."""
        path, _, query = address.path.partition("?")
        environ: dict[str, Any] = {
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "HTTP_HOST": "127.0.0.1",
            "HTTP_COOKIE": self.cookie(address.person),
            "wsgi.input": io.BytesIO(),
            "REMOTE_ADDR": "127.0.0.1",
        }
        setup_testing_defaults(environ)
        said: list[Any] = []
        start = time.perf_counter()
        parts: Iterable[bytes] = self.application(environ, lambda status, headers, *_: said.extend((status, headers)))
        size = 0
        for part in parts:
            size += len(part)
            if size and address.path.endswith(tuple(FIRST_BYTES)):
                break
        taken = (time.perf_counter() - start) * 1000
        if (close := getattr(parts, "close", None)) is not None:
            close()
        kind = next((value for name, value in said[1] if name.lower() == "content-type"), "")
        return int(said[0].split()[0]), kind, size, taken


@dataclass
class Counter:
    """Counts statements, and remembers the slowest."""

    count: int = 0
    slowest: float = 0.0
    statement: str = ""

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        """As Django's database instrumentation asks."""
        start = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            taken = (time.perf_counter() - start) * 1000
            self.count += 1
            if taken > self.slowest:
                self.slowest, self.statement = taken, str(sql)


def measure(browser: Browser, found: Answered) -> None:
    """The address once more."""
    counter = Counter()
    with connection.execute_wrapper(counter):
        found.status, found.kind, found.size, taken = browser.ask(found.address)
    found.times.append(taken)
    found.queries = counter.count
    if counter.slowest > 30:
        found.slowest = f"{counter.slowest:.0f} ms: {counter.statement[:300]}"
