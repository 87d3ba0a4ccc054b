"""Every page in a real browser: nothing axe objects to, nothing wider than the screen, nothing from another host.

`make screenshots` has it keep a picture of each, wide and narrow, light and dark, in `screenshots/`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from django.test import Client

from people.models import User
from tests.access.table import CONSOLE, ENTRANCE, MAIL, PORTAL, ROWS, Row
from tests.access.world import PEOPLE, World

SCREENS = [(1440, "light"), (390, "dark")]
ALL_SCREENS = [(width, scheme) for width in (1440, 390) for scheme in ("light", "dark")]
DOORS = {
    "signed out": {**ENTRANCE, **MAIL},
    "administrator": CONSOLE,
    "partner admin": PORTAL,
}


@dataclass
class Report:
    """What is wrong, page by page."""

    wrong: list[str] = field(default_factory=list)
    seen: int = 0


@pytest.fixture
def world(transactional_db: None, settings: Any, tmp_path: Path, broker: Any) -> World:
    """One of everything, where the live server sees it."""
    settings.MEDIA_ROOT = str(tmp_path)
    return World()


def is_page(client: Client, path: str) -> bool:
    """A whole page of HTML: not a part of one, a file or a redirect."""
    answer = client.get(path)
    kind = answer.headers.get("Content-Type", "")
    return answer.status_code == 200 and kind.startswith("text/html") and b"</html>" in answer.content


def pages(world: World, person: str, rows: dict[str, Row]) -> list[str]:
    """The addresses that show this person a page."""
    at = PEOPLE.index(person)
    paths = [world.path(row.path) for row in rows.values() if row.method == "get" and row.expected[at] == 200]
    client = Client()
    if (user := world.people[person]) is not None:
        client.force_login(user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    return [path for path in dict.fromkeys(paths) if is_page(client, path)]


def cookie_of(user: User | None, host: str) -> list[dict[str, str]]:
    """What the browser carries when this person is signed in."""
    if user is None:
        return []
    client = Client()
    client.force_login(user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    name = django_settings.SESSION_COOKIE_NAME
    return [{"name": name, "value": client.cookies[name].value, "url": host}]


def look(page: Any, path: str, screen: str, report: Report, pictures: Path | None, kind: str = "") -> None:
    """One page on one screen."""
    report.seen += 1
    answer = page.goto(path)
    page.wait_for_load_state("networkidle")
    _let_everything_come(page)
    if answer.status != 200:
        report.wrong.append(f"{path} {screen}: {answer.status}")
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        report.wrong.append(f"{path} {screen}: wider than the screen")
    for found in Axe().run(page).response["violations"]:
        spots = "; ".join(node["html"][:160] for node in found["nodes"][:2])
        report.wrong.append(f"{path} {screen}: {found['id']}: {spots}")
    if pictures is not None:
        name = (
            re.sub(r"[^a-z0-9]+", "-", kind + path.lower())[:60].strip("-") or "root"
        )  # a signed link is long, and ever new
        _picture(page, pictures / f"{name}-{screen.replace(' ', '-')}.png")


def _picture(page: Any, path: Path) -> None:
    """Of the whole page, on a screen as high as it is: what sticks to the edge of a lower one would hide what is behind it."""
    screen = page.viewport_size
    page.set_viewport_size(screen | {"height": page.evaluate("document.documentElement.scrollHeight")})
    page.screenshot(path=path)
    page.set_viewport_size(screen)


def _let_everything_come(page: Any) -> None:
    """Parts that are fetched when somebody scrolls down to them belong to the page."""
    late = "document.querySelectorAll('[hx-trigger~=revealed]')"
    while count := page.evaluate(f"{late}.length"):
        page.evaluate(f"{late}[0]?.scrollIntoView()")
        page.wait_for_function(f"count => {late}.length < count", arg=count)
    page.wait_for_load_state("networkidle")
    page.evaluate("scrollTo(0, 0)")


def walk(
    browser: Any,
    host: str,
    cookies: list[Any],
    paths: Iterable[str],
    report: Report,
    pictures: Path | None,
    kind: str = "",
) -> None:
    """Look at pages with what a signed-in browser carries, on each screen."""
    for width, scheme in ALL_SCREENS if pictures else SCREENS:
        context = browser.new_context(
            base_url=host, viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
        )
        context.add_cookies(cookies)
        page = context.new_page()
        page.on("pageerror", lambda error: report.wrong.append(f"script: {error}"))
        page.on("console", lambda said: report.wrong.append(said.text) if said.type == "error" else None)
        page.on("request", lambda asked: _note_stranger(asked.url, host, report))
        for path in paths:
            look(page, path, f"{width} {scheme}", report, pictures, kind)
        context.close()


@pytest.mark.parametrize("person", DOORS)
def test_every_page__wide_and_narrow__accessible_and_its_own(
    person: str, world: World, live_server: Any, browser: Any, request: pytest.FixtureRequest
) -> None:
    folder = request.config.getoption("--screenshots")
    pictures = Path(folder) if folder else None
    if pictures is not None:
        pictures.mkdir(parents=True, exist_ok=True)
    report = Report()
    walk(
        browser,
        live_server.url,
        cookie_of(world.people[person], live_server.url),
        pages(world, person, DOORS[person]),
        report,
        pictures,
    )
    assert report.seen >= 2 * {"signed out": 6, "administrator": 40, "partner admin": 10}[person]
    assert not report.wrong, "\n".join(report.wrong)


def _note_stranger(url: str, own: str, report: Report) -> None:
    if not url.startswith((own, "data:", "blob:")):
        report.wrong.append(f"asks another host: {url}")


def test_doors__together__hold_every_address_that_is_for_people() -> None:
    rest = {route for route in ROWS if not route.startswith("api/")}
    assert rest <= {*ENTRANCE, *CONSOLE, *PORTAL, *MAIL}
