"""Nothing is lost on double click, "back", a session's end or two tabs: in a browser."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client

from partners.models import Note, Partner, SavedView
from people import roles
from people.sending.keeping import kept_for
from segments import drafting
from segments.models import Segment, SegmentVersion

PASSWORD = "a quiet long word"
RULE = {"combinator": "and", "not": False, "rules": [{"field": "region", "operator": "=", "value": "EMEA"}]}


@pytest.fixture
def page(transactional_db, broker, people, records, browser_page):
    """Signed in as an administrator, with a few records and a segment."""
    cache.clear()
    people[roles.ADMINISTRATOR].set_password(PASSWORD)
    people[roles.ADMINISTRATOR].save(update_fields=["password"])
    drafting.create_segment(slug="europe", name="Europe", subject="partner", rule=RULE, author="Ada")
    browser_page.goto("/account/login/")
    sign_in_at(browser_page)
    browser_page.wait_for_url("**/console/")
    return browser_page


def sign_in_at(page: Any) -> None:
    page.fill("input[name=login]", "administrator@example.com")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")


def end_sessions() -> None:
    """As if the hours of a session had gone by."""
    Session.objects.all().delete()
    cache.clear()


def sent_twice(page: Any, form: str) -> None:
    """The same form sent two times at once, whatever its page would do against it."""
    page.evaluate(
        """async (form) => {
            const found = document.querySelector(form);
            const send = () => fetch(found.action, {method: "POST", body: new URLSearchParams(new FormData(found))});
            await Promise.all([send(), send(), send()]);
        }""",
        form,
    )


def test_double_click__a_new_view__is_made_once(page):
    page.goto("/console/partners/?q=alder")
    page.get_by_text("Views", exact=True).click()
    page.locator("form[action*='views'] input[name=name]").fill("Mine")
    page.locator("form[action*='views'] button[type=submit]").first.dblclick()
    page.get_by_text("Mine").first.wait_for()
    assert SavedView.objects.count() == 1


def test_double_click__a_note__is_written_once(page):
    page.goto("/console/partners/P-1/")
    page.locator("#notes textarea").fill("Called them")
    page.locator("#notes button[type=submit]").first.dblclick()
    page.locator("#notes").get_by_text("Called them").first.wait_for()
    page.wait_for_load_state("networkidle")
    assert Note.objects.count() == 1


def test_sent_three_times_at_once__a_new_partner_and_segment__are_made_once(page):
    page.goto("/console/new/partner/")
    page.fill("input[name=external_id]", "P-77")
    page.fill("input[name=name]", "Twice Ltd")
    sent_twice(page, "main form")
    assert Partner.objects.filter(external_id="P-77").count() == 1
    page.goto("/console/segments/new/")
    page.locator("[data-builder].is-ready").wait_for()
    page.get_by_label("Name", exact=True).fill("Thrice")
    page.evaluate("rule => { document.querySelector('textarea[name=rule]').value = rule; }", '{"everyone": true}')
    sent_twice(page, "form.segment-form")
    assert Segment.objects.filter(name="Thrice").count() == 1


def test_back__after_saving__shows_what_is_saved(page):
    page.goto("/console/partners/P-1/")
    page.goto("/console/partners/P-1/edit/")
    page.fill("input[name=city]", "Lyon")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/partners/P-1/")
    Partner.objects.filter(external_id="P-1").update(city="Nice")  # a colleague, meanwhile
    page.go_back()
    page.wait_for_url("**/edit/")
    page.wait_for_function("() => document.querySelector('input[name=city]').value === 'Nice'")
    page.go_back()
    page.wait_for_url("**/partners/P-1/")
    page.get_by_text("Nice").first.wait_for()


def test_back__to_a_form_that_was_sent__is_empty_and_makes_no_second(page):
    page.goto("/console/new/partner/")
    page.fill("input[name=external_id]", "P-78")
    page.fill("input[name=name]", "Once Ltd")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/partners/P-78/")
    page.go_back()
    page.wait_for_function("() => document.querySelector('input[name=name]')?.value === ''")


def test_back__after_a_form_that_comes_back_to_its_own_page__is_empty(page):
    page.goto("/console/segments/europe/")
    page.get_by_label("Comment", exact=True).fill("Too wide?")
    page.get_by_role("button", name="Comment", exact=True).click()
    page.get_by_text("Too wide?").wait_for()
    page.wait_for_function("() => document.querySelector('textarea[name=text]').value === ''")
    assert page.get_by_label("Comment", exact=True).evaluate("box => box.getBoundingClientRect().top < innerHeight")
    page.go_back()
    page.get_by_text("Too wide?").wait_for()
    page.wait_for_function("() => document.querySelector('textarea[name=text]').value === ''")


def test_back__to_a_page_with_unsent_words__keeps_them(page):
    page.goto("/console/partners/P-1/edit/")
    page.fill("input[name=city]", "Half a wo")
    page.goto("/console/partners/P-2/")
    page.go_back()
    page.wait_for_url("**/edit/")
    assert page.input_value("input[name=city]") == "Half a wo"


def test_part_drawn_anew__the_focus_stays_in_it(page):
    page.goto("/console/partners/P-1/")
    page.fill("#note-text", "Called")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("#notes .prose", has_text="Called").wait_for()
    page.wait_for_function("() => document.activeElement.textContent === 'Add the note'")


def test_session_ends_while_typing__after_signing_in_the_record_is_saved(page):
    page.goto("/console/partners/P-1/edit/")
    page.fill("input[name=city]", "Lyon")
    end_sessions()
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/login/**")
    sign_in_at(page)
    page.get_by_role("heading", name="Your work is kept").wait_for()
    assert page.get_by_text("Lyon").is_visible()
    page.get_by_role("button", name="Send it now").click()
    page.wait_for_url("**/console/partners/P-1/")
    assert Partner.objects.get(external_id="P-1").city == "Lyon"
    page.goto("/account/kept/")
    page.wait_for_url("**/console/")


def test_session_ends_in_the_builder__after_signing_in_the_rule_is_saved(page):
    page.goto("/console/segments/europe/edit/")
    page.locator("[data-builder].is-ready").wait_for()
    page.get_by_role("combobox", name="Value of Region").click()
    page.get_by_role("option", name=re.compile("North America|^NA")).first.click()
    end_sessions()
    page.locator("form.segment-form button[type=submit]").first.click()
    page.wait_for_url("**/login/**")
    sign_in_at(page)
    page.get_by_role("button", name="Send it now").click()
    page.wait_for_url("**/segments/europe/**")
    assert Segment.objects.get(slug="europe").draft.number == 2
    assert "NA" in str(Segment.objects.get(slug="europe").draft.rule)


def test_session_ends__a_note_by_htmx__is_kept_too(page):
    page.goto("/console/partners/P-1/")
    page.locator("#notes textarea").fill("Ask for Mrs Vries")
    end_sessions()
    page.locator("#notes button[type=submit]").first.click()
    page.wait_for_url("**/login/**")
    sign_in_at(page)
    page.get_by_role("button", name="Send it now").click()
    page.wait_for_load_state("networkidle")
    assert Note.objects.get().text == "Ask for Mrs Vries"


def test_session_ends__signed_in_again_in_another_tab__the_first_tab_loses_nothing(page):
    page.goto("/console/partners/P-1/edit/")
    page.fill("input[name=city]", "Lyon")
    end_sessions()
    other = page.context.new_page()
    other.goto("/account/login/")
    sign_in_at(other)
    other.wait_for_url("**/console/")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Send it now").click()
    page.wait_for_url("**/console/partners/P-1/")
    assert Partner.objects.get(external_id="P-1").city == "Lyon"


def test_session_ends__somebody_else_signs_in__sees_nothing_of_it(people, records):
    client = Client()
    client.force_login(people[roles.ADMINISTRATOR], backend="allauth.account.auth_backends.AuthenticationBackend")
    client.get("/console/")
    del client.cookies["sessionid"]
    answer = client.post("/console/partners/P-1/edit/", {"name": "Secret", "region": "EMEA"})
    assert answer.url == "/account/login/?next=/account/kept/"
    client.force_login(people[roles.CHANNEL_MANAGER], backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/account/kept/").status_code == 302
    client.force_login(people[roles.ADMINISTRATOR], backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "Secret" in client.get("/account/kept/").content.decode()


def test_never_signed_in_here__nothing_is_kept(people, records):
    client = Client()
    answer = client.post("/console/partners/P-1/edit/", {"name": "Spam"})
    assert "kept" not in answer.url
    assert not kept_for(people[roles.ADMINISTRATOR].pk)


def test_foreign_form__with_a_wrong_token__is_refused_and_not_kept(people, records):
    client = Client(enforce_csrf_checks=True)
    client.force_login(people[roles.ADMINISTRATOR], backend="allauth.account.auth_backends.AuthenticationBackend")
    client.get("/console/")
    for site in ("cross-site", "same-site", ""):
        headers = {"sec-fetch-site": site} if site else {}
        answer = client.post(
            "/console/partners/P-1/edit/", {"name": "Evil", "csrfmiddlewaretoken": "x"}, headers=headers
        )
        assert answer.status_code == 403
    assert not kept_for(people[roles.ADMINISTRATOR].pk)


def test_two_tabs__one_record__the_second_is_told_and_keeps_what_was_written(page):
    second = page.context.new_page()
    for tab in (page, second):
        tab.goto("/console/partners/P-1/edit/")
    page.fill("input[name=city]", "Lyon")
    page.fill("input[name=employees]", "40")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/partners/P-1/")
    second.fill("input[name=city]", "Nice")
    second.fill("input[name=country]", "FR")
    second.get_by_role("button", name="Save").click()
    second.get_by_text("City is “Lyon” now; yours is “Nice”.").wait_for()
    assert second.get_by_text("Employees is “40” now; you had left it alone.").is_visible()
    assert second.input_value("input[name=city]") == "Nice"
    assert second.input_value("input[name=employees]") == "40"
    assert Partner.objects.get(external_id="P-1").city == "Lyon"
    second.get_by_role("button", name="Save").click()
    second.wait_for_url("**/partners/P-1/")
    saved = Partner.objects.get(external_id="P-1")
    assert (saved.city, saved.country, saved.employees) == ("Nice", "FR", 40)


def test_two_tabs__one_segment__rule_and_words_are_both_looked_after(page):
    second = page.context.new_page()
    for tab in (page, second):
        tab.goto("/console/segments/europe/edit/")
        tab.locator("[data-builder].is-ready").wait_for()
    page.get_by_label("Name", exact=True).fill("Old world")
    page.locator("form.segment-form button[type=submit]").first.click()
    page.wait_for_url("**/segments/europe/")
    second.get_by_role("combobox", name="Value of Region").click()
    second.get_by_role("option", name=re.compile("North America|^NA")).first.click()
    second.locator("form.segment-form button[type=submit]").first.click()
    second.get_by_text("Name is “Old world” now; you had left it alone.").wait_for()
    second.locator("form.segment-form button[type=submit]").first.click()
    second.wait_for_url("**/segments/europe/")
    found = Segment.objects.get(slug="europe")
    assert (found.name, found.draft.number) == ("Old world", 2)
    assert SegmentVersion.objects.filter(segment=found).count() == 2


def test_back__out_of_the_browsers_memory__shows_the_truth_and_keeps_unsent_words(
    transactional_db, broker, people, records, live_server, browser_type, browser_type_launch_args
):
    people[roles.ADMINISTRATOR].set_password(PASSWORD)
    people[roles.ADMINISTRATOR].save(update_fields=["password"])
    options = {**browser_type_launch_args, "ignore_default_args": ["--disable-back-forward-cache"]}
    browser = browser_type.launch(**options)
    try:
        page = browser.new_context(base_url=live_server.url).new_page()
        page.add_init_script("addEventListener('pageshow', (e) => { if (e.persisted) sessionStorage.kept = 'yes'; });")
        page.goto("/account/login/")
        sign_in_at(page)
        page.wait_for_url("**/console/")
        page.goto("/console/partners/P-1/")
        page.get_by_role("link", name="Edit", exact=True).first.click()
        page.fill("input[name=city]", "Lyon")
        page.get_by_role("button", name="Save").click()
        page.wait_for_url("**/partners/P-1/")
        page.evaluate("history.go(-2)")
        page.wait_for_load_state()
        page.get_by_text("Lyon").first.wait_for()
        page.goto("/console/partners/P-1/edit/")
        page.fill("input[name=city]", "Half a wo")
        page.evaluate("location.assign('/console/partners/P-2/')")
        page.wait_for_url("**/partners/P-2/")
        page.evaluate("history.back()")
        page.wait_for_url("**/edit/", wait_until="commit")
        assert page.evaluate("() => sessionStorage.kept") == "yes", "the browser kept the page in its memory"
        assert page.input_value("input[name=city]") == "Half a wo"
    finally:
        browser.close()
