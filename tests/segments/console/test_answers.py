"""What the builder asks while somebody works: preview, values, coverage."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.segments.console.conftest import EMEA, GOLD


def preview(client: Client, rule: Any, subject: str = "partner") -> Any:
    return client.post(
        reverse("console_segment_preview"), json.dumps({"subject": subject, "rule": rule}), "application/json"
    )


def test_preview__valid_rule__count_total_sentence_missing_and_sample(as_: Any) -> None:
    rule = {"combinator": "or", "not": False, "rules": [GOLD, EMEA]}
    found = preview(as_("channel_manager"), rule).json()
    assert (found["ok"], found["count"], found["total"]) == (True, 3, 5)
    assert "Tier is Gold" in found["sentence"]
    assert [(each["field"], each["count"], each["label"]) for each in found["missing"]] == [("tier", 1, "Tier")]
    assert [each["name"] for each in found["sample"]] == ["Alder", "Cedar", "Dogwood"]
    assert found["sample"][0]["url"] == reverse("console_partner", args=["P1"])


def test_preview__regional_manager__counts_and_shows_only_their_regions(as_: Any) -> None:
    found = preview(as_("regional"), GOLD).json()
    assert (found["count"], found["total"]) == (1, 2)
    assert [each["name"] for each in found["sample"]] == ["Alder"]


def test_preview__wrong_parts__each_error_with_the_pointer_of_its_node(as_: Any) -> None:
    rule = {
        "combinator": "and",
        "rules": [
            GOLD,
            {"field": "teir", "operator": "=", "value": "gold"},
            {"combinator": "or", "rules": [{"field": "employees", "operator": ">", "value": "many"}]},
            {"combinator": "or", "rules": []},
        ],
    }
    found = preview(as_("channel_manager"), rule).json()
    assert found["ok"] is False
    assert [(error["pointer"], error["code"]) for error in found["errors"]] == [
        ("/rules/1", "unknown_field"),
        ("/rules/2/rules/0", "wrong_type"),
        ("/rules/3", "empty_group"),
    ]
    assert "“Tier”" in found["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("leaf", "says"),
    [
        (
            {"field": "employees", "operator": "between", "value": [500, 10]},
            "The first value is above the second. Put 10 first, then 500.",
        ),
        (
            {"field": "win_rate", "operator": "between", "value": ["0.5", "0.25"]},
            "The first value is above the second. Put 25 % first, then 50 %.",
        ),
        (
            {"field": "tier", "operator": "between", "value": ["gold", "silver"]},
            "The first value is above the second. Put “Silver” first, then “Gold”.",
        ),
        (
            {"field": "joined_on", "operator": "inLast", "value": {"last": 0, "unit": "days"}},
            "Put a whole number of days here, from 1 to 36,500; this is 0.",
        ),
        (
            {"field": "employees", "operator": ">", "value": "many"},
            "“many” is not a number. Write it in digits, such as 1234.50.",
        ),
        (
            {"field": "segment", "operator": "in", "value": ["elsewhere"]},
            "There is no segment “elsewhere”. Choose another.",
        ),
    ],
)
def test_preview__wrong_value__said_in_plain_words(leaf: Any, says: str, as_: Any) -> None:
    rule = {"combinator": "and", "not": False, "rules": [leaf]}
    (error,) = preview(as_("channel_manager"), rule).json()["errors"]
    assert error["detail"] == says


def test_preview__not_json__says_what_to_send(as_: Any) -> None:
    answer = as_("channel_manager").post(reverse("console_segment_preview"), "{", "application/json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "bad_request"


def test_preview__unknown_subject__404(as_: Any) -> None:
    assert preview(as_("channel_manager"), GOLD, "deal").status_code == 404
    assert preview(as_("channel_manager"), GOLD, ["partner"]).status_code == 404


def test_preview__reference_back_to_the_segment_itself__refused(as_: Any) -> None:
    rule = {"field": "segment", "operator": "in", "value": ["gold"]}
    body = {"subject": "partner", "rule": rule, "segment": "gold"}
    found = as_("channel_manager").post(reverse("console_segment_preview"), json.dumps(body), "application/json").json()
    assert found["errors"][0]["code"] == "cycle"


def test_preview__without_the_token__refused(channel: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(channel.people["channel_manager"])
    assert preview(client, GOLD).status_code == 403


def values(client: Client, **query: str) -> Any:
    return client.get(reverse("console_field_values"), query)


def test_values__ordered_choice__in_its_order_with_counts_in_scope(as_: Any) -> None:
    found = values(as_("channel_manager"), subject="partner", field="tier").json()["values"]
    assert [(each["value"], each["count"]) for each in found] == [
        ("registered", 0),
        ("silver", 2),
        ("gold", 2),
        ("platinum", 0),
    ]
    found = values(as_("regional"), subject="partner", field="tier").json()["values"]
    assert [(each["value"], each["count"]) for each in found][1:3] == [("silver", 1), ("gold", 1)]


def test_values__typed_words__match_label_or_value(as_: Any) -> None:
    found = values(as_("channel_manager"), subject="partner", field="region", q="europe").json()["values"]
    assert found == [{"value": "EMEA", "label": "Europe, Middle East and Africa", "count": 2}]


def test_values__text__those_there_are_commonest_first(as_: Any, channel: Any) -> None:
    for key, city in (("P1", "Berlin"), ("P2", "Berlin"), ("P3", "Bern")):
        channel.partners[key].city = city
        channel.partners[key].save(update_fields=["city"])
    found = values(as_("channel_manager"), subject="partner", field="city", q="ber").json()["values"]
    assert [(each["value"], each["count"]) for each in found] == [("Berlin", 2), ("Bern", 1)]


def test_values__unknown_field_or_subject__404(as_: Any) -> None:
    assert values(as_("channel_manager"), subject="partner", field="nothing").status_code == 404
    assert values(as_("channel_manager"), subject="deal", field="stage").status_code == 404


def test_coverage__shares_and_total_within_the_viewers_regions(as_: Any) -> None:
    for who, expected in (("regional", (2, 1.0, 1.0)), ("channel_manager", (5, 0.8, 1.0))):
        found = as_(who).get(reverse("console_field_coverage"), {"subject": "partner"}).json()
        assert (found["total"], found["shares"]["tier"], found["shares"]["name"]) == expected
