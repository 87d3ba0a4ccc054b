"""Sensitive values: masked on every page, and whoever is told one is written down."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from partners.models import Attribute, Customer, Deal, Disclosure, Partner
from people import roles
from people.models import User
from segments.models import Segment
from tests import callers
from tests.access.table import CONSOLE, PORTAL
from tests.access.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("broker")]
SECRET = "rather unwell 8417"


@pytest.fixture
def sensitive() -> None:
    for subject in ("partner", "customer"):
        Attribute.objects.create(subject=subject, name="health", label="Health", type="text", sensitive=True)


@pytest.fixture
def partner(sensitive: None) -> Partner:
    return Partner.objects.create(external_id="P-9", name="Nine", custom={"health": SECRET})


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(User.objects.create_user(f"{role}@vendor.example", role=role))
    return client


def told() -> list[str]:
    return list(Disclosure.objects.order_by("pk").values_list("label", flat=True))


def test_reveal__administrator__sees_the_value_and_is_noted_in_the_audit_log(partner: Partner) -> None:
    client = signed_in(roles.ADMINISTRATOR)
    assert SECRET not in client.get("/console/partners/P-9/").content.decode()
    assert told() == []
    assert SECRET in client.post("/console/reveal/partner/P-9/health/").content.decode()
    assert told() == ["Health of partner P-9"]
    assert Disclosure.objects.get().user.email == "administrator@vendor.example"
    log = client.get("/console/audit/").content.decode()
    assert "Health of partner P-9" in log and SECRET not in log


@pytest.mark.parametrize("role", [roles.CHANNEL_MANAGER, roles.ANALYST, roles.PARTNER_ADMIN])
def test_reveal__anybody_else__refused(partner: Partner, role: str) -> None:
    answer = signed_in(role).post("/console/reveal/partner/P-9/health/")
    assert answer.status_code in {403, 404} and told() == []


@pytest.mark.parametrize(
    "path", ["partner/P-9/name", "partner/P-9/nothing", "partner/P-0/health", "customer/P-9/health"]
)
def test_reveal__not_sensitive_or_not_there__404(partner: Partner, path: str) -> None:
    assert signed_in(roles.ADMINISTRATOR).post(f"/console/reveal/{path}/").status_code == 404
    assert told() == []


def test_edit__administrator__form_holds_the_value_and_it_is_noted(partner: Partner) -> None:
    page = signed_in(roles.ADMINISTRATOR).get("/console/partners/P-9/edit/")
    assert SECRET in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert told() == ["Health of partner P-9, to be changed"]


def test_export__with_the_column__noted__without__not(partner: Partner) -> None:
    client = signed_in(roles.ADMINISTRATOR)
    assert SECRET.encode() not in b"".join(client.get("/console/lists/partner/export/"))
    assert told() == []
    assert SECRET.encode() in b"".join(client.get("/console/lists/partner/export/?column=health"))
    assert told() == ["Health of a file of partners"]


def test_api__by_scope__told_to_admin_alone_and_noted(partner: Partner) -> None:
    for scope in ("read", "write"):
        assert SECRET not in callers.key(scope).get("partners/P-9/").content.decode()
    assert told() == []
    assert SECRET in callers.key("admin", name="Vault").get("partners/P-9/").content.decode()
    assert SECRET in callers.key("admin", name="Vault").get("partners/?fields=health").content.decode()
    assert SECRET not in callers.key("admin", name="Vault").get("partners/P-9/?fields=name").content.decode()
    assert told() == [
        "Health of partner P-9 by the API to the API key Vault",
        "Health of partner by the API to the API key Vault",
    ]


def test_every_page__for_everybody__holds_no_sensitive_value(settings: Any, tmp_path: Any, sensitive: None) -> None:
    """Each address of the console and the portal that can be read, but the form that changes the record."""
    settings.MEDIA_ROOT = str(tmp_path)
    world = World()
    Partner.objects.update(custom={"health": SECRET})
    Customer.objects.update(custom={"health": SECRET})
    assert Deal.objects.exists() and Segment.objects.exists() and timezone.now()
    seen = 0
    for person, rows in (("administrator", CONSOLE), ("channel manager", CONSOLE), ("partner admin", PORTAL)):
        client = Client()
        client.force_login(world.people[person])
        for row in rows.values():
            if row.method != "get" or (row.path.endswith(("P-1/edit/", "C-1/edit/")) and person == "administrator"):
                continue
            answer = client.get(
                world.path(row.path) + ("&" if "?" in row.path else "?") + "column=health&columns=health"
            )
            if row.path.endswith("/export/") and person == "administrator":
                continue
            body = b"".join(answer) if answer.streaming else answer.content
            assert SECRET.encode() not in body, (person, row.path)
            seen += answer.status_code == 200
    assert seen > 150
