"""Programmes and offers over the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from programs.models import Program
from programs.settling import settle
from tests import callers
from tests.callers import assert_problem
from tests.programs import world

pytestmark = pytest.mark.django_db
KIT = {"slug": "kit", "name": "Starter kit", "body": "Read me", "targeting": {"any": ["gold"]}}
COURSE = {"slug": "basics", "name": "Basics", "lessons": [{"title": "One", "body": "…"}], "minutes": 20}
BONUS = {"slug": "bonus", "name": "Bonus", "type": "rebate", "rate": "2.5", "currency": "EUR"}


@pytest.mark.parametrize(
    ("address", "body", "kind", "shown"),
    [
        ("content/", KIT, "content", {"body": "Read me", "language": "en"}),
        ("courses/", COURSE, "course", {"minutes": 20}),
        ("incentives/", BONUS, "incentive", {"rate": "2.500", "amount": None, "currency": "EUR"}),
        ("programs/", {**BONUS, "kind": "incentive"}, "incentive", {"type": "rebate"}),
    ],
)
def test_create__each_kind__201_and_found_under_both_addresses(
    address: str, body: dict[str, Any], kind: str, shown: dict[str, Any]
) -> None:
    world.segment("gold")
    caller = callers.key("write")
    response = caller.post(address, body)
    assert response.status_code == 201, response.content
    made = response.json()
    assert (made["kind"], made["status"]) == (kind, "draft")
    assert {name: made[name] for name in shown} == shown
    assert caller.get(f"programs/{body['slug']}/").json() == made
    assert caller.get(f"{address}{body['slug']}/").json() == made
    assert [row["slug"] for row in caller.get(address).json()["results"]] == [body["slug"]]


@pytest.mark.parametrize(
    ("address", "body", "pointer"),
    [
        ("content/", {**KIT, "targeting": {"any": ["none"]}}, "/targeting/any"),
        ("content/", {**KIT, "targeting": {"starts": "2026-02-01", "ends": "2026-01-01"}}, "/targeting/ends"),
        ("content/", {**KIT, "targeting": {"some": []}}, "/targeting/some"),
        ("content/", {**KIT, "slug": "Not a slug"}, "/slug"),
        ("content/", {**KIT, "slug": 0}, "/slug"),
        ("content/", {**KIT, "targeting": {"any": [0]}}, "/targeting/any"),
        ("content/", {**KIT, "lessons": []}, "/lessons"),
        ("content/", {**KIT, "kind": "course"}, "/kind"),
        ("content/", {**KIT, "url": "javascript:alert(1)"}, "/url"),
        ("courses/", {**COURSE, "lessons": [{"body": "x"}]}, "/lessons/0/title"),
        ("incentives/", {**BONUS, "amount": "5"}, "/rate"),
        ("incentives/", {**BONUS, "rate": "a lot"}, "/rate"),
        ("programs/", KIT, "/kind"),
    ],
)
def test_create__faulty__400_with_the_place(address: str, body: dict[str, Any], pointer: str) -> None:
    world.segment("gold")
    assert_problem(callers.key("write").post(address, body), 400, pointer=pointer)
    assert not Program.objects.exists()


def test_patch__part_of_it__the_rest_stays() -> None:
    world.segment("gold"), world.segment("silver")
    caller = callers.key("write")
    caller.post("content/", KIT)
    changed = caller.patch("content/kit/", {"name": "Kit", "targeting": {"none": ["silver"]}}).json()
    assert changed["name"] == "Kit"
    assert changed["body"] == "Read me"
    assert changed["targeting"]["any"] == ["gold"]
    assert changed["targeting"]["none"] == ["silver"]
    assert_problem(caller.patch("courses/kit/", {"name": "x"}), 404)


def test_status__active_then_archived__offered_and_withdrawn() -> None:
    company = world.partner("P1")
    world.segment("gold", [company])
    caller = callers.key("write")
    caller.post("content/", {**KIT, "status": "active"})
    settle()
    [offer] = caller.get("partners/P1/offers/").json()["results"]
    assert (offer["program"], offer["why"]["any"], offer["why"]["names"]) == ("kit", ["gold"], {"gold": "Gold"})
    assert_problem(caller.delete("content/kit/"), 409)
    assert caller.patch("programs/kit/", {"status": "archived"}).json()["status"] == "archived"
    settle()
    assert caller.get("partners/P1/offers/").json()["results"] == []
    [past] = caller.get("partners/P1/offers/?history=1").json()["results"]
    assert past["withdrawn_at"].endswith("Z")


def test_status__active_for_nobody__400_and_nothing_made() -> None:
    response = callers.key("write").post("content/", {**KIT, "targeting": {}, "status": "active"})
    assert_problem(response, 400, pointer="/targeting/any")
    assert not Program.objects.exists()


def test_delete__never_offered__204() -> None:
    world.segment("gold")
    caller = callers.key("write")
    caller.post("content/", KIT)
    assert caller.delete("content/kit/").status_code == 204
    assert_problem(caller.get("programs/kit/"), 404)


def test_list__more_of_them__same_number_of_queries() -> None:
    world.segment("gold")
    caller = callers.key("write")

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert caller.get("programs/").status_code == 200
        return len(caught)

    caller.post("content/", KIT)
    few = queries()
    for number in range(10):
        caller.post("content/", {**KIT, "slug": f"kit-{number}"})
    assert queries() == few
