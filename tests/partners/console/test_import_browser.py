"""A messy file taken in by a person, in a browser with a real worker: by mouse, and once by keyboard alone."""

from __future__ import annotations

import base64
import csv
from typing import Any

import pytest

from partners.models import Import, Partner
from people import roles

PASSWORD = "a quiet long word"
MESSY = (
    "Kundennr;Firma;Stufe;Mitarbeiter;Beginn;Land;Lieblingsfarbe\r\n"
    "M-1;Müller & Söhne;Gold;1.200;31.12.2020;DE;blau\r\n"
    "M-2;Éclair SARL;silver;zwölf;01.02.2021;FR;rot\r\n"
    "M-3;Birch, Ltd.;Wood;12;2021-02-30;GB;\r\n"
    "\r\n"
    "M-4;Dogwood;GOLD;7;15.03.2022;NL;blau\r\n"
    "M-1;Müller again;Gold;5;;DE;\r\n"
    ";Nameless;Gold;5;;DE;\r\n"
).encode("cp1252")
MENDS = {("Mitarbeiter", "zwölf"): "12", ("Stufe", "Wood"): "silver", ("Beginn", "2021-02-30"): "28.02.2021"}


@pytest.fixture
def page(celery_worker_process: Any, people: Any, browser_page: Any) -> Any:
    """Signed in as an administrator; a worker is there."""
    people[roles.ADMINISTRATOR].set_password(PASSWORD)
    people[roles.ADMINISTRATOR].save(update_fields=["password"])
    browser_page.goto("/account/login/")
    browser_page.fill("input[name=login]", "administrator@example.com")
    browser_page.fill("input[name=password]", PASSWORD)
    browser_page.keyboard.press("Enter")
    browser_page.wait_for_url("**/console/")
    return browser_page


def drop(page: Any, name: str, content: bytes) -> None:
    """A file dragged from the desktop onto the zone."""
    transfer = page.evaluate_handle(
        """([name, text]) => {
            const data = new DataTransfer();
            const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
            data.items.add(new File([bytes], name, {type: "text/csv"}));
            return data;
        }""",
        [name, base64.b64encode(content).decode()],
    )
    for event in ("dragenter", "dragover", "drop"):
        page.dispatch_event("[data-drop]", event, {"dataTransfer": transfer})


def uploaded(page: Any) -> None:
    page.goto("/console/imports/new/")
    drop(page, "partner aus SAP.csv", MESSY)
    page.get_by_text("partner aus SAP.csv").wait_for()
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("heading", name="What do the columns mean?").wait_for()


def mapped(page: Any) -> None:
    """The columns whose names say nothing here, by hand; one that is not wanted left out; dates and numbers as they write them."""
    for column, field in (
        ("Kundennr", "external_id"),
        ("Firma", "name"),
        ("Stufe", "tier"),
        ("Mitarbeiter", "employees"),
        ("Beginn", "joined_on"),
        ("Land", "country"),
        ("Lieblingsfarbe", ""),
    ):
        page.get_by_label(column, exact=True).select_option(field)
    page.locator("input[name=create_fields]").uncheck()  # "Wood" is a slip of the pen, not a tier
    page.get_by_text("How values are written").click()
    page.get_by_label("Decimal").select_option(",")
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("heading", name="What the file would do").wait_for(timeout=60_000)


def put_right(page: Any) -> None:
    for (column, _), value in MENDS.items():
        page.get_by_label(f"{column} in line").first.fill(value)


def landed() -> set[str]:
    return set(Partner.objects.filter(deleted_at=None).values_list("external_id", flat=True))


def test_import__messy_file_by_mouse__tried_mended_applied_undone(page: Any) -> None:
    uploaded(page)
    mapped(page)
    assert landed() == set(), "a dry run keeps nothing"
    table = page.get_by_role("group", name="Rejected rows").inner_text()
    for line in ("3", "4"):
        assert line in table
    put_right(page)
    page.get_by_role("button", name="Try the mended values").click()
    page.wait_for_url(lambda url: not url.endswith(f"/{Import.objects.order_by('pk').first().pk}/"))
    page.get_by_role("heading", name="What the file would do").wait_for(timeout=60_000)
    page.get_by_role("button", name="Apply").click()
    page.get_by_role("heading", name="What the file did").wait_for(timeout=60_000)
    assert {"M-1", "M-2", "M-3", "M-4"} <= landed()
    assert Partner.objects.get(external_id="M-3").tier == "silver"
    page.get_by_role("button", name="Undo").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Undo").click()
    page.get_by_text("undone", exact=False).first.wait_for(timeout=60_000)
    assert landed() == set()


def test_import__good_rows_first__rejects_downloaded_mended_and_sent_again(page: Any, tmp_path: Any) -> None:
    uploaded(page)
    mapped(page)
    page.get_by_role("button", name="Apply").click()
    page.get_by_role("heading", name="What the file did").wait_for(timeout=60_000)
    assert landed() == {"M-1", "M-4"} or landed() == {"M-4"}
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download them all").click()
    path = tmp_path / "rejects.csv"
    waiting.value.save_as(path)
    rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    head = rows[0]
    mended = [
        [MENDS.get((head[at], cell), cell) if at > 3 else cell for at, cell in enumerate(row)]
        for row in rows
        if row is head or row[head.index("Kundennr")] in {"M-2", "M-3"}
    ]
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(mended)
    page.get_by_label("The file with the mended rows").set_input_files(path)
    page.get_by_role("button", name="Try the mended rows").click()
    page.get_by_role("heading", name="What the file would do").wait_for(timeout=60_000)
    page.get_by_role("button", name="Apply").click()
    page.get_by_text("Every row is in.").wait_for(timeout=60_000)
    assert {"M-2", "M-3", "M-4"} <= landed()


def test_import__by_keyboard_alone__is_taken_in(page: Any, tmp_path: Any) -> None:
    """The file's own window is the system's; everything else is keys."""
    file = tmp_path / "two.csv"
    file.write_text("external_id,name,tier\nK-1,Keys,gold\nK-2,Board,platinumm\n")
    page.goto("/console/imports/new/")
    page.locator("input[type=file]").focus()
    page.locator("input[type=file]").set_input_files(file)
    press_to(page, "Upload")
    page.get_by_role("heading", name="What do the columns mean?").wait_for()
    press_to(page, "Try it out")
    page.get_by_role("heading", name="What the file would do").wait_for(timeout=60_000)
    tab_to(page, "el => el.getAttribute('aria-label') === 'tier in line 3'")
    page.keyboard.press("Control+a")
    page.keyboard.type("silver")
    page.keyboard.press("Enter")
    page.get_by_text("Every row can be taken in.").wait_for(timeout=60_000)
    press_to(page, "Apply")
    page.get_by_text("Every row is in.").wait_for(timeout=60_000)
    assert landed() == {"K-1", "K-2"}


def tab_to(page: Any, is_it: str) -> None:
    """Tab until the control has the focus."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate(f"({is_it})(document.activeElement)"):
            return
    raise AssertionError(f"no Tab leads to {is_it}")


def press_to(page: Any, words: str) -> None:
    tab_to(page, f"el => el.tagName === 'BUTTON' && el.textContent.trim() === '{words}'")
    page.keyboard.press("Enter")
