"""`segments/`: made, changed, previewed, published, archived."""

from __future__ import annotations

from typing import Any

import pytest

from partners.models import Attribute, Partner
from prm.loop import run_recompute
from programs.models import Content, Program, Target
from segments.models import Recompute, Segment, SegmentVersion
from tests import callers
from tests.callers import assert_problem

pytestmark = pytest.mark.django_db

EMEA = {"field": "region", "operator": "=", "value": "EMEA"}
RULE = {"combinator": "and", "rules": [EMEA, {"field": "employees", "operator": ">=", "value": 10}]}
BODY = {"slug": "big-emea", "name": "Big in EMEA", "subject": "partner", "rule": RULE}


def partners(*rows: tuple[str, str, int | None]) -> None:
    for external_id, region, employees in rows:
        Partner.objects.create(
            external_id=external_id, name=f"Company {external_id}", region=region, employees=employees
        )


def nested(depth: int) -> Any:
    return EMEA if depth == 0 else {"combinator": "and", "rules": [nested(depth - 1)]}


def test_create__valid__a_draft_with_its_rule() -> None:
    response = callers.key("write").post("segments/", {**BODY, "objective": "Grow"})
    assert response.status_code == 201, response.content
    made = response.json()
    assert (made["status"], made["version"], made["published_version"], made["member_count"]) == ("draft", 1, None, 0)
    assert made["rule"]["rules"][1]["value"] in (10, "10")
    assert response.headers["Location"] == "/api/v1/segments/big-emea/"
    assert SegmentVersion.objects.get().author == "write key"


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"rule": {**RULE, "rules": [{"field": "regoin", "operator": "=", "value": "x"}]}}, "/rule/rules/0", None),
        ({"rule": {"combinator": "and", "rules": []}}, "/rule", None),
        ({"rule": {"combinator": "and", "rules": [EMEA, {**EMEA, "operator": "contains"}]}}, "/rule/rules/1", None),
        ({"rule": {"field": "employees", "operator": "=", "value": "five"}}, "/rule", None),
        ({"rule": nested(9)}, "/rule", "too_deep"),
        ({"rule": None}, "/rule", None),
        ({"rule": 5}, "/rule", None),
        ({"rule": {"field": "segment", "operator": "in", "value": ["none"]}}, "/rule", None),
        ({"slug": "Not A Slug"}, "/slug", None),
        ({"name": ""}, "/name", None),
        ({"subject": "deal"}, "/subject", None),
        ({"owner": "nobody@example.com"}, "/owner", "unknown_user"),
        ({"status": "active"}, "/status", "unknown_field"),
        ({"member_count": 5}, "/member_count", "unknown_field"),
    ],
)
def test_create__faulty__400_with_the_place_and_nothing_stored(change: Any, pointer: str, code: str | None) -> None:
    problem = assert_problem(callers.key("write").post("segments/", {**BODY, **change}), 400, code=code)
    assert any(error["pointer"].startswith(pointer) for error in problem["errors"]), problem
    assert not Segment.objects.exists()


def test_create__slug_taken__409() -> None:
    caller = callers.key("write")
    caller.post("segments/", BODY)
    assert_problem(caller.post("segments/", BODY), 409, pointer="/slug", code="exists")


def test_patch__rule__makes_the_next_version_and_keeps_the_published_one() -> None:
    caller = callers.key("write")
    caller.post("segments/", BODY)
    caller.post("segments/big-emea/publish/")
    changed = caller.patch("segments/big-emea/", {"rule": EMEA, "reason": "Small ones too", "name": "EMEA"}).json()
    assert (changed["version"], changed["published_version"], changed["name"]) == (2, 1, "EMEA")
    versions = caller.get("segments/big-emea/versions/").json()["results"]
    assert [(each["number"], each["reason"]) for each in versions] == [(2, "Small ones too"), (1, "")]
    assert_problem(caller.patch("segments/big-emea/", {"rule": nested(9)}), 400, code="too_deep")
    assert_problem(caller.patch("segments/big-emea/", {"slug": "x"}), 400, pointer="/slug")
    assert SegmentVersion.objects.count() == 2


