"""Signing in with a real browser: each kind of person lands in their own home, and out again."""

from __future__ import annotations

from typing import Any

import pytest

from people import roles
from people.models import User
from tests.programs import world

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "quiet harbour lamp"


def person(email: str, role: str) -> User:
    return User.objects.create_user(email, password=PASSWORD, role=role, name="Robin")


def sign_in(page: Any, email: str, password: str = PASSWORD) -> None:
    page.goto("/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_sign_in__channel_manager__console_and_out_again(browser_page: Any, broker: Any) -> None:
    person("carl@vendor.example", roles.CHANNEL_MANAGER)
    sign_in(browser_page, "Carl@Vendor.example")
    browser_page.wait_for_url("**/console/")
    assert browser_page.get_by_role("heading", level=1).inner_text() == "Hello, Robin"
    browser_page.locator("summary", has_text="Robin").click()
    browser_page.get_by_role("button", name="Sign out").click()
    browser_page.wait_for_url("**/account/login/**")
    browser_page.goto("/console/partners/")
    assert "/account/login/" in browser_page.url


def test_sign_in__partner__portal_and_no_way_into_the_console(browser_page: Any, broker: Any) -> None:
    company = world.partner("P-1")
    user = person("paula@partner.example", roles.PARTNER_ADMIN)
    company.team.create(user=user)
    sign_in(browser_page, user.email)
    browser_page.wait_for_url("**/portal/")
    assert company.name in browser_page.locator("main").inner_text()
    assert browser_page.goto("/console/").status == 404
    assert company.activities.filter(kind="sign_in", user=user).count() == 1


def test_sign_in__wrong_password__says_so_and_keeps_the_address(browser_page: Any, broker: Any) -> None:
    person("carl@vendor.example", roles.CHANNEL_MANAGER)
    sign_in(browser_page, "carl@vendor.example", "something else")
    browser_page.get_by_text("not correct").wait_for()
    assert browser_page.get_by_label("E-mail address").input_value() == "carl@vendor.example"
