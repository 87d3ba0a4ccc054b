"""The lists, records and administration in a browser: by mouse and keyboard, and without a violation that axe can find."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from partners.models import BulkChange, Partner, SavedView
from people import roles

PASSWORD = "a quiet long word"
PAGES = [
    "/console/",
    "/console/partners/",
    "/console/partners/?f.verticals=energy&add=employees&f.tier.op=not&f.tier=gold",
    "/console/partners/?f.win_rate.from=40&f.win_rate.in=percent",
    "/console/partners/P-1/",
    "/console/customers/",
    "/console/customers/C-1/",
    "/console/deals/",
    "/console/deals/D-1/",
    "/console/imports/",
    "/console/imports/new/",
    "/console/keys/",
    "/console/schedules/",
    "/console/audit/",
]


@pytest.fixture
def page(transactional_db, broker, people, records, browser_page):
    """Signed in as an administrator, with a few records."""
    people[roles.ADMINISTRATOR].set_password(PASSWORD)
    people[roles.ADMINISTRATOR].save(update_fields=["password"])
    browser_page.goto("/account/login/")
    browser_page.fill("input[name=login]", "administrator@example.com")
    browser_page.fill("input[name=password]", PASSWORD)
    browser_page.keyboard.press("Enter")
    browser_page.wait_for_url("**/console/")
    return browser_page


def test_list__rows_ticked_by_keyboard__are_changed_through_the_preview(page):
    assert Partner.objects.count() == 2
    page.goto("/console/partners/")
    assert not page.get_by_role("button", name="Change a field").is_visible()
    page.get_by_label("Select every row of this page").focus()
    page.keyboard.press("Space")
    assert page.get_by_text("2 selected").is_visible()
    page.get_by_role("button", name="Change a field").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Field").select_option("city")
    page.get_by_label("New value").fill("Lyon")
    page.get_by_role("button", name="See what changes").click()
    page.get_by_role("button", name="Change 2 partners").click()
    page.wait_for_url("**/lists/changes/*/")
    assert BulkChange.objects.get().value == "Lyon"
    page.go_back()  # the question again; nothing is asked for twice
    assert BulkChange.objects.count() == 1


def test_edit__parent_typed_by_name__is_offered_and_found(page):
    page.goto("/console/partners/P-1/edit/")
    page.get_by_label("Parent").press_sequentially("beac")
    page.locator("#found option[value='P-2']").wait_for(state="attached")
    page.get_by_label("Parent").fill("Beacon")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/partners/P-1/")
    assert Partner.objects.get(external_id="P-1").parent.external_id == "P-2"


def test_list__share_filtered__is_typed_and_stays_in_per_cent(page):
    page.goto("/console/partners/?add=win_rate")
    page.get_by_label("Win rate from, per cent").fill("40 %")
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url("**f.win_rate.from=**")
    assert page.get_by_label("Win rate from, per cent").input_value() == "40"


def test_list__condition_columns_and_view__are_set_up_and_kept(page):
    page.goto("/console/partners/")
    page.get_by_label("Another filter").select_option("employees")
    page.get_by_label("Employees from").fill("10")
    page.keyboard.press("Enter")
    page.wait_for_url("**f.employees.from=10**")
    assert page.locator("tbody tr").count() == 1
    page.locator("summary", has_text="Columns").click()
    page.get_by_label("Verticals", exact=True).check()
    page.get_by_role("button", name="Show these").click()
    page.get_by_role("columnheader", name="Verticals").wait_for()
    page.locator("summary", has_text="Views").click()
    page.get_by_label("Save this list as").fill("Big ones")
    page.get_by_role("button", name="Save the view").click()
    page.get_by_role("link", name="Big ones").wait_for()
    assert "f.employees.from=10" in SavedView.objects.get().query


def test_filters__gone_through_with_the_keys__filter_at_enter_and_keep_the_focus(page):
    page.goto("/console/partners/")
    tier = page.locator("select[name='f.tier']")
    tier.focus()
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    wanted = tier.input_value()
    assert wanted == tier.locator("option").nth(3).get_attribute("value"), "no option on the way loads the page"
    assert "f.tier" not in page.url
    page.keyboard.press("Enter")
    page.wait_for_url(f"**f.tier={wanted}&**")
    page.wait_for_function("() => document.activeElement.name === 'f.tier'")
    tier.select_option("")  # by mouse: at once
    page.wait_for_url("**f.tier=&**")


@pytest.mark.parametrize("width", [1440, 390])
def test_partner__name_of_one_very_long_word__breaks_and_widens_nothing(page, width):
    Partner.objects.filter(external_id="P-1").update(name="Donaudampfschifffahrt" * 12)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/console/partners/P-1/")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_filters__on_a_phone__folded_behind_a_button_that_counts_them(page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/console/partners/?f.tier=gold&f.employees.op=between&f.employees.from=10")
    button, tier = page.locator("[data-unfolds]"), page.locator("select[name='f.tier']")
    assert (button.inner_text().split(), tier.is_visible()) == (["Filters", "2"], False)
    button.focus()
    page.keyboard.press("Enter")
    assert button.get_attribute("aria-expanded") == "true"
    tier.select_option("")
    page.wait_for_url("**f.tier=&**")
    assert (button.inner_text().split(), tier.is_visible()) == (["Filters", "1"], True)  # one goes on filtering
    page.goto("/console/partners/")
    assert (button.inner_text().split(), tier.is_visible()) == (["Filters"], False)
    page.goto("/console/partners/?add=employees")  # it waits for its value
    assert page.get_by_label("Employees from").is_visible()
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("/console/partners/")
    assert (button.is_visible(), tier.is_visible()) == (False, True)


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages__looked_at_by_axe__have_no_violation_and_fit(page, width, scheme):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for path in PAGES:
        page.goto(path)
        page.wait_for_load_state("networkidle")
        found = Axe().run(page)
        assert not found.response["violations"], (path, found.generate_report())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