def test_preview__valid__counts_explains_and_keeps_nothing() -> None:
    partners(("P1", "EMEA", 12), ("P2", "EMEA", None), ("P3", "NA", 50))
    seen = callers.key("read").post("segments/preview/", {"subject": "partner", "rule": RULE}).json()
    assert (seen["count"], seen["total"], seen["missing"]) == (1, 3, {"region": 0, "employees": 1})
    assert [row["external_id"] for row in seen["sample"]] == ["P1"]
    assert "EMEA" in seen["sentence"] or "Europe" in seen["sentence"]
    assert not Segment.objects.exists()


def test_preview__faulty__400_with_the_place() -> None:
    body = {"subject": "partner", "rule": {**RULE, "rules": [EMEA, {"field": "x", "operator": "=", "value": 1}]}}
    problem = assert_problem(callers.key("read").post("segments/preview/", body), 400)
    assert problem["errors"][0]["pointer"].startswith("/rule/rules/1")


def test_preview__swapped_ends__said_in_json_for_who_writes_it() -> None:
    rule = {**RULE, "rules": [{"field": "employees", "operator": "between", "value": [500, 10]}]}
    problem = assert_problem(callers.key("read").post("segments/preview/", {"subject": "partner", "rule": rule}), 400)
    assert (problem["errors"][0]["code"], "Write [10, 500]." in problem["errors"][0]["detail"]) == ("swapped", True)


def test_preview__against_a_segment__says_who_moves_and_what_is_offered() -> None:
    partners(("P1", "EMEA", 12), ("P2", "EMEA", 1), ("P3", "NA", 50))
    caller = callers.key("write")
    caller.post("segments/", BODY)
    published = caller.post("segments/big-emea/publish/").json()
    run_recompute(run=Recompute.objects.get(pk=published["recompute"]))
    program = Program.objects.create(slug="kit", name="Kit", kind="content", status="active")
    Content.objects.create(program=program, body="x")
    Target.objects.create(program=program, segment=Segment.objects.get(), mode="any")
    rule = {"field": "region", "operator": "=", "value": "NA"}
    seen = caller.post("segments/preview/", {"subject": "partner", "rule": rule, "segment": "big-emea"}).json()
    assert (seen["enter"], seen["leave"]) == (1, 1)
    assert [each["program"] for each in seen["effects"]] == ["kit"]
    missing = {"subject": "partner", "rule": rule, "segment": "none"}
    assert_problem(caller.post("segments/preview/", missing), 400, pointer="/segment")


def test_preview__manager_limited_to_regions__counts_theirs() -> None:
    partners(("P1", "EMEA", 12), ("P3", "NA", 50))
    manager = callers.person("channel_manager", regions=["NA"])
    seen = manager.post("segments/preview/", {"subject": "partner", "rule": {"everyone": True}}).json()
    assert (seen["count"], seen["total"], [row["external_id"] for row in seen["sample"]]) == (1, 1, ["P3"])


def test_preview_and_save__sensitive_field__refused_below_admin() -> None:
    Attribute.objects.create(subject="partner", name="rating", label="Rating", type="text", sensitive=True)
    Partner.objects.create(external_id="P1", name="A", custom={"rating": "B"})
    body = {"subject": "partner", "rule": {"field": "rating", "operator": "notNull"}}
    refused = callers.key("read").post("segments/preview/", body)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "sensitive")
    made = callers.key("write").post("segments/", {**BODY, "rule": body["rule"]})
    assert (made.status_code, made.json()["errors"][0]["pointer"]) == (400, "/rule")
    assert callers.key("admin").post("segments/preview/", body).json()["sample"][0]["rating"] == "B"


