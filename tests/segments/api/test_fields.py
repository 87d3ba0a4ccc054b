"""`fields/`: the vocabulary, and custom attributes in it."""

from __future__ import annotations

from typing import Any

import pytest

from partners.models import Attribute, Partner
from segments.models import Segment, SegmentVersion
from tests import callers
from tests.callers import assert_problem

pytestmark = pytest.mark.django_db
FLEET = {"subject": "partner", "name": "fleet", "label": "Fleet size", "type": "number"}


def test_list__every_kind__with_operators_choices_and_coverage() -> None:
    Partner.objects.create(external_id="P1", name="A", tier="gold")
    Partner.objects.create(external_id="P2", name="B")
    caller = callers.key("admin")
    caller.post("fields/", FLEET)
    fields = {field["name"]: field for field in caller.get("fields/?subject=partner").json()["results"]}
    tier = fields["tier"]
    assert (tier["type"], tier["kind"], tier["coverage"]) == ("ordered_choice", "built_in", 1)
    assert {"=", "in", "<", "between", "null"} <= set(tier["operators"])
    assert "contains" not in tier["operators"]
    assert {"value": "gold", "label": "Gold"} in tier["choices"]
    assert (fields["fleet"]["kind"], fields["fleet"]["coverage"]) == ("custom", 0)
    assert (fields["win_rate"]["kind"], fields["win_rate"]["coverage"]) == ("computed", None)
    names = [field["name"] for field in caller.get("fields/?subject=customer").json()["results"]]
    assert "industry" in names
    assert "fleet" not in names
    assert_problem(caller.get("fields/?subject=nonsense"), 400)


def test_create__choice__with_bare_and_labelled_values() -> None:
    body = {**FLEET, "type": "choice", "choices": ["small", {"value": "big", "label": "Big"}]}
    made = callers.key("admin").post("fields/", body)
    assert made.status_code == 201, made.content
    assert made.json()["choices"] == [{"value": "small", "label": "small"}, {"value": "big", "label": "Big"}]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"name": "tier"}, "/name"),
        ({"name": "Not a name"}, "/name"),
        ({"name": "segment"}, "/name"),
        ({"type": "blob"}, "/type"),
        ({"subject": "planet"}, "/subject"),
        ({"choices": ["a"]}, "/choices"),
        ({"type": "choice", "choices": ["a", 5]}, "/choices/1"),
        ({"type": "choice", "choices": ["a", "A"]}, "/choices"),
        ({"nonsense": 1}, "/nonsense"),
        ({"label": ""}, "/label"),
    ],
)
def test_create__faulty__400_with_the_place(change: Any, pointer: str) -> None:
    assert_problem(callers.key("admin").post("fields/", {**FLEET, **change}), 400, pointer=pointer)
    assert not Attribute.objects.exists()


def test_change__label_and_choices__but_not_the_type() -> None:
    caller = callers.key("admin")
    caller.post("fields/", FLEET)
    changed = caller.patch("fields/fleet/", {"label": "Vans", "description": "Own vans"}).json()
    assert (changed["label"], changed["description"], changed["type"]) == ("Vans", "Own vans", "number")
    assert_problem(caller.patch("fields/fleet/", {"type": "text"}), 400, pointer="/type")
    assert_problem(caller.patch("fields/tier/", {"label": "X"}), 403)
    assert_problem(caller.patch("fields/none/", {"label": "X"}), 404)
    assert_problem(caller.delete("fields/deals_won/"), 403)


def test_change__if_match_on_a_customers_field__matches() -> None:
    caller = callers.key("admin")
    caller.post("fields/", {**FLEET, "subject": "customer"})
    address = "fields/fleet/?subject=customer"
    headers = {"If-Match": caller.get(address).headers["ETag"]}
    assert caller.patch(address, {"label": "Vans"}, headers=headers).status_code == 200
    assert_problem(caller.patch(address, {"label": "Cars"}, headers=headers), 412)


@pytest.mark.parametrize("name", ["segment", "tier", "win_rate", "everyone", "id"])
def test_create__name_with_a_meaning_already__refused(name: str) -> None:
    assert_problem(callers.key("admin").post("fields/", {**FLEET, "name": name}), 400, pointer="/name")
    assert not Attribute.objects.exists()


def test_delete__unused__gone_from_the_vocabulary() -> None:
    caller = callers.key("admin")
    caller.post("fields/", FLEET)
    assert caller.delete("fields/fleet/").status_code == 204
    assert_problem(caller.get("fields/fleet/"), 404)


@pytest.mark.parametrize("state", ["draft", "published"])
def test_delete__a_rule_speaks_of_it__409_lists_the_segments(state: str) -> None:
    caller = callers.key("admin")
    caller.post("fields/", FLEET)
    made = Segment.objects.create(slug="vans", name="Vans", subject="partner", status="active")
    leaf = {"field": "fleet", "operator": ">", "value": 5}
    version = SegmentVersion.objects.create(
        segment=made, number=1, rule={"combinator": "or", "rules": [{"combinator": "and", "rules": [leaf]}]}
    )
    other = SegmentVersion.objects.create(segment=made, number=2, rule={"everyone": True})
    Segment.objects.update(
        draft=version if state == "draft" else other, published=version if state != "draft" else other
    )
    problem = assert_problem(caller.delete("fields/fleet/"), 409, code="in_use")
    assert "the segment “Vans”" in problem["detail"]
    assert caller.get("fields/fleet/").status_code == 200
    Segment.objects.update(draft=other, published=other)
    assert caller.delete("fields/fleet/").status_code == 204
