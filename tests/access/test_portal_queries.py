"""No page of the portal asks the database more than a dozen times, in however rich a world."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.access.table import PORTAL
from tests.access.test_queries import asked, grow, queries
from tests.access.world import World
from tests.programs import world as making

MOST = 12
RULES: list[dict[str, Any]] = [
    {"field": "tier", "operator": "=", "value": "platinum"},
    {"field": "trainings_completed", "operator": ">=", "value": 3},
    {"field": "won_revenue_12m", "operator": ">", "value": 1_000_000},
    {"field": "customers_count", "operator": ">", "value": 500},
    {"field": "last_sign_in_at", "operator": "inLast", "value": {"last": 1, "unit": "days"}},
    {"field": "segment", "operator": "in", "value": ["asks-0", "asks-1"]},
    {"field": {"aggregate": "count", "of": "deals", "where": {"field": "stage", "operator": "=", "value": "won"}},
     "operator": ">", "value": 50},
    {"field": {"aggregate": "sum", "of": "deals.amount", "window": {"last": 90, "unit": "days"}, "date": "closed_on"},
     "operator": ">", "value": 10_000_000},
    {"field": {"aggregate": "count", "of": "customers", "where": {"field": "region", "operator": "=", "value": "NA"}},
     "operator": ">", "value": 5},
    {"field": {"aggregate": "count", "of": "activities"}, "operator": ">", "value": 5000},
    {"field": {"aggregate": "count", "of": "enrolments"}, "operator": ">", "value": 500},
    {"field": {"aggregate": "sum", "of": "claims.amount"}, "operator": ">", "value": 5_000_000},
    {"field": "employees", "operator": "topPercent", "value": 5, "within": "region"},
]  # fmt: skip


@pytest.fixture
def world(db: None, settings: Any, tmp_path: Path, broker: Any) -> World:
    """A dozen of everything, and segments in sight whose rules read all there is to read."""
    settings.MEDIA_ROOT = str(tmp_path)
    made = World()
    grow(made, range(14))
    for number, rule in enumerate(RULES):
        making.segment(f"asks-{number}", rule=rule, partner_visible=True, name=f"Asks {number}")
    return made


@pytest.mark.parametrize("person", ["partner admin", "partner member", "other company"])
def test_portal_page__rich_world__a_dozen_queries_at_most(person: str, world: World) -> None:
    client = Client()
    user = world.people[person]
    assert user is not None
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    counts = {address: queries(client, address) for address in asked(PORTAL, world, person)}
    assert len(counts) > 10
    assert {address: count for address, count in counts.items() if count > MOST} == {}


def test_gap__rules_of_every_kind__shows_what_is_missing(world: World) -> None:
    client = Client()
    client.force_login(world.people["partner admin"], backend="allauth.account.auth_backends.AuthenticationBackend")
    shown = client.get("/portal/segments/gap/").context["gaps"]
    assert len(shown) == 5
    assert all(each["gap"].missing for each in shown)
