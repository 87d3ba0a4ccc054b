"""A newcomer, an empty portal, and the guide alone: in the end a set that is published, targeted and measured.

Real parts: PostgreSQL, Valkey, a Celery worker in a process of its own, a browser. From the first page on, nothing is
opened by its address: every step is a link or a button that the page before it showed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client

from insights.models import SegmentMonth
from partners.models import Partner
from partners.team import invite_team_member
from people import roles
from people.models import User
from programs.models import Offer
from segments.models import Guide, Membership, Segment, SegmentComment
from tests.journeys.test_one_partner import until
from tests.journeys.test_signing_in import person, sign_in
from tests.workers import CeleryWorker

pytestmark = pytest.mark.django_db(transaction=True)
TIERS = ["gold"] * 3 + ["silver"] * 4 + ["platinum"] * 2 + [""]
RECORDS = "external_id,name,tier,region\n" + "".join(
    f"P-{number},Company {number},{tier},EMEA\n" for number, tier in enumerate(TIERS)
)


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def worker(broker: Any, transactional_db: None, tmp_path: Path) -> Iterator[CeleryWorker]:
    """A worker that finds the uploaded files where the test's web server puts them."""
    found = CeleryWorker(tmp_path / "worker.log", more={"PRM_MEDIA_ROOT": str(tmp_path / "media")})
    found.start()
    yield found
    found.kill()


def at(page: Any, heading: str) -> None:
    """The step's page is there, and nothing about it hinders anybody."""
    page.get_by_role("heading", level=1, name=heading).wait_for()
    wrong = [found["id"] for found in Axe().run(page).response["violations"]]
    assert not wrong, (heading, wrong)


def press(page: Any, name: str) -> None:
    """By keyboard."""
    page.locator("main").get_by_role("button", name=name, exact=True).press("Enter")


def follow(page: Any, name: str) -> None:
    page.locator("main").get_by_role("link", name=name, exact=True).first.press("Enter")


def say_the_objective(page: Any) -> None:
    follow(page, "Set up your first segments")
    at(page, "What do you want to reach?")
    page.locator("[name=name]").fill("Partner tiers")
    page.locator("[name=objective]").fill("More deals from silver partners")
    page.locator("[name=target]").fill("20 by June")
    page.locator("[name=measure]").select_option("members")
    page.locator("[name=target_value]").fill("4")
    press(page, "Begin")


def bring_in_records(page: Any) -> None:
    at(page, "What do you know already?")
    follow(page, "Import a file")
    page.locator("input[type=file]").set_input_files(
        {"name": "partners.csv", "mimeType": "text/csv", "buffer": RECORDS.encode()}
    )
    press(page, "Upload")
    press(page, "Try it out")
    page.get_by_role("heading", name="What the file would do").wait_for()
    page.locator("main").get_by_role("button", name="Apply").first.click()
    page.get_by_role("heading", name="What the file did").wait_for()
    follow(page, "Back to Data")
    at(page, "What do you know already?")
    follow(page, "Carry on")


def make_groups(page: Any) -> None:
    at(page, "What tells them apart?")
    page.locator("[name=facts][value=tier]").check()
    press(page, "Save and carry on")
    at(page, "Who belongs together?")
    press(page, "Make these groups")
    page.get_by_text("Here are your groups, as drafts.").wait_for()
    press(page, "Save and carry on")
    at(page, "What is each group like?")
    for box in page.get_by_label("What they need").all():
        box.fill("Leads, and somebody to ask")
    press(page, "Save and carry on")


def give_the_silver_ones_something(page: Any) -> None:
    at(page, "What does each group get?")
    follow(page, "Content for Tier: Silver")
    page.get_by_role("heading", level=1, name="New content").wait_for()
    page.locator("[name=name]").fill("Silver kit")
    page.locator("textarea[name=body]").fill("# Sell more")
    page.locator("main").get_by_role("button", name="Save").first.click()
    page.get_by_role("heading", level=1, name="Silver kit").wait_for()
    follow(page, "Back to Strategy")
    at(page, "What does each group get?")
    press(page, "Carry on")


