"""More fields sent than a form or the API asks for: they do nothing, or are refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from people import roles
from people.models import User
from programs.models import Claim
from tests import callers
from tests.access.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("broker")]


@pytest.fixture
def world(settings: Any, tmp_path: Path) -> World:
    settings.MEDIA_ROOT = str(tmp_path)
    return World()


def as_person(world: World, person: str) -> Client:
    client = Client()
    client.force_login(world.people[person], backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_invitation__more_fields_than_asked__role_and_scope_stay(world: World) -> None:
    sent = {
        "name": "Nora",
        "password": "quiet harbour lamp",
        "role": "administrator",
        "regions": "",
        "email": "x@y.example",
    }
    assert Client().post(world.path("/account/invitation/{invitation}/"), sent).status_code == 302
    user = User.objects.get(pk=world.invited.user.pk)
    assert (user.name, user.role, user.email) == ("Nora", roles.ANALYST, "new@vendor.example")


@pytest.mark.parametrize("name", ["id", "pk", "created_at", "provenance", "custom", "win_rate", "team", "_state"])
def test_api__fields_that_are_not_to_be_written__refused(world: World, name: str) -> None:
    answer = callers.key("admin").patch("partners/P-1/", {name: 1})
    assert answer.status_code == 400, answer.content


def test_preferences__more_fields_than_asked__person_stays_as_they_are(world: World) -> None:
    sent = {"role": "administrator", "email": "x@y.example", "is_active": "", "is_staff": "on", "time_zone": "UTC"}
    as_person(world, "partner member").post("/portal/preferences/", sent)
    user = User.objects.get(pk=world.people["partner member"].pk)
    assert (user.role, user.email, user.is_active) == (roles.PARTNER_MEMBER, "hand@p-1.example", True)


def test_claim__more_fields_than_asked__company_and_status_are_not_theirs_to_say(world: World) -> None:
    sent = {"amount": "5.00", "currency": "EUR", "note": "x", "partner": "P-2", "status": "approved", "decided_by": "1"}
    as_person(world, "partner admin").post("/portal/claims/new/bonus/", sent)
    assert not Claim.objects.exclude(partner=world.partner).exists()
    assert not Claim.objects.filter(status="approved").exists()
