"""The doors of programmes in a real browser, under the real Content-Security-Policy."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from people.models import User
from programs.models import Course, Journey, Offer, Program
from programs.settling import settle
from tests.programs.world import colleague, partner, program, segment, staff

pytestmark = pytest.mark.django_db(transaction=True)


def enter(page: Any, user: User) -> None:
    """Be signed in as the user."""
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.goto("/account/login/")
    home = page.url.removesuffix("account/login/")
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": home}])


def test_course__partner_goes_through_it__completed(browser_page: Any) -> None:
    one = partner("P1")
    program("basics", kind="course", name="Basics", any=[segment("gold", [one], name="Gold", partner_visible=True)])
    settle()
    page = browser_page
    enter(page, colleague(one))
    page.goto("/portal/")
    page.get_by_role("link", name="Basics").first.click()
    page.get_by_role("button", name="Start the course").click()
    page.get_by_role("button", name="Done, next lesson").click()
    page.get_by_role("button", name="Finish the course").click()
    page.get_by_text("You have completed this course").wait_for()
    assert page.get_by_text("Because you are in Gold").count()
    assert Offer.objects.get().completed_at is not None


def test_form__course_written_in_the_browser__reach_shown_and_lessons_added(browser_page: Any, broker: Any) -> None:
    segment("gold", [partner("P1"), partner("P2")], name="Gold", member_count=2)
    page = browser_page
    enter(page, staff())
    page.goto("/console/programs/new/course/")
    page.get_by_label("Name").fill("Basics")
    page.get_by_role("button", name="Add a lesson").click()
    page.locator("[name=lesson_title]").nth(1).wait_for()
    for number, title in enumerate(["One", "Two"]):
        page.locator("[name=lesson_title]").nth(number).fill(title)
    page.get_by_role("group", name="In any of").get_by_label("Gold (2)").check()
    page.get_by_text("2 partners would be offered it.").wait_for()
    page.get_by_role("button", name="Save as a draft").click()
    page.get_by_role("heading", name="Basics").wait_for()
    assert [lesson["title"] for lesson in Course.objects.get().lessons] == ["One", "Two"]
    page.get_by_role("button", name="Activate").click()
    page.locator("dialog[open]").get_by_role("button", name="Activate").click()
    page.get_by_text("is active").wait_for()
    assert Program.objects.get().status == "active"


@pytest.mark.parametrize(
    ("path", "written", "choice", "shown"),
    [
        ("/console/journeys/new/", "Name", "Has a date due", "Before or after"),
        ("/console/programs/basics/lessons/new/quiz/", "Question", "A number", "Right number"),
    ],
)
def test_form__another_kind_chosen_midway__keeps_what_was_written(
    browser_page: Any, path: str, written: str, choice: str, shown: str
) -> None:
    program("basics", kind="course", name="Basics")
    page = browser_page
    enter(page, staff())
    page.goto(path)
    page.get_by_label(written, exact=True).fill("What was written")
    page.get_by_role("link", name=choice).click()
    page.get_by_label(shown).wait_for()
    assert page.get_by_label(written, exact=True).input_value() == "What was written"


def test_journey__another_fact_chosen__brings_its_own_values(browser_page: Any) -> None:
    page = browser_page
    enter(page, staff())
    page.goto("/console/journeys/new/?trigger=changed")
    page.get_by_label("Name", exact=True).fill("Promoted")
    page.get_by_label("The fact").select_option("Tier")
    page.locator("#values select[name=to_value]").select_option("Gold")
    page.get_by_label("The fact").select_option("City")
    page.locator("#values input[name=to_value]").fill("Paris")
    page.get_by_label("The fact").select_option("Tier")
    page.locator("#values select[name=to_value]").select_option("Gold")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("to Gold").first.wait_for()
    assert Journey.objects.get().to_value == "gold"
