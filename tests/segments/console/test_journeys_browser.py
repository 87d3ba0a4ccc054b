"""What people come to do with segments, done in Chromium by mouse and by keyboard; and every page looked over by axe."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from partners.models import Deal, Partner
from segments import drafting, publishing, sets
from segments.models import Membership, Segment
from tests.segments.console.conftest import EMEA, PASSWORD, compute, make_channel

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def channel_and_page(transactional_db: None, broker: Any, _urls: None, browser_page: Any) -> Any:
    """(the channel, a page signed in as channel manager)."""
    channel = make_channel()
    page = browser_page
    page.goto("/account/login/")
    page.locator("input[name=login]").fill("channel_manager@vendor.example")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(lambda url: "login" not in url)
    return channel, page


def sold(partner: Partner, amount: int) -> None:
    day = datetime.now(UTC).date() - timedelta(days=20)
    Deal.objects.create(
        external_id=f"D-{partner.pk}", partner=partner, amount=amount, stage="won", registered_on=day, closed_on=day
    )


def shows(page: Any, count: int) -> None:
    page.wait_for_function(
        "n => document.querySelector('[data-live=count]').textContent === n && !document.querySelector('.is-stale')",
        arg=str(count),
    )


def expected() -> set[str]:
    """In EMEA or an MSP, not gold, and among the best tenth of their region: one in EMEA, one in North America."""
    return {"P4", "P2"}


def step_to(page: Any, value: str) -> None:
    """Arrow down through the list that has the focus until it stands at a value."""
    for _ in range(30):
        if page.evaluate("document.activeElement.value") == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"There is no {value} to arrow down to.")


def build_by_keyboard(page: Any) -> None:
    def pick(*words: str) -> None:
        for word in words:
            page.keyboard.type(word)
            page.keyboard.press("Enter")
            page.keyboard.press("Tab")

    page.get_by_role("button", name="Add a group to the rule").press("Enter")
    pick("region", "emea")
    page.get_by_role("button", name="Add a condition to group 1").press("Enter")
    pick("partner type", "managed service")
    page.get_by_role("button", name="Add a group to the rule").press("Enter")
    pick("tier", "gold")
    page.get_by_role("button", name="Group 2: turn round (not)").press("Space")
    page.get_by_role("button", name="Add a condition to the rule").press("Enter")
    page.keyboard.type("won revenue last 12 months")
    page.keyboard.press("Enter")
    step_to(page, "topPercent")
    page.keyboard.press("Tab")
    page.keyboard.type("10")
    page.keyboard.press("Tab")
    step_to(page, "region")


def build_by_mouse(page: Any) -> None:
    def pick(adder: str, field: str, value: str = "") -> None:
        page.get_by_role("button", name=adder).click()
        page.locator(".rb-options").get_by_role("option", name=field).first.click()
        if value:
            page.get_by_role("combobox", name=f"Value of {field}").last.click()
            page.locator(".rb-options").get_by_role("option", name=value).click()

    pick("Add a group to the rule", "Region", "Europe, Middle East and Africa")
    pick("Add a condition to group 1", "Partner type", "Managed service provider")
    pick("Add a group to the rule", "Tier", "Gold")
    page.get_by_role("button", name="Group 2: turn round (not)").click()
    revenue = page.locator("#builder-vocabulary").evaluate(
        "spot => JSON.parse(spot.textContent).partner.fields.find(field => field.name === 'won_revenue_12m').label"
    )
    pick("Add a condition to the rule", revenue)
    page.get_by_label(f"How {revenue} compares").select_option("topPercent")
    page.get_by_label(f"Per cent of {revenue}").fill("10")
    page.get_by_label("Compared within").select_option("region")


@pytest.mark.parametrize("build", [build_by_mouse, build_by_keyboard])
def test_rule_of_the_best_tenth__built_saved_published__members_follow(build: Any, channel_and_page: Any) -> None:
    channel, page = channel_and_page
    for key, amount in (("P1", 10), ("P2", 900), ("P3", 20), ("P4", 700), ("P5", 5000)):
        sold(channel.partners[key], amount)
    page.goto("/console/segments/new/")
    page.get_by_label("Name", exact=True).fill("Best of their region")
    build(page)
    shows(page, 2)
    rule = json.loads(page.locator("textarea[name=rule]").input_value())
    assert rule["rules"][2] == {"field": "won_revenue_12m", "operator": "topPercent", "value": "10", "within": "region"}
    page.get_by_role("button", name="Save as draft").press("Enter")
    page.get_by_role("heading", name="Best of their region").wait_for()
    page.get_by_role("link", name="Publish…").click()
    page.get_by_role("heading", name="What publishing changes").wait_for()
    assert page.locator(".difference__names a").all_inner_texts() == ["Birch", "Dogwood"]
    page.get_by_role("button", name="Publish", exact=True).press("Enter")
    page.get_by_text("Waiting to be computed").wait_for()
    compute()
    stays = Membership.objects.current().filter(segment__name="Best of their region")
    found = Partner.objects.filter(pk__in=stays.values("subject_id")).values_list("external_id", flat=True)
    assert set(found) == expected()


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_why_not__asked_by_name__what_would_have_to_change(by: str, channel_and_page: Any) -> None:
    _, page = channel_and_page
    page.goto("/console/segments/gold/members/")
    box = page.get_by_label("Why is one in it, or not?", exact=True).last
    box.fill("Birch")
    if by == "mouse":
        page.get_by_role("button", name="Tell me why").click()
    else:
        box.press("Enter")
    page.get_by_role("heading", name="Why Birch is not in Gold partners").wait_for()
    assert "Tier is Gold (now: Silver)" in page.locator(".alert", has_text="What would have to change").inner_text()


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_old_version__restored__back_through_the_difference(by: str, channel_and_page: Any) -> None:
    channel, page = channel_and_page
    drafting.change_rule(segment=channel.gold, rule=EMEA, author="Ada")
    publishing.publish(segment=channel.gold, author="Ada", queue=False)
    compute()
    page.goto("/console/segments/gold/")
    tab = page.get_by_role("link", name="Versions")
    tab.click() if by == "mouse" else tab.press("Enter")
    button = page.get_by_role("button", name="Restore version 1")
    button.click() if by == "mouse" else button.press("Enter")
    page.get_by_role("heading", name="What publishing changes").wait_for()
    assert "Partners where Tier is Gold." in page.locator("main").inner_text()
    page.get_by_label("Yes, 1 enter and 1 leave").press("Space")
    page.get_by_role("button", name="Publish", exact=True).press("Enter")
    page.get_by_text("Waiting to be computed").wait_for()
    compute()
    stays = Membership.objects.current().filter(segment=channel.gold).values_list("subject_id", flat=True)
    assert set(stays) == {channel.partners["P1"].pk, channel.partners["P3"].pk}


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_two_days__compared__who_came_and_who_went(by: str, channel_and_page: Any) -> None:
    channel, page = channel_and_page
    then = datetime(2026, 3, 1, 12, tzinfo=UTC)
    Membership.objects.create(
        segment=channel.gold,
        subject_id=channel.partners["P5"].pk,
        entered_at=then,
        left_at=then + timedelta(days=9),
        version=1,
    )
    page.goto("/console/segments/gold/changes/")
    page.get_by_label("From the end of").fill("2026-03-02")
    page.get_by_label("To the end of").fill("2026-03-20")
    button = page.get_by_role("button", name="Compare")
    button.click() if by == "mouse" else button.press("Enter")
    page.locator("#compared").wait_for()
    assert page.get_by_role("region", name="Left", exact=True).get_by_role("link").all_inner_texts() == ["Elm"]
    assert "Nobody came in." in page.get_by_role("region", name="Entered", exact=True).inner_text()


PAGES = [
    "/console/segments/",
    "/console/segments/new/",
    "/console/segments/gold/",
    "/console/segments/gold/edit/",
    "/console/segments/gold/members/",
    "/console/segments/gold/changes/?from=2026-01-01",
    "/console/segments/gold/versions/",
    "/console/segments/gold/overlap/",
    "/console/segments/gold/profile/",
    "/console/segments/gold/publish/",
    "/console/segments/gold/why/P2/",
    "/console/segments/overlap/",
    "/console/segments/compare/?a=gold&b=emea",
    "/console/segments/sets/",
    "/console/segments/sets/tiers/",
    "/console/segments/sets/tiers/edit/",
    "/console/recomputes/",
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page__looked_over_by_axe__no_violation(scheme: Any, channel_and_page: Any) -> None:
    channel, page = channel_and_page
    emea = drafting.create_segment(slug="emea", name="EMEA", subject="partner", rule=EMEA, author="Ada")
    publishing.publish(segment=emea, author="Ada", queue=False)
    sets.create_set(
        slug="tiers", name="Tiers", subject="partner", mode="exclusive", segments=["gold", "emea"], author="A"
    )
    compute()
    Membership.objects.update(entered_at=datetime(2026, 8, 1, tzinfo=UTC))
    won = {"combinator": "and", "rules": [{"field": "stage", "operator": "=", "value": "won"}]}
    total = {"aggregate": "sum", "of": "deals.amount", "where": won, "window": {"last": 90, "unit": "days"}}
    best = {"field": "annual_revenue", "operator": "topPercent", "value": 10, "within": "region"}
    rule = {"combinator": "and", "rules": [EMEA, {"field": total, "operator": ">=", "value": 1}, best]}
    drafting.change_rule(segment=channel.gold, rule=rule, author="Ada")
    assert Segment.objects.get(slug="gold").draft.number == 2
    page.emulate_media(color_scheme=scheme)
    found = {}
    for address in PAGES:
        page.goto(address)
        page.wait_for_load_state("networkidle")
        results = Axe().run(page)
        for each in results.response["violations"]:
            found[f"{address} {each['id']}"] = [node["html"][:200] for node in each["nodes"][:3]]
    assert not found, json.dumps(found, indent=1)
    assert reverse("console_set", args=["tiers"]) in PAGES


def test_dialog__opened_from_a_menu_and_left__focus_is_back_at_the_menu(channel_and_page: Any) -> None:
    _, page = channel_and_page
    page.goto("/console/segments/gold/")
    menu = page.locator("summary", has_text="More actions")
    menu.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Archive…").click()
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="hidden")
    assert menu.evaluate("summary => summary === document.activeElement")


def test_trend__another_period_by_keyboard__the_focus_stays_on_it(channel_and_page: Any) -> None:
    _, page = channel_and_page
    page.goto("/console/segments/gold/")
    page.get_by_role("link", name="A year", exact=True).focus()
    page.keyboard.press("Enter")
    page.locator("[aria-current=true]", has_text="A year").wait_for()
    page.wait_for_function("() => document.activeElement.textContent === 'A year'")


def test_members__columns_chosen__shown_by_the_button_under_them(channel_and_page: Any) -> None:
    _, page = channel_and_page
    page.goto("/console/segments/gold/members/")
    page.locator("summary", has_text="Columns").click()
    page.get_by_label("Country", exact=True).check()
    page.get_by_role("button", name="Show these").click()
    page.get_by_role("columnheader", name="Country").wait_for()
