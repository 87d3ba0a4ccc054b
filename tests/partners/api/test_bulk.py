"""`…/bulk/`: many records in one call."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partners.api.bulk import Broken, array_items
from partners.models import Customer, Deal, Origin, Partner
from tests import callers
from tests.callers import assert_problem

ROWS: list[dict[str, Any]] = [
    {"external_id": "P1", "name": "Acme", "tier": "gold"},
    {"external_id": "P2", "name": "Beta", "tier": "wooden"},
    {"external_id": "P3", "name": "Gamma", "nonsense": "1"},
    {"external_id": "P4", "name": "Delta"},
]


def send(rows: list[dict[str, Any]], kind: str) -> Any:
    caller = callers.key("write", name=kind[:40])
    if kind == "text/csv":
        names = list(dict.fromkeys(name for row in rows for name in row))
        lines = [",".join(names), *(",".join(str(row.get(name, "")) for name in names) for row in rows)]
        return caller.post("partners/bulk/", "\n".join(lines), content_type=kind)
    if kind == "application/x-ndjson":
        return caller.post("partners/bulk/", "\n".join(json.dumps(row) for row in rows), content_type=kind)
    return caller.post("partners/bulk/", rows)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["application/json", "application/x-ndjson"])
def test_bulk__some_rows_bad__good_ones_land_and_each_is_answered(kind: str) -> None:
    answer = send(ROWS, kind).json()
    assert {name: answer[name] for name in ("rows", "created", "updated", "unchanged", "rejected")} == {
        "rows": 4,
        "created": 2,
        "updated": 0,
        "unchanged": 0,
        "rejected": 2,
    }
    assert [(row["row"], row["external_id"], row["status"]) for row in answer["results"]] == [
        (0, "P1", "created"),
        (1, "P2", "rejected"),
        (2, "P3", "rejected"),
        (3, "P4", "created"),
    ]
    assert answer["results"][1]["errors"][0]["pointer"] == "/1/tier"
    assert answer["results"][2]["errors"][0]["pointer"] == "/2/nonsense"
    assert set(Partner.objects.values_list("external_id", flat=True)) == {"P1", "P4"}


@pytest.mark.django_db
def test_bulk__csv__same_as_json() -> None:
    rows = [{"external_id": "P1", "name": "Acme", "employees": "12", "verticals": "retail;energy"}]
    answer = send(rows, "text/csv").json()
    assert (answer["created"], answer["rejected"]) == (1, 0), answer
    made = Partner.objects.get()
    assert (made.employees, set(made.verticals)) == (12, {"retail", "energy"})


@pytest.mark.django_db
def test_bulk__same_rows_again__change_nothing() -> None:
    send(ROWS, "application/json")
    stamps = dict(Partner.objects.values_list("external_id", "updated_at"))
    answer = send(ROWS, "application/x-ndjson").json()
    assert (answer["unchanged"], answer["updated"], answer["created"]) == (2, 0, 0)
    assert dict(Partner.objects.values_list("external_id", "updated_at")) == stamps
    assert Origin.objects.count() == 1


@pytest.mark.django_db
def test_bulk__customers_and_deals__alike() -> None:
    caller = callers.key("write")
    send(ROWS, "application/json")
    assert (
        caller.post("customers/bulk/", [{"external_id": "C1", "name": "Shop", "partners": ["P1"]}]).json()["created"]
        == 1
    )
    deals = [
        {"external_id": "D1", "partner": "P1", "customer": "C1", "amount": "5"},
        {"external_id": "D2", "partner": "P9"},
    ]
    answer = caller.post("deals/bulk/", deals).json()
    assert (answer["created"], answer["rejected"]) == (1, 1)
    assert Deal.objects.get().customer == Customer.objects.get()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'[{"external_id": "P1", "name": "A"}, ', "application/json"),
        (b'[{"external_id": "P1", "name": "A"} {"external_id": "P2"}]', "application/json"),
        (b'[{"external_id": "P1", "name": "A"}] x', "application/json"),
        (b'[{"external_id": "P1", "name": "A"}, 5]', "application/json"),
        (b'{"external_id": "P1", "name": "A"}', "application/json"),
        (b'[{"external_id": "P1", "name": "\xff"}]', "application/json"),
        (b'[{"external_id": "P1", "name": "A", "employees": NaN}]', "application/json"),
        (b'{"external_id": "P1", "name": "A"}\n{broken', "application/x-ndjson"),
        (b'{"external_id": "P1", "name": "A"}\n5\xff', "application/x-ndjson"),
        (b"external_id,name\nP1,A\nP2,B,C\n", "text/csv"),
        (b'external_id,name\nP1,A\nP2,"B', "text/csv"),
        (b"external_id,name,city\nP1,A\n", "text/csv"),
        (b"external_id,name,name\nP1,A,B\n", "text/csv"),
        (b"external_id;name\nP1;A\n", "text/csv"),
        (b'[{"external_id": "P1", "name": "A", "employees": %s}]' % (b"9" * 10_000), "application/json"),
        (b'{"external_id": "P1", "name": "A", "employees": %s}' % (b"9" * 10_000), "application/x-ndjson"),
        (b"", "application/json"),
    ],
)
def test_bulk__body_breaks_off__400_and_nothing_stored(body: bytes, kind: str) -> None:
    assert_problem(callers.key("write").post("partners/bulk/", body, content_type=kind), 400)
    assert not Partner.objects.exists()


@pytest.mark.django_db
def test_bulk__characters_that_cannot_be_kept__row_rejected() -> None:
    rows = rb'{"external_id": "P1", "name": "a\u0000b"}, {"external_id": "P2", "name": "\ud800"}'
    body = b"[" + rows + b', {"external_id": "P3", "name": "C"}]'
    answer = callers.key("write").post("partners/bulk/", body, content_type="application/json").json()
    assert [row["status"] for row in answer["results"]] == ["rejected", "rejected", "created"]


@pytest.mark.django_db
@pytest.mark.parametrize("member", [rb'"external_id": "\ud800"', rb'"external_id": "P1", "\udc00": 1'])
def test_bulk__half_a_character_in_id_or_name__answered_as_it_came(member: bytes) -> None:
    body = b'[{%s, "name": "A"}, {"external_id": "P2", "name": "B"}]' % member
    answer = callers.key("write").post("partners/bulk/", body, content_type="application/json").json()
    assert [row["status"] for row in answer["results"]] == ["rejected", "created"]


@pytest.mark.django_db
def test_bulk__csv_rows_of_nothing__are_no_rows() -> None:
    body = b"external_id,name\nP1,A\n,\n , \n\nP2,B\n" + b",\n" * 1000
    answer = callers.key("write").post("partners/bulk/", body, content_type="text/csv").json()
    assert (answer["rows"], answer["created"]) == (2, 2)


@pytest.mark.django_db
def test_bulk__many_rows__all_land() -> None:
    rows = "\n".join(json.dumps({"external_id": f"P{n}", "name": f"Partner {n}"}) for n in range(25_000))
    response = callers.key("write").post("partners/bulk/", rows, content_type="application/x-ndjson")
    answer = json.loads(b"".join(response.streaming_content))
    assert (answer["created"], len(answer["results"])) == (25_000, 25_000)
    assert answer["results"][24_999] == {"row": 24_999, "external_id": "P24999", "status": "created"}


json_objects = st.dictionaries(
    st.text(max_size=5),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=5,
    ),
    max_size=4,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # other tests share the processor
@given(st.lists(json_objects, max_size=6), st.integers(1, 20), st.sampled_from([None, 1]))
def test_array_items__in_whatever_pieces__gives_the_items(items: list[Any], size: int, indent: int | None) -> None:
    text = json.dumps(items, indent=indent, ensure_ascii=False)
    assert list(array_items(text[at : at + size] for at in range(0, len(text), size))) == items


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # other tests share the processor
@given(st.lists(json_objects, min_size=1, max_size=4), st.data())
def test_array_items__cut_off_anywhere__refused(items: list[Any], data: st.DataObject) -> None:
    text = json.dumps(items)
    cut = data.draw(st.integers(0, len(text) - 1))
    with pytest.raises(Broken):
        list(array_items(iter([text[:cut]])))
