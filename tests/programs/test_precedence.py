"""Which incentive pays is said before one is put on offer, and is what is said and done afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

from programs import authoring, precedence
from programs.effects import would_offer
from programs.models import Program
from programs.settling import settle
from programs.targeting import Targeting
from tests.programs.world import colleague, partner, program, segment, staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def queues(broker: Any) -> None:
    """What is handed to workers is handed to a broker of this test's own."""


def incentive(slug: str, *segments: Any, type: str = "rebate", **fields: Any) -> Program:  # noqa: A002
    detail = {"type": type, "rate": None, "amount": "9.00"} if type == "mdf" else {"type": type, "rate": "5"}
    return program(slug, kind="incentive", any=segments, detail=detail, **fields)


@pytest.fixture
def channel() -> dict[str, Any]:
    partners = [partner(f"P{number}") for number in range(6)]
    gold, silver = segment("gold", partners[:4]), segment("silver", partners[2:])
    incentive("weighty", silver, priority=9)
    incentive("light", silver, priority=-9)
    incentive("equal", gold)
    incentive("other-kind", gold, type="spiff", priority=99)
    incentive("elsewhere", segment("bronze", [partner("P9")]))
    incentive("archived", gold, status="archived")
    settle()
    return {"gold": gold, "partners": partners}


def said(found: list[precedence.Rival]) -> list[tuple[str, int, bool]]:
    return [(each.program.slug, each.partners, each.comes_first) for each in found]


EXPECTED = [("weighty", 2, True), ("equal", 4, True), ("light", 2, False)]


def test_would_meet__draft__is_what_rivals_say_once_it_is_on_offer(channel: dict[str, Any]):
    draft = incentive("draft", channel["gold"], status="draft")
    wanted = would_offer(targeting=Targeting(any=("gold",)), program=draft).wanted
    assert said(precedence.would_meet(draft, "rebate", wanted)) == EXPECTED
    authoring.activate(program=draft)
    settle()
    assert said(precedence.rivals(draft)) == EXPECTED


def test_would_meet__funds_or_nobody__nothing(channel: dict[str, Any]):
    wanted = would_offer(targeting=Targeting(any=("gold",))).wanted
    assert precedence.would_meet(Program(), "mdf", wanted) == []
    assert precedence.would_meet(Program(), "rebate", would_offer(targeting=Targeting(any=("nowhere",))).wanted) == []


def test_pages__before_activation__name_what_pays_instead(channel: dict[str, Any]):
    client = Client()
    client.force_login(staff(), backend=django_settings.AUTHENTICATION_BACKENDS[0])
    entered = {"any": ["gold"], "type": "rebate", "priority": "0"}
    part = client.post("/console/programs/new/incentive/effect/", entered).content.decode()
    assert "Weighty</a> (priority 9) too. It comes first" in part
    assert "Light</a> (priority -9) too. This one comes first" in part
    assert "Weighty" not in client.post("/console/programs/new/incentive/effect/", {"any": ["gold"]}).content.decode()
    incentive("draft", channel["gold"], status="draft")
    assert "Weighty</a> (priority 9) too" in client.get("/console/programs/draft/").content.decode()


def test_portal__two_of_a_kind__the_loser_names_the_one_that_pays(channel: dict[str, Any]):
    client = Client()
    client.force_login(colleague(channel["partners"][3]), backend=django_settings.AUTHENTICATION_BACKENDS[0])
    page = client.get("/portal/incentives/").content.decode()
    assert page.count("“Weighty” pays for your deals instead") == 2
