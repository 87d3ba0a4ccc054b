"""A small channel: five partners, two customers, staff of each role, one published segment."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from partners.models import Customer, Partner, TeamMember
from people import roles
from people.models import User
from segments import drafting, publishing
from segments.membership import recompute, request_recompute

PASSWORD = "open-the-portal-7"
GOLD = {"field": "tier", "operator": "=", "value": "gold"}
EMEA = {"field": "region", "operator": "=", "value": "EMEA"}


@pytest.fixture
def _urls(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.segments.console.urls"


@pytest.fixture
def channel(db: None, broker: Any, _urls: None) -> SimpleNamespace:
    """Partners P1 to P5, customers C1 and C2, people by role, and "gold" (P1, P3) published and computed."""
    return make_channel()


def make_channel() -> SimpleNamespace:
    """The same, for tests that have their own database fixture."""
    cache.clear()
    rows = [
        ("P1", "Alder", "var", "gold", "EMEA"),
        ("P2", "Birch", "msp", "silver", "NA"),
        ("P3", "Cedar", "msp", "gold", "NA"),
        ("P4", "Dogwood", "si", "silver", "EMEA"),
        ("P5", "Elm", "var", "", "APAC"),
    ]
    partners = {
        key: Partner.objects.create(external_id=key, name=name, partner_type=kind, tier=tier, region=region)
        for key, name, kind, tier, region in rows
    }
    for key, industry in (("C1", "retail"), ("C2", "energy")):
        Customer.objects.create(external_id=key, name=f"Customer {key}", industry=industry, region="EMEA")
    people = {
        role: User.objects.create_user(f"{role}@vendor.example", password=PASSWORD, role=role, name=role.title())
        for role in sorted(roles.VENDOR)
    }
    people["regional"] = User.objects.create_user(
        "regional@vendor.example", password=PASSWORD, role=roles.CHANNEL_MANAGER, regions=["EMEA"], name="Regional"
    )
    people["partner"] = User.objects.create_user("p@p1.example", password=PASSWORD, role=roles.PARTNER_ADMIN)
    TeamMember.objects.create(user=people["partner"], partner=partners["P1"])
    gold = drafting.create_segment(slug="gold", name="Gold partners", subject="partner", rule=GOLD, author="Ada")
    publishing.publish(segment=gold, author="Ada", queue=False)
    compute()
    gold.refresh_from_db()
    return SimpleNamespace(partners=partners, people=people, gold=gold)


def compute() -> Any:
    """A run of everything, here and now."""
    run = request_recompute(trigger="manual")
    recompute(run=run)
    run.refresh_from_db()
    assert run.status == "succeeded", run.error
    return run


@pytest.fixture
def as_(channel: SimpleNamespace) -> Any:
    """A client signed in as a role, "regional" or "partner"; signed out for ""."""

    def client(who: str) -> Client:
        made = Client()
        if who:
            made.force_login(channel.people[who])
        return made

    return client
