"""`partners/`, `customers/`, `deals/` and one of each."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from integrations.models import Answer
from partners.models import Attribute, Customer, Deal, Origin, Partner
from tests import callers
from tests.callers import assert_problem

pytestmark = pytest.mark.django_db


def partner(external_id: str, **fields: Any) -> Partner:
    return Partner.objects.create(external_id=external_id, name=fields.pop("name", external_id), **fields)


def test_create__valid__201_with_its_address_and_every_field() -> None:
    body = {
        "external_id": "P1",
        "name": "Acme",
        "annual_revenue": "1250.5",
        "employees": 12,
        "verticals": ["retail"],
        "joined_on": "2024-02-29",
        "tier": "gold",
    }
    response = callers.key("write").post("partners/", body)
    assert response.status_code == 201, response.content
    assert response.headers["Location"] == "/api/v1/partners/P1/"
    made = response.json()
    assert made["annual_revenue"] == "1250.50"
    assert made["employees"] == 12
    assert made["verticals"] == ["retail"]
    assert made["joined_on"] == "2024-02-29"
    assert made["region"] is None
    assert made["certifications"] == []
    assert made["created_at"].endswith("Z")
    stored = Partner.objects.get()
    assert (stored.annual_revenue, stored.joined_on) == (Decimal("1250.50"), date(2024, 2, 29))
    assert Origin.objects.get().label == "write key"


def test_create__id_taken__409_and_nothing_changes() -> None:
    partner("P1", name="Acme")
    response = callers.key("write").post("partners/", {"external_id": "P1", "name": "Other"})
    assert_problem(response, 409, pointer="/external_id", code="exists")
    assert Partner.objects.get().name == "Acme"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"external_id": "P1", "name": "A", "nonsense": 1}, "/nonsense"),
        ({"external_id": "P1", "name": "A", "deals_won": 1}, "/deals_won"),
        ({"external_id": "P1", "name": "A", "deleted_at": None}, "/deleted_at"),
        ({"external_id": "P1", "name": "A", "id": 7}, "/id"),
        ({"external_id": "P1", "name": "A", "provenance": {}}, "/provenance"),
        ({"external_id": "P1", "name": "A", "employees": "many"}, "/employees"),
        ({"external_id": "P1", "name": "A", "joined_on": "31.02.2024"}, "/joined_on"),
        ({"external_id": "P1", "name": "A", "tier": "wooden"}, "/tier"),
        ({"external_id": "P1", "name": "A", "parent": "none"}, "/parent"),
        ({"external_id": "P1", "name": "A", "name2": {"a": 1}}, "/name2"),
        ({"external_id": "P1", "name": ["A"]}, "/name"),
        ({"external_id": "a/b", "name": "A"}, "/external_id"),
        ({"external_id": 5, "name": "A"}, "/external_id"),
        ({"name": "A"}, "/external_id"),
        ({"external_id": "P1"}, "/name"),
        ([1], ""),
    ],
)
def test_create__faulty__400_with_the_place_and_nothing_stored(body: Any, pointer: str) -> None:
    response = callers.key("write").post("partners/", body)
    problem = assert_problem(response, 400)
    assert pointer in [error["pointer"] for error in problem["errors"]], problem
    assert not Partner.objects.exists()


def test_put__new_then_changed_then_same__201_200_200() -> None:
    caller = callers.key("write")
    assert caller.put("partners/P1/", {"name": "Acme", "tier": "gold"}).status_code == 201
    changed = caller.put("partners/P1/", {"name": "Acme Ltd"})
    assert changed.status_code == 200
    assert (changed.json()["name"], changed.json()["tier"]) == ("Acme Ltd", "gold")
    stamp = Partner.objects.get().updated_at
    assert caller.put("partners/P1/", {"name": "Acme Ltd"}).status_code == 200
    assert Partner.objects.get().updated_at == stamp


def test_put__another_id_in_the_body__400() -> None:
    response = callers.key("write").put("partners/P1/", {"external_id": "P2", "name": "A"})
    assert_problem(response, 400, pointer="/external_id")


def test_patch__null__empties_the_field() -> None:
    partner("P1", tier="gold", region="EMEA")
    response = callers.key("write").patch("partners/P1/", {"tier": None})
    assert (response.json()["tier"], response.json()["region"]) == (None, "EMEA")


def test_patch__unknown__404_and_nothing_made() -> None:
    assert_problem(callers.key("write").patch("partners/P1/", {"name": "A"}), 404)
    assert not Partner.objects.exists()


def test_delete__gone_from_everywhere_but_kept() -> None:
    partner("P1")
    caller = callers.key("write")
    assert caller.delete("partners/P1/").status_code == 204
    assert_problem(caller.get("partners/P1/"), 404)
    assert caller.get("partners/").json()["results"] == []
    assert Partner.objects.get().deleted_at is not None
    assert_problem(caller.delete("partners/P1/"), 404)


def test_custom_attribute__stands_beside_the_built_in_ones() -> None:
    admin = callers.key("admin")
    admin.post("fields/", {"subject": "partner", "name": "fleet", "label": "Fleet", "type": "number"})
    response = admin.put("partners/P1/", {"name": "Acme", "fleet": "12.5"})
    assert response.json()["fleet"] == 12.5
    assert admin.get("partners/", query={"filter[fleet]": "12.5"}).json()["results"][0]["external_id"] == "P1"
    assert admin.get("partners/", query={"filter[fleet]": "12"}).json()["results"] == []


def test_sensitive_attribute__below_admin__not_told_and_not_filterable() -> None:
    Attribute.objects.create(subject="partner", name="rating", label="Rating", type="text", sensitive=True)
    partner("P1", custom={"rating": "B"})
    assert callers.key("admin").get("partners/P1/").json()["rating"] == "B"
    assert "rating" not in callers.key("write").get("partners/P1/").json()
    assert_problem(callers.key("read").get("partners/", query={"filter[rating]": "B"}), 400)
    assert_problem(callers.key("read").get("partners/?fields=rating"), 400)


def test_deal__references__by_external_id() -> None:
    partner("P1")
    Customer.objects.create(external_id="C1", name="Shop")
    body = {
        "external_id": "D1",
        "partner": "P1",
        "customer": "C1",
        "stage": "won",
        "amount": "10",
        "closed_on": "2026-01-01",
    }
    made = callers.key("write").post("deals/", body)
    assert made.status_code == 201, made.content
    assert (made.json()["partner"], made.json()["customer"], made.json()["amount"]) == ("P1", "C1", "10.00")
    assert Deal.objects.get().partner.external_id == "P1"


def test_customer__partners__listed_and_filterable_without_repeats() -> None:
    partner("P1"), partner("P2")
    caller = callers.key("write")
    caller.put("customers/C1/", {"name": "Shop", "partners": ["P1", "P2"]})
    assert caller.get("customers/C1/").json()["partners"] == ["P1", "P2"]
    found = caller.get("customers/", query={"filter[partners]": ["P1", "P2"]}).json()["results"]
    assert [each["external_id"] for each in found] == ["C1"]


def test_fields__computed_fact__told_on_request() -> None:
    Deal.objects.create(external_id="D1", partner=partner("P1"), stage="won", amount=5, closed_on=date(2020, 1, 1))
    row = callers.key().get("partners/P1/?fields=deals_won,last_deal_on,win_rate,last_sign_in_at").json()
    assert (row["deals_won"], row["last_deal_on"], row["win_rate"], row["last_sign_in_at"]) == (
        1,
        "2020-01-01",
        1,
        None,
    )
    assert row["external_id"] == "P1"
    assert "name" not in row


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"filter[region]": "emea"}, ["P1", "P2"]),
        ({"filter[region]": ["EMEA", "NA"]}, ["P1", "P2", "P3"]),
        ({"filter[region]": ""}, ["P4"]),
        ({"filter[region]": "EMEA", "filter[tier]": "gold"}, ["P2"]),
        ({"filter[verticals]": "retail"}, ["P3"]),
        ({"filter[verticals]": ""}, ["P1", "P2", "P4"]),
        ({"filter[employees]": "5"}, ["P1"]),
        ({"filter[parent]": "P1"}, ["P2"]),
        ({"search": "ECLAIR"}, ["P4"]),
        ({"ordering": "-name"}, ["P4", "P3", "P2", "P1"]),
        ({"ordering": "employees,-name"}, ["P1", "P3", "P4", "P2"]),
        ({"search": "%"}, []),
    ],
)
def test_list__filtered_and_ordered(query: dict[str, Any], expected: list[str]) -> None:
    first = partner("P1", name="A", region="EMEA", employees=5)
    partner("P2", name="B", region="EMEA", tier="gold", parent=first)
    partner("P3", name="C", region="NA", verticals=["retail"], employees=9)
    partner("P4", name="eclair")
    rows = callers.key().get("partners/", query=query).json()["results"]
    assert [row["external_id"] for row in rows] == expected


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"filter[nonsense]": "1"}, "filter[nonsense]"),
        ({"filter[deals_won]": "1"}, "filter[deals_won]"),
        ({"filter[employees]": "many"}, "filter[employees]"),
        ({"filter[employees]": "1e400"}, "filter[employees]"),
        ({"filter[joined_on]": "2024-02-30"}, "filter[joined_on]"),
        ({"ordering": "verticals"}, "ordering"),
        ({"ordering": "partners__name"}, "ordering"),
        ({"ordering": "name,-name"}, "ordering"),
        ({"page_size": "0"}, "page_size"),
        ({"page_size": "1001"}, "page_size"),
        ({"page_size": "²"}, "page_size"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"cursor": "W10"}, "cursor"),
        ({"fields": "nonsense"}, "fields"),
    ],
)
def test_list__parameter_that_cannot_be_used__400_names_it(query: dict[str, str], parameter: str) -> None:
    problem = assert_problem(callers.key().get("partners/", query=query), 400)
    assert problem["errors"][0]["parameter"] == parameter


@pytest.mark.parametrize("ordering", ["", "name", "-name", "employees", "-employees", "tier,-joined_on"])
def test_paging__rows_added_meanwhile__none_skipped_or_repeated(ordering: str) -> None:
    for number in range(25):
        partner(
            f"P{number}",
            name=f"N{number % 4}",
            tier=["", "gold", "silver"][number % 3],
            employees=None if number % 5 == 0 else number % 3,
            joined_on=None if number % 2 else date(2024, 1, 1 + number % 7),
        )
    caller, seen, late = callers.key(), [], 0
    address: str | None = f"partners/?page_size=4&ordering={ordering}"
    while address:
        page = caller.get(address).json()
        assert len(page["results"]) <= 4
        seen += [row["external_id"] for row in page["results"]]
        address = page["next"]
        for _ in range(3):  # before, among and behind what was shown already
            late += 1
            if late <= 9:
                partner(f"L{late}", name=["", "N2", "Z"][late % 3], employees=late % 3)
    assert len(seen) == len(set(seen))
    assert {each for each in seen if each.startswith("P")} == {f"P{number}" for number in range(25)}


def test_cursor__of_another_ordering__400() -> None:
    for number in range(3):
        partner(f"P{number}")
    link = callers.key().get("partners/?page_size=1&ordering=name").json()["next"]
    assert_problem(callers.key().get(link.replace("ordering=name", "ordering=-name")), 400)


@pytest.mark.parametrize("address", ["partners/", "customers/", "deals/", "partners/?fields=deals_won,win_rate"])
def test_list__more_rows__same_number_of_queries(address: str) -> None:
    caller = callers.key()
    caller.get(address)  # the key's last use is noted once a minute

    def more(start: int, count: int) -> None:
        for number in range(start, start + count):
            company = partner(f"P{number}", parent=Partner.objects.first())
            customer = Customer.objects.create(external_id=f"C{number}", name="C")
            customer.partners.add(company)
            Deal.objects.create(external_id=f"D{number}", partner=company, customer=customer)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert caller.get(address).status_code == 200
        return len(caught)

    more(0, 2)
    few = queries()
    more(2, 20)
    assert queries() == few


def test_regions__manager_limited_to_some__sees_and_writes_only_those() -> None:
    partner("P1", region="EMEA"), partner("P2", region="NA")
    manager = callers.person("channel_manager", regions=["EMEA"])
    assert [row["external_id"] for row in manager.get("partners/").json()["results"]] == ["P1"]
    assert_problem(manager.get("partners/P2/"), 404)
    assert_problem(manager.patch("partners/P2/", {"name": "X"}), 404)
    assert_problem(manager.delete("partners/P2/"), 404)
    assert_problem(manager.put("partners/P2/", {"name": "X"}), 409)
    assert_problem(manager.patch("partners/P1/", {"region": "NA"}), 400, pointer="/region", code="out_of_scope")
    assert_problem(manager.put("partners/P3/", {"name": "X", "region": "NA"}), 400)
    assert_problem(manager.post("partners/bulk/", [{"external_id": "P2", "name": "X"}]), 403)
    assert manager.put("partners/P3/", {"name": "X", "region": "EMEA"}).status_code == 201
    assert set(Partner.objects.values_list("external_id", "name", "region")) == {
        ("P1", "P1", "EMEA"),
        ("P2", "P2", "NA"),
        ("P3", "X", "EMEA"),
    }


def test_if_match__tag_of_the_same_address_with_its_query__matches() -> None:
    partner("P1", name="Acme", city="Rome")
    caller = callers.key("write")
    tag = caller.get("partners/P1/?fields=city").headers["ETag"]
    assert_problem(caller.patch("partners/P1/", {"city": "Bern"}, headers={"If-Match": tag}), 412)
    assert caller.patch("partners/P1/?fields=city", {"city": "Bern"}, headers={"If-Match": tag}).status_code == 200
    assert_problem(caller.patch("partners/P1/?fields=city", {"city": "Ulm"}, headers={"If-Match": tag}), 412)


def test_if_match__somebody_was_faster__412_and_nothing_changes() -> None:
    partner("P1", name="Acme")
    caller = callers.key("write")
    tag = caller.get("partners/P1/").headers["ETag"]
    assert caller.patch("partners/P1/", {"name": "First"}, headers={"If-Match": tag}).status_code == 200
    response = caller.patch("partners/P1/", {"name": "Second"}, headers={"If-Match": tag})
    assert_problem(response, 412)
    assert Partner.objects.get().name == "First"
    assert_problem(caller.delete("partners/P1/", headers={"If-Match": tag}), 412)
    fresh = caller.get("partners/P1/").headers["ETag"]
    assert caller.delete("partners/P1/", headers={"If-Match": fresh}).status_code == 204
    assert_problem(caller.put("partners/P1/", {"name": "X"}, headers={"If-Match": "*"}), 412)


def test_idempotency_key__repeated__done_once_and_answered_alike() -> None:
    caller = callers.key("write")
    body = {"external_id": "P1", "name": "Acme"}
    first = caller.post("partners/", body, headers={"Idempotency-Key": "k1"})
    again = caller.post("partners/", body, headers={"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert again.headers["Location"] == "/api/v1/partners/P1/"
    assert_problem(caller.post("partners/", {**body, "name": "B"}, headers={"Idempotency-Key": "k1"}), 422)
    assert_problem(caller.post("partners/", body, headers={"Idempotency-Key": "k2"}), 409)
    assert Answer.objects.count() == 1


def test_idempotency_key__of_another_caller__is_not_theirs() -> None:
    body = {"external_id": "P1", "name": "Acme"}
    callers.key("write").post("partners/", body, headers={"Idempotency-Key": "k1"})
    other = callers.key("write", name="other").post("partners/", body, headers={"Idempotency-Key": "k1"})
    assert_problem(other, 409, code="exists")
    assert_problem(callers.nobody().post("partners/", body, headers={"Idempotency-Key": "k1"}), 401)
