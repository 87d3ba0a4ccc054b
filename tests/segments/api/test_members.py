"""Members by page and as streams, the reason for each, and what a partner is in."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from partners.models import Attribute, Customer, Partner
from segments.models import Membership, Segment, SegmentVersion
from tests import callers
from tests.callers import assert_problem

pytestmark = pytest.mark.django_db
THEN = datetime(2026, 1, 1, tzinfo=UTC)


def segment(rule: Any = None, **fields: Any) -> Segment:
    """Active, with this rule, and nobody in it yet."""
    made = Segment.objects.create(**{"slug": "s", "name": "S", "subject": "partner", "status": "active", **fields})
    version = SegmentVersion.objects.create(segment=made, number=1, rule=rule or {"everyone": True})
    Segment.objects.filter(pk=made.pk).update(draft=version, published=version)
    return made


def joins(made: Segment, record: Any, at: datetime = THEN, until: datetime | None = None) -> None:
    Membership.objects.create(segment=made, subject_id=record.pk, entered_at=at, left_at=until, version=1)


def partner(external_id: str, **fields: Any) -> Partner:
    return Partner.objects.create(external_id=external_id, name=fields.pop("name", external_id), **fields)


def read_csv(response: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(response.getvalue().decode())))


def test_members__as_json_csv_and_ndjson__are_the_same() -> None:
    made = segment()
    # More than two batches of the stream.
    rows = [Partner(external_id=f"P{n}", name=f"N{n}", verticals=["retail", "energy"][: n % 3]) for n in range(2_300)]
    Partner.objects.bulk_create(rows)
    Membership.objects.bulk_create(
        [Membership(segment=made, subject_id=row.pk, entered_at=THEN, version=1) for row in rows[::2]]
    )
    caller, paged = callers.key(), []
    address: str | None = "segments/s/members/?page_size=1000"
    while address:
        page = caller.get(address).json()
        paged += page["results"]
        address = page["next"]
    assert [row["external_id"] for row in paged] == [row.external_id for row in rows[::2]]
    stream = caller.get("segments/s/members/", headers={"Accept": "application/x-ndjson"})
    assert stream.streaming
    assert stream.headers["Content-Type"] == "application/x-ndjson"
    assert [json.loads(line) for line in stream.getvalue().decode().splitlines()] == paged
    sheet = caller.get("segments/s/members/", headers={"Accept": "text/csv"})
    assert sheet.headers["Content-Type"].startswith("text/csv")
    cells = read_csv(sheet)
    assert [row["external_id"] for row in cells] == [row["external_id"] for row in paged]
    assert list(cells[0]) == list(paged[0])
    assert cells[2]["verticals"] == "; ".join(paged[2]["verticals"])


@pytest.mark.parametrize("name", ["=1+1", "+1+1", "-1+2", "@x", "\tx", "\rx"])
def test_csv__cell_like_a_formula__gets_an_apostrophe(name: str) -> None:
    joins(segment(), partner("P1", name=name))
    [row] = read_csv(callers.key().get("segments/s/members/", headers={"Accept": "text/csv"}))
    assert row["name"] == "'" + name
    [plain] = callers.key().get("segments/s/members/").json()["results"]
    assert plain["name"] == name


def test_csv__numbers_below_zero__stay_numbers() -> None:
    Attribute.objects.create(subject="partner", name="score", label="Score", type="number")
    joins(segment(), partner("P1", custom={"score": "-5"}))
    [row] = read_csv(callers.key().get("segments/s/members/", headers={"Accept": "text/csv"}))
    assert row["score"] == "-5"


def test_members__as_of__those_of_then() -> None:
    made, first, second = segment(), partner("P1"), partner("P2")
    joins(made, first, THEN, THEN + timedelta(days=10))
    joins(made, second, THEN + timedelta(days=10))
    caller = callers.key()

    def at(text: str) -> list[str]:
        return [row["external_id"] for row in caller.get(f"segments/s/members/?as_of={text}").json()["results"]]

    assert at("2025-12-31") == []
    assert at("2026-01-01T00:00:00Z") == ["P1"]
    assert at("2026-01-10T23:59:59.999999Z") == ["P1"]
    assert at("2026-01-11T01:00:00+01:00") == ["P2"]
    assert at("2026-01-11") == ["P2"]
    assert_problem(caller.get("segments/s/members/?as_of=yesterday"), 400)
    assert_problem(caller.get("segments/s/members/?as_of=2026-02-30"), 400)
    assert at("2026-01-11T17:29:00%2B17:29") == ["P2"]  # an offset that PostgreSQL does not know
    assert_problem(caller.get("segments/s/members/?as_of=0001-01-01T00:00:00%2B23:00"), 400)


def test_members__fields__only_those_computed_ones_too() -> None:
    joins(segment(), partner("P1", region="EMEA"))
    [row] = callers.key().get("segments/s/members/?fields=region,deals_won").json()["results"]
    assert row == {"external_id": "P1", "region": "EMEA", "deals_won": 0}
    assert_problem(callers.key().get("segments/s/members/?fields=nonsense"), 400)


def test_members__customers__alike() -> None:
    customer = Customer.objects.create(external_id="C1", name="Shop")
    customer.partners.add(partner("P1"))
    joins(segment(subject="customer"), customer)
    [row] = callers.key().get("segments/s/members/").json()["results"]
    assert (row["external_id"], row["partners"]) == ("C1", ["P1"])


def test_members__manager_limited_to_regions__theirs_in_every_form() -> None:
    made, inside, outside = segment(), partner("P1", region="EMEA"), partner("P2", region="NA")
    joins(made, inside), joins(made, outside)
    manager = callers.person("analyst", regions=["EMEA"])
    assert [row["external_id"] for row in manager.get("segments/s/members/").json()["results"]] == ["P1"]
    sheet = manager.get("segments/s/members/", headers={"Accept": "text/csv"})
    assert [row["external_id"] for row in read_csv(sheet)] == ["P1"]
    assert_problem(manager.get("segments/s/members/P2/"), 404)
    assert_problem(manager.get("partners/P2/segments/"), 404)
    assert_problem(manager.get("partners/P2/offers/"), 404)


def test_members__sensitive_attribute__left_out_below_admin() -> None:
    Attribute.objects.create(subject="partner", name="rating", label="Rating", type="text", sensitive=True)
    joins(segment({"field": "rating", "operator": "=", "value": "B"}), partner("P1", custom={"rating": "B"}))
    assert "rating" not in callers.key().get("segments/s/members/").json()["results"][0]
    assert "rating" not in read_csv(callers.key().get("segments/s/members/", headers={"Accept": "text/csv"}))[0]
    assert callers.key().get("segments/s/members/P1/").json()["why"]["tree"]["found"] is None
    assert callers.key("admin").get("segments/s/members/P1/").json()["why"]["tree"]["found"] == "B"


def test_members__more_of_them__same_number_of_queries() -> None:
    made, caller = segment(), callers.key()

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert caller.get("segments/s/members/").status_code == 200
        return len(caught)

    joins(made, partner("P0"))
    queries()  # notes the key's use
    few = queries()
    for number in range(1, 20):
        joins(made, partner(f"P{number}", parent=Partner.objects.first()))
    assert queries() == few


def test_explain__member_and_not__each_condition_with_the_value_found() -> None:
    rule = {
        "combinator": "and",
        "rules": [
            {"field": "region", "operator": "=", "value": "EMEA"},
            {"field": "employees", "operator": ">=", "value": 10},
        ],
    }
    made, inside = segment(rule), partner("P1", region="EMEA", employees=12)
    partner("P2", region="EMEA")
    joins(made, inside)
    answer = callers.key().get("segments/s/members/P1/").json()
    assert (answer["member"], answer["since"]) == (True, "2026-01-01T00:00:00Z")
    assert [node["verdict"] for node in answer["why"]["tree"]["rules"]] == [True, True]
    answer = callers.key().get("segments/s/members/P2/").json()
    assert (answer["member"], answer["since"]) == (False, None)
    missing = answer["why"]["tree"]["rules"][1]
    assert (missing["verdict"], missing["missing"], missing["found"]) == (False, True, None)
    assert [node["pointer"] for node in answer["why"]["nearest_miss"]] == ["/rules/1"]
    assert_problem(callers.key().get("segments/s/members/P9/"), 404)
    assert_problem(callers.key().get("segments/none/members/P1/"), 404)


def test_partner_segments__now_then_and_ever() -> None:
    company, now = partner("P1"), timezone.now()
    joins(segment(slug="old"), company, THEN, now - timedelta(days=1))
    joins(segment(slug="new"), company, now - timedelta(days=1))
    caller = callers.key()

    def slugs(query: str = "") -> list[str]:
        return [row["segment"] for row in caller.get(f"partners/P1/segments/{query}").json()["results"]]

    assert slugs() == ["new"]
    assert slugs("?as_of=2026-01-02") == ["old"]
    assert sorted(slugs("?history=1")) == ["new", "old"]
    assert caller.get("partners/P1/segments/").json()["results"][0]["left_at"] is None


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["high", "low"])
def test_explain__sensitive_condition__neither_verdict_nor_value_below_admin(value: str) -> None:
    Attribute.objects.create(subject="partner", name="rating", label="Rating", type="text", sensitive=True)
    Partner.objects.create(external_id="S1", name="One", region="EMEA", custom={"rating": value})
    rule = {
        "combinator": "and",
        "rules": [
            {"field": "region", "operator": "=", "value": "EMEA"},
            {"combinator": "or", "rules": [{"field": "rating", "operator": "=", "value": "high"}]},
        ],
    }
    body = {"slug": "rated", "name": "Rated", "subject": "partner", "rule": rule}
    assert callers.key("admin").post("segments/", body).status_code == 201
    told = {scope: callers.key(scope).get("segments/rated/members/S1/").json()["why"] for scope in ("read", "admin")}
    region, group = told["read"]["tree"]["rules"]
    [rating] = group["rules"]
    assert region["verdict"] is True
    assert [node["verdict"] for node in (rating, group, told["read"]["tree"], told["read"])] == [None] * 4
    assert (rating["found"], rating["found_words"], rating["missing"]) == (None, "hidden", False)
    assert told["read"]["nearest_miss"] == []
    truth = value == "high"
    assert told["admin"]["verdict"] is truth
    assert told["admin"]["tree"]["rules"][1]["rules"][0]["found"] == value
    assert len(told["admin"]["nearest_miss"]) == (0 if truth else 1)