def ask_others(page: Any) -> None:
    at(page, "What do others say?")
    page.get_by_label("Ann").check()
    page.locator("[name=question]").fill("Anybody in the wrong group?")
    press(page, "Ask for their word")
    page.get_by_text("It stands under “Needs you”").wait_for()
    page.locator("[name=partner]").fill("Company 3")
    page.locator("[name=text]").fill("We like being silver.")
    press(page, "Write it down")
    page.get_by_text("Company 3 says: We like being silver.").first.wait_for()
    follow(page, "Carry on")


def put_to_work(page: Any) -> None:
    at(page, "Ready to start?")
    row = page.get_by_role("row", name="Tier: Silver")
    row.wait_for()
    assert row.locator("td").all_inner_texts()[:2] == ["4", "0"]
    press(page, "Publish all")
    at(page, "When do you look again?")
    until(lambda: not Segment.objects.filter(computed_at=None).exists(), "the members")
    press(page, "Set the day and finish")
    page.get_by_role("heading", name="What came of it").wait_for()
    at(page, "When do you look again?")


def members(slug: str) -> list[str]:
    stays = Membership.objects.current().filter(segment__slug=slug).values_list("subject_id", flat=True)
    return sorted(Partner.objects.filter(pk__in=stays).values_list("external_id", flat=True))


def test_newcomer__empty_portal__by_the_guide_alone_to_a_published_targeted_measured_set(
    worker: CeleryWorker, browser_page: Any
) -> None:
    page = browser_page
    User.objects.create_user("ann@vendor.example", role=roles.ANALYST, name="Ann")
    newcomer = person("nora@vendor.example", roles.CHANNEL_MANAGER)
    sign_in(page, newcomer.email)
    page.wait_for_url("**/console/")
    steps: list[Callable[[Any], None]] = [say_the_objective, bring_in_records, make_groups]
    steps += [give_the_silver_ones_something, ask_others, put_to_work]
    for step in steps:
        step(page)

    # --- published: who is in which group is what the file said ------------------------------------------------------
    for tier in ("platinum", "gold", "silver"):
        assert members(f"tier-{tier}") == [f"P-{n}" for n, own in enumerate(TIERS) if own == tier]
    assert members("tier-everyone-else") == ["P-9"]
    silver = Segment.objects.get(slug="tier-silver")
    assert (silver.status, silver.objective) == ("active", "More deals from silver partners")
    assert (silver.profile.target, silver.profile.measure) == ("20 by June", "members")
    assert silver.profile.needs
    assert silver.profile.review_on is not None
    assert SegmentComment.objects.filter(segment=silver).count() == 2

    # --- targeted: in the portals of exactly those --------------------------------------------------------------------
    kit = Offer.objects.on().filter(program__name="Silver kit")
    until(lambda: kit.count() == 4, "the kit on offer")
    for external_id, sees in (("P-3", True), ("P-0", False)):
        company = Partner.objects.get(external_id=external_id)
        user = invite_team_member(
            partner=company, email=f"{external_id}@partner.example", role=roles.PARTNER_MEMBER
        ).user
        portal = Client()
        portal.force_login(user)
        assert ("Silver kit" in portal.get("/portal/").content.decode()) is sees

    # --- measured: the figures are there, without waiting for the night ------------------------------------------------
    until(SegmentMonth.objects.filter(segment=silver).exists, "the figures")
    follow(page, "See how they do")
    page.get_by_role("row", name="Tier: Silver").wait_for()
    row = page.get_by_role("row", name="Tier: Silver").inner_text()
    assert "4" in row.split()
    assert Guide.objects.get().finished_at is not None
    page.locator("aside a.brand").click()
    page.get_by_role("heading", level=1, name="Hello, Robin").wait_for()
    assert page.get_by_role("link", name="Set up your first segments").count() == 0
