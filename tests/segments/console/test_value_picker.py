"""Choosing among ten thousand values: the commonest first, found by typing, at the same cost."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from partners.models import Partner
from tests.segments.console.conftest import PASSWORD, make_channel

VALUES = "/console/segments/values/"


def towns() -> None:
    """10,000 towns, one partner in each, and fifty in the last."""
    rows = [Partner(external_id=f"T-{n}", name=f"Town {n}", region="EMEA", city=f"Town {n:05}") for n in range(10_000)]
    rows += [Partner(external_id=f"L-{n}", name=f"Last {n}", region="EMEA", city="Town 09999") for n in range(50)]
    Partner.objects.bulk_create(rows, batch_size=2000)


def test_values__ten_thousand__commonest_first_found_by_typing(channel: Any, as_: Any) -> None:
    client = as_("channel_manager")
    asked = {"subject": "partner", "field": "city"}
    with CaptureQueriesContext(connection) as few:
        client.get(VALUES, asked)
    towns()
    with CaptureQueriesContext(connection) as many:
        first = client.get(VALUES, asked).json()
    assert len(many) == len(few)
    found = first["values"]
    assert len(found) <= 50
    assert (found[0]["value"], found[0]["count"]) == ("Town 09999", 51)
    typed = client.get(VALUES, {**asked, "q": "town 0777"}).json()["values"]
    assert {each["value"] for each in typed} == {f"Town 0777{n}" for n in range(10)}


@pytest.mark.django_db(transaction=True)
def test_picker__ten_thousand__chosen_by_typing_with_its_count(
    transactional_db: None, broker: Any, _urls: None, browser_page: Any
) -> None:
    make_channel()
    towns()
    page = browser_page
    page.goto("/account/login/")
    page.locator("input[name=login]").fill("channel_manager@vendor.example")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(lambda url: "login" not in url)
    page.goto("/console/segments/new/")
    page.get_by_role("button", name="Add a condition to the rule").click()
    page.keyboard.type("city")
    page.keyboard.press("Enter")
    page.get_by_role("combobox", name="Value of City").click()
    page.get_by_role("option").filter(has_text="Town 09999").filter(has_text="51").wait_for()
    page.keyboard.type("town 04321")
    page.get_by_role("option").filter(has_text="Town 04321").click()
    page.wait_for_function("() => document.querySelector('[data-live=count]').textContent === '1'")
    assert page.locator("[role=option]").count() <= 50
