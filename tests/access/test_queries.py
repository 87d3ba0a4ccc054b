"""No page asks the database more often because there is more to show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from partners.models import Activity, Attribute, Customer, Deal, Import, Partner
from people import roles
from people.models import User
from programs.models import Offer
from segments.models import Change, Recompute
from tests.access.table import CONSOLE, PORTAL, REST, Row
from tests.access.world import PEOPLE, World
from tests.programs import world as making

FEW, MANY = range(2), range(2, 14)
DOORS = {"administrator": {**CONSOLE, **REST}, "partner admin": PORTAL}


@pytest.fixture
def world(db: None, settings: Any, tmp_path: Path, broker: Any) -> World:
    """One of everything; files go to a folder of the test's own."""
    settings.MEDIA_ROOT = str(tmp_path)
    return World()


def grow(world: World, numbers: range) -> None:
    """More of everything that a page may list."""
    now = timezone.now()
    members = list(Partner.objects.exclude(external_id="P-2"))
    for number in numbers:
        partner = making.partner(f"M-{number}", region="EMEA", parent=world.partner)
        members.append(partner)
        customer = Customer.objects.create(external_id=f"N-{number}", name=f"Buyer {number}", region="EMEA")
        customer.partners.add(world.partner)
        world.customer.partners.add(partner)
        Deal.objects.create(external_id=f"O-{number}", partner=world.partner, customer=world.customer, amount=number)
        Deal.objects.create(external_id=f"Q-{number}", partner=partner, customer=customer)
        Activity.objects.create(partner=world.partner, kind="sign_in", user=world.people["partner admin"])
        Attribute.objects.create(subject="partner", name=f"extra_{number}", label=f"Extra {number}", type="text")
        Import.objects.create(
            subject="partner", filename="m.csv", created_by=making.staff(email=f"m{number}@vendor.example"),
            status="failed",
        )  # fmt: skip
        User.objects.create_user(f"x{number}@vendor.example", role=roles.ANALYST)
        making.colleague(world.partner, f"y{number}@p-1.example")
        segment = making.segment(f"more-{number}", [world.partner, partner], partner_visible=True)
        for kind in ("content", "course", "incentive"):
            program = making.program(f"{kind}-{number}", kind=kind, any=[segment, world.segment])
            Offer.objects.create(program=program, partner=world.partner, offered_at=now)
            Offer.objects.create(program=program, partner=partner, offered_at=now)
        run = Recompute.objects.create(trigger="manual", as_of=now, status="failed", finished_at=now)
        for each in (segment, world.segment):
            Change.objects.create(segment=each, subject_id=partner.pk, kind="entered", at=now, version=1, recompute=run)
    making.set_members(world.segment, members)


def queries(client: Client, address: str) -> int:
    """How many statements a page takes, once whatever is remembered is remembered."""
    client.get(address)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200, address
    return len(caught)


def asked(rows: dict[str, Row], world: World, person: str) -> list[str]:
    """The addresses that this person may read."""
    place = PEOPLE.index(person)
    return [world.path(row.path) for row in rows.values() if row.method == "get" and row.expected[place] == 200]


@pytest.mark.parametrize("person", list(DOORS))
def test_page__much_more_to_show__as_many_queries(person: str, world: World) -> None:
    client = Client()
    user = world.people[person]
    assert user is not None
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    grow(world, FEW)
    few = {address: queries(client, address) for address in asked(DOORS[person], world, person)}
    assert len(few) > 4
    grow(world, MANY)
    many = {address: queries(client, address) for address in few}
    assert {address: (few[address], many[address]) for address in few if many[address] > few[address]} == {}
