"""What the people and machines do; Locust runs this file. Whom they are is handed in by `PRM_LOAD_VISITORS` (a JSON file)."""

from __future__ import annotations

import json
import os
import random
from itertools import cycle
from pathlib import Path
from typing import Any

from locust import HttpUser, between, task

GIVEN: dict[str, Any] = json.loads(Path(os.environ["PRM_LOAD_VISITORS"]).read_text())
SESSIONS, KEYS = cycle(GIVEN["sessions"]), cycle(GIVEN["keys"])
CHANCE = random.Random(1)  # noqa: S311 — which page somebody looks at next is no secret


class Partner(HttpUser):
    """Somebody in the portal: comes in, looks around, reads each page for 4 to 12 seconds before the next.

    That is brisk: two hundred such people ask for 25 pages a second. Whoever also fills in forms asks for fewer.
    """

    fixed_count = GIVEN["users"]
    wait_time = between(4, 12)

    def on_start(self) -> None:
        """Signed in already: what is measured is the portal, not the deliberately slow check of a password."""
        self.client.cookies.set(GIVEN["cookie"], next(SESSIONS))
        self.client.get("/portal/")

    @task(6)
    def home(self) -> None:
        """The page everybody sees first."""
        self.client.get("/portal/")

    @task(8)
    def look_around(self) -> None:
        """Any of the others."""
        self.client.get(CHANCE.choice(GIVEN["pages"]))


class Machine(HttpUser):
    """A client of the interface: pulls lists and members, and follows the changes."""

    fixed_count = GIVEN["clients"]
    wait_time = between(1, 3)

    def on_start(self) -> None:
        """Its key; the feed from now."""
        self.client.headers["Authorization"] = f"Bearer {next(KEYS)}"
        self.after = ""

    @task(3)
    def members(self) -> None:
        """A page of a segment's members."""
        slug = CHANCE.choice(GIVEN["segments"])
        self.client.get(f"/api/v1/segments/{slug}/members/", name="/api/v1/segments/…/members/")

    @task(2)
    def records(self) -> None:
        """A page of records."""
        self.client.get(CHANCE.choice(["/api/v1/partners/", "/api/v1/customers/", "/api/v1/deals/"]))

    @task(2)
    def follow(self) -> None:
        """What changed since the last look."""
        address = self.after or "/api/v1/changes/?page_size=100"
        with self.client.get(address, name="/api/v1/changes/", catch_response=True) as answer:
            if answer.ok:
                self.after = answer.json()["next"]

    @task(1)
    def why(self) -> None:
        """Why somebody is in a segment, or not."""
        slug, partner = CHANCE.choice(GIVEN["segments"]), CHANCE.choice(GIVEN["partners"])
        self.client.get(f"/api/v1/segments/{slug}/members/{partner}/", name="/api/v1/segments/…/members/…/")