def test_publish_and_archive__members_come_and_go() -> None:
    partners(("P1", "EMEA", 12), ("P2", "EMEA", 1))
    caller = callers.key("write")
    caller.post("segments/", BODY)
    response = caller.post("segments/big-emea/publish/")
    assert response.status_code == 200
    published = response.json()
    assert published["status"] == "active"
    run = caller.get(f"recomputes/{published['recompute']}/").json()
    assert (run["status"], run["segments"], run["trigger"]) == ("queued", ["big-emea"], "publish")
    run_recompute(run=Recompute.objects.get(pk=run["id"]))
    after = caller.get(f"recomputes/{run['id']}/").json()
    assert (after["status"], after["counts"]) == ("succeeded", {"segments": 1, "entered": 1, "left": 0})
    assert after["duration"] >= 0
    assert after["settled_at"].endswith("Z")
    assert caller.get("segments/big-emea/").json()["member_count"] == 1
    assert_problem(caller.delete("segments/big-emea/"), 409)
    assert caller.post("segments/big-emea/archive/").json()["status"] == "archived"
    assert caller.get("segments/big-emea/members/").json()["results"] == []
    assert caller.delete("segments/big-emea/").status_code == 204
    assert_problem(caller.get("segments/big-emea/"), 404)


def test_delete__referred_to__409_lists_the_dependents() -> None:
    caller = callers.key("write")
    caller.post("segments/", BODY)
    rule = {"field": "segment", "operator": "in", "value": ["big-emea"]}
    made = caller.post("segments/", {**BODY, "slug": "inner", "rule": rule})
    assert made.status_code == 201, made.content
    problem = assert_problem(caller.delete("segments/big-emea/"), 409, code="used_by")
    assert [error["detail"] for error in problem["errors"]] == ["inner"]
    cycle = {"rule": {"field": "segment", "operator": "in", "value": ["inner"]}}
    assert_problem(caller.patch("segments/big-emea/", cycle), 400)


def test_list__filtered__by_status_subject_and_words() -> None:
    caller = callers.key("write")
    caller.post("segments/", BODY)
    caller.post(
        "segments/", {**BODY, "slug": "other", "name": "Other", "subject": "customer", "rule": {"everyone": True}}
    )
    for query, expected in [
        ("", ["big-emea", "other"]),
        ("subject=customer", ["other"]),
        ("status=active", []),
        ("search=BIG", ["big-emea"]),
    ]:
        rows = caller.get(f"segments/?{query}").json()["results"]
        assert [row["slug"] for row in rows] == expected
    assert_problem(caller.get("segments/?status=nonsense"), 400)


def test_recompute__asked_for__202_and_queued() -> None:
    caller = callers.key("write")
    caller.post("segments/", BODY)
    response = caller.post("recomputes/", {})
    assert (response.status_code, response.json()["status"], response.json()["segments"]) == (202, "queued", [])
    assert response.headers["Location"] == f"/api/v1/recomputes/{response.json()['id']}/"
    problem = assert_problem(caller.post("recomputes/", {"segments": ["big-emea"]}), 400, code="unknown_segment")
    assert problem["errors"][0]["pointer"] == "/segments/0"
    assert [run["id"] for run in caller.get("recomputes/").json()["results"]] == [response.json()["id"]]


def test_list_and_read__manager_limited_to_regions__members_counted_as_they_may_see_them() -> None:
    partners(("P1", "EMEA", 12), ("P2", "EMEA", 30), ("P3", "NA", 50))
    caller = callers.key("write")
    caller.post("segments/", {**BODY, "rule": {"everyone": True}})
    run = caller.post("segments/big-emea/publish/").json()["recompute"]
    run_recompute(run=Recompute.objects.get(pk=run))
    assert caller.get("segments/big-emea/").json()["member_count"] == 3
    manager = callers.person("channel_manager", regions=["NA"])
    assert manager.get("segments/big-emea/").json()["member_count"] == 1
    assert [each["member_count"] for each in manager.get("segments/").json()["results"]] == [1]
