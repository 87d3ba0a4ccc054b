"""The builder as a person uses it, in Chromium, by keyboard and by mouse."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Q
from django.utils import timezone

from partners.models import Deal, Partner
from segments.models import Membership, Segment
from tests.segments.console.conftest import PASSWORD, compute, make_channel
from tests.segments.factories import draft, leaf

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def builder(transactional_db: None, broker: Any, _urls: None, browser_page: Any) -> Any:
    """The page of a new segment, signed in as channel manager."""
    make_channel()
    page = browser_page
    page.goto("/account/login/")
    page.locator("input[name=login]").fill("channel_manager@vendor.example")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(lambda url: "login" not in url)
    page.goto("/console/segments/new/")
    page.get_by_role("button", name="Add a group to the rule").wait_for()
    return page


def choose(page: Any, *words: str) -> None:
    """Type into the box that has the focus and take what is meant, then go on to the next control."""
    for word in words:
        page.keyboard.type(word)
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")


def shows(page: Any, count: int) -> None:
    page.wait_for_function(
        "n => document.querySelector('[data-live=count]').textContent === n && !document.querySelector('.is-stale')",
        arg=str(count),
    )


def rule_of(page: Any) -> Any:
    return json.loads(page.locator("textarea[name=rule]").input_value())


def test_builder__by_keyboard_and_mouse__built_counted_saved_published(builder: Any) -> None:
    page = builder
    page.get_by_label("Name", exact=True).fill("Europe or managed, not gold")
    page.get_by_role("button", name="Add a group to the rule").focus()
    page.keyboard.press("Enter")  # a group of "any", the first condition waits for its field
    page.keyboard.type("region")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("emea")
    page.keyboard.press("Enter")
    shows(page, Partner.objects.filter(region="EMEA").count())

    page.get_by_role("button", name="Add a condition to group 1").click()
    page.get_by_role("option", name="Partner type").click()
    page.get_by_role("combobox", name="Value of Partner type").click()
    page.get_by_role("option", name="Managed service provider").click()
    either = Q(region="EMEA") | Q(partner_type="msp")
    shows(page, Partner.objects.filter(either).count())

    page.get_by_role("button", name="Add a group to the rule").click()
    page.keyboard.type("tier")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("gold")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Group 2: turn round (not)").press("Space")
    wanted = Partner.objects.filter(either).exclude(tier="gold")
    shows(page, wanted.count())
    assert "not (Tier is Gold)" in page.locator("[data-live=sentence]").inner_text()
    assert rule_of(page)["rules"][1]["not"] is True

    page.get_by_role("button", name="Save and publish…").click()
    page.get_by_role("heading", name="What publishing changes").wait_for()
    figure = page.get_by_role("heading", level=2).first.inner_text()
    assert re.fullmatch(r"0\W+to\W+2 members", figure), figure
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_text("Waiting to be computed").wait_for()
    compute()
    made = Segment.objects.get(name="Europe or managed, not gold")
    assert made.status == "active"
    members = Membership.objects.current().filter(segment=made).values_list("subject_id", flat=True)
    assert set(members) == set(wanted.values_list("pk", flat=True))


def test_builder__wrong_value__message_at_its_condition_and_undo_takes_it_back(builder: Any) -> None:
    page = builder
    page.get_by_role("button", name="Add a condition to the rule").click()
    page.keyboard.type("employees")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("many")
    problem = page.locator("[data-node] .rb-problem:not([hidden])")
    problem.wait_for()
    assert "not a number" in problem.inner_text()
    assert page.get_by_label("Value of Employees").get_attribute("aria-invalid") == "true"
    page.keyboard.press("Control+z")
    problem.wait_for(state="hidden")
    assert page.get_by_label("Value of Employees").input_value() == ""
    page.keyboard.press("Control+Shift+z")
    assert page.get_by_label("Value of Employees").input_value() == "many"


def test_builder__json_pasted__drawn_counted_and_nonsense_refused(builder: Any) -> None:
    page = builder
    page.locator("summary", has_text="Rule as JSON").click()
    area = page.locator("textarea[name=rule]")
    area.fill(
        json.dumps({"combinator": "and", "rules": [{"field": "tier", "operator": "in", "value": ["gold", "silver"]}]})
    )
    shows(page, 4)
    assert page.locator(".rb-chip__text").all_inner_texts() == ["Gold", "Silver"]
    area.fill('{"combinator": "xor", "rules": []}')
    page.get_by_text('use "and" or "or"').wait_for()
    shows(page, 4)


def test_builder__json_that_cannot_be_read__is_not_sent_and_nothing_of_it_is_lost(builder: Any) -> None:
    page = builder
    page.get_by_label("Name", exact=True).fill("Half written")
    page.locator("summary", has_text="Rule as JSON").click()
    area = page.locator("textarea[name=rule]")
    area.fill(json.dumps({"combinator": "and", "rules": [leaf("tier", "=", "gold")]}))
    shows(page, 2)
    area.fill('{"combinator": "and", "rules": [')
    page.get_by_role("button", name="Save as draft").click()  # before it was even looked at
    page.get_by_text("Not JSON yet").wait_for()
    assert page.evaluate("document.activeElement.name") == "rule"
    assert not page.locator(".is-sending").count(), "it was not sent"
    assert page.locator(".rb-leaf").count() == 1, "the builder holds what could be read last"
    page.evaluate("document.querySelector('form.segment-form').submit()")  # as if something had gone past the script
    page.get_by_text("Not saved yet").wait_for()
    assert area.is_visible()
    assert area.input_value() == '{"combinator": "and", "rules": ['
    area.fill(json.dumps({"combinator": "and", "rules": [leaf("tier", "=", "silver")]}))
    page.get_by_role("button", name="Save as draft").click()
    page.wait_for_url("**/segments/half-written/")
    assert Segment.objects.get(slug="half-written").draft.rule["rules"][0]["value"] == "silver"


def test_builder__sent_without_a_name__the_focus_is_where_it_is_missing(builder: Any) -> None:
    page = builder
    page.get_by_role("button", name="Match every partner").click()
    page.get_by_role("button", name="Save as draft").click()
    page.get_by_text("Not saved yet").wait_for()
    page.wait_for_function("() => document.activeElement.name === 'name'")
    shows(page, 5)


def test_builder__conditions_moved_by_keyboard__into_and_out_of_groups(builder: Any) -> None:
    page = builder
    page.locator("summary", has_text="Rule as JSON").click()
    one, two = ({"field": "tier", "operator": name} for name in ("notNull", "null"))
    inner = {"combinator": "or", "not": False, "rules": [two]}
    page.locator("textarea[name=rule]").fill(json.dumps({"combinator": "and", "not": False, "rules": [one, inner]}))
    page.get_by_role("button", name="Move condition 1 down").press("Enter")
    assert page.evaluate("document.activeElement.dataset.key").endswith(":down"), "the focus goes along"
    assert rule_of(page)["rules"] == [{**inner, "rules": [one, two]}]
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert rule_of(page)["rules"] == [inner, one]


def test_builder__unfinished__not_sent_and_says_what_is_missing(builder: Any) -> None:
    page = builder
    page.get_by_label("Name", exact=True).fill("Unfinished")
    page.get_by_role("button", name="Add a condition to the rule").click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Save as draft").click()
    page.get_by_text("Choose a field, or remove this condition.").wait_for()
    assert not Segment.objects.filter(name="Unfinished").exists()


def test_builder__leaving_with_changes__asked_first(builder: Any) -> None:
    page = builder
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_role("button", name="Add a group to the rule").click()
    page.goto("/console/segments/")
    assert asked == ["beforeunload"]


def test_builder__narrow_screen__nothing_sticks_out(builder: Any) -> None:
    page = builder
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator("summary", has_text="Rule as JSON").click()
    leaf = {"field": "partner_type", "operator": "in", "value": ["msp", "var", "distributor"]}
    rule: dict[str, Any] = {"combinator": "and", "not": False, "rules": [leaf]}
    for _ in range(4):
        rule = {"combinator": "or", "not": True, "rules": [leaf, rule]}
    page.locator("textarea[name=rule]").fill(json.dumps(rule))
    page.locator(".rb-leaf").nth(4).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_builder__condition_dragged_into_a_group__moved_by_the_pointer(builder: Any) -> None:
    page = builder
    page.locator("summary", has_text="Rule as JSON").click()
    one, two = ({"field": "tier", "operator": name} for name in ("notNull", "null"))
    inner = {"combinator": "or", "not": False, "rules": [two]}
    page.locator("textarea[name=rule]").fill(json.dumps({"combinator": "and", "not": False, "rules": [one, inner]}))
    page.get_by_role("group", name="Condition 2.1").wait_for()
    grip = page.get_by_role("group", name="Condition 1", exact=True).locator("[data-grip]")
    target = page.get_by_role("group", name="Condition 2.1").bounding_box()
    box = grip.bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(target["x"] + 60, target["y"] + target["height"] - 4, steps=8)
    page.mouse.up()
    assert rule_of(page)["rules"] == [{**inner, "rules": [two, one]}]
    page.keyboard.press("Control+z")
    assert rule_of(page)["rules"] == [one, inner]


def test_builder__percentile_within_a_field__counted_and_said(builder: Any) -> None:
    for number, revenue in enumerate((100, 200, 300)):
        Partner.objects.filter(external_id=f"P{number + 1}").update(annual_revenue=revenue)
    page = builder
    page.get_by_role("button", name="Add a condition to the rule").click()
    page.keyboard.type("annual revenue")
    page.keyboard.press("Enter")
    page.get_by_label("How Annual revenue compares").select_option("topPercent")
    page.get_by_label("Per cent of Annual revenue").fill("50")
    shows(page, 2)
    page.get_by_label("Compared within").select_option("region")
    assert rule_of(page)["rules"][0] == {
        "field": "annual_revenue",
        "operator": "topPercent",
        "value": "50",
        "within": "region",
    }
    page.wait_for_function(
        "() => document.querySelector('[data-live=sentence]').textContent.includes('top 50 % of its Region')"
    )
    page.get_by_label("How Annual revenue compares").select_option(">")
    assert "within" not in rule_of(page)["rules"][0]


def test_builder__share_and_growth__typed_and_said_in_per_cent__stored_as_fractions(builder: Any) -> None:
    page = builder
    page.get_by_role("button", name="Add a condition to the rule").click()
    page.keyboard.type("win rate")
    page.keyboard.press("Enter")
    page.get_by_label("How Win rate compares").select_option(">=")
    page.get_by_label("Value of Win rate, per cent").fill("37.5 %")
    assert rule_of(page)["rules"][0] == {"field": "win_rate", "operator": ">=", "value": "0.375"}
    says = "words => document.querySelector('[data-live=sentence]').textContent.includes(words)"
    page.wait_for_function(says, arg="Win rate is at least 37.5 %")
    page.get_by_label("How Win rate compares").select_option("topPercent")
    page.get_by_label("Per cent of Win rate").fill("10")
    page.wait_for_function(says, arg="Win rate is in the top 10 % of all")

    page.get_by_role("button", name="Add a condition to the rule").click()
    page.keyboard.type("deals average")
    page.keyboard.press("Enter")
    page.get_by_label("What to work out from deals").select_option("growth")
    page.get_by_label(re.compile("Value of Growth of .*, per cent")).fill("-20")
    assert rule_of(page)["rules"][1]["value"] == "-0.2"
    page.wait_for_function(says, arg="is at least -20 %")


def test_builder__aggregate_with_conditions_and_window__built_by_keyboard(builder: Any) -> None:
    today = timezone.localdate()
    for number, (amount, stage) in enumerate(((10_000, "won"), (9_000, "won"), (50_000, "lost"))):
        Deal.objects.create(
            external_id=f"D{number}",
            partner=Partner.objects.get(external_id=f"P{number + 1}"),
            amount=amount,
            stage=stage,
            registered_on=today,
            closed_on=today - timedelta(days=5),
        )
    page = builder
    page.get_by_role("button", name="Add a condition to the rule").click()
    page.keyboard.type("deals average")
    page.keyboard.press("Enter")
    page.get_by_label("What to work out from deals").select_option("sum")
    page.get_by_label("Which value of deals").select_option("amount")
    page.get_by_label("When").select_option("rolling")
    page.get_by_label("How many").fill("30")
    page.get_by_role("button", name="Only those deals that fit").press("Enter")
    choose(page, "stage", "won")
    page.get_by_label("Value of Total of amount of deals").fill("10000")
    shows(page, 1)
    assert rule_of(page)["rules"][0] == {
        "field": {
            "aggregate": "sum",
            "of": "deals.amount",
            "where": {
                "combinator": "and",
                "not": False,
                "rules": [{"field": "stage", "operator": "=", "value": "won"}],
            },
            "window": {"last": 30, "unit": "days"},
        },
        "operator": ">=",
        "value": "10000",
    }
    page.get_by_text("Today: ").wait_for()
    assert Partner.objects.get(external_id="P1").name in page.locator("[data-live=sample]").inner_text()


def test_builder__some_have_no_value__counted_in_at_a_click(builder: Any) -> None:
    page = builder
    page.get_by_role("button", name="Add a condition to the rule").click()
    page.keyboard.type("tier")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("gold")
    page.keyboard.press("Enter")
    shows(page, 2)
    page.get_by_role("button", name="Count in those with no tier").click()
    shows(page, 3)
    assert rule_of(page)["rules"][0]["missing"] == "match"
    page.get_by_role("button", name="Leave out those with no tier").press("Enter")
    shows(page, 2)


def test_builder__another_time_zone__counted_and_told_at_once(builder: Any) -> None:
    page = builder
    window = {"last": 1, "unit": "months", "calendar": True}
    draft("newcomers", leaf("joined_on", "inLast", window))
    page.goto("/console/segments/newcomers/edit/")
    sentence = page.locator("[data-live=sentence]")
    sentence.get_by_text("Joined").wait_for()
    assert "Days are those of" not in sentence.inner_text()
    page.get_by_text("Description, objective, who may see it, time zone").click()
    page.get_by_label("Days count in").select_option("Asia/Tokyo")
    sentence.get_by_text("Days are those of Asia/Tokyo.").wait_for()
    page.get_by_role("button", name="Save new version").click()
    page.wait_for_url("**/console/segments/newcomers/")
    version = Segment.objects.select_related("draft").get(slug="newcomers").draft
    assert version is not None
    assert (version.number, version.zone) == (2, "Asia/Tokyo")
