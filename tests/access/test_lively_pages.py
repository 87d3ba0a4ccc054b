"""Pages with something in them: the demo's own channel, with figures, findings, groups and predictions, in a real browser.

`test_pages` asks every address of a world that has one of everything; charts, maps and long tables are only drawn of more.
`make screenshots` keeps pictures of these too, as `demo-…`.
"""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.test import Client
from django.urls import Resolver404, resolve
from django.utils import timezone

from insights.groupings import searching
from insights.predictions import training
from insights.predictions.models import Prediction
from partners.vocabulary import Subject
from people.models import User
from tests.access.test_pages import Report, cookie_of, is_page, walk

SIZE = ("--partners", "120", "--customers", "300", "--deals", "2400")
DRAWN = re.compile(
    r"^(console_insights|console_home|console_overlap|console_compare|console_sets?$|console_segment$|console_segment_changes"
    r"|console_template$|console_partner$|console_customer$|console_program$|portal_home|portal_segments|portal_incentives)"
)
"""What is drawn of figures. The others look the same with one of everything."""
FIRST_PAGES = {"ada@vendor.example": "/console/", "paula@partner.example": "/portal/"}
FEWEST = {"ada@vendor.example": 19, "paula@partner.example": 3}
ELSEWHERE = ("admin:", "account_logout", "api")
"""Not pages of ours: Django's administration, Swagger UI; and the way out."""
LINK = re.compile(r'href="(/[^"#]*)')


@pytest.fixture
def demo(transactional_db: None, broker: Any, settings: Any, tmp_path: Path) -> None:
    """The demo's channel, searched for groups and predicted."""
    settings.MEDIA_ROOT = str(tmp_path)
    settings.DEBUG = True  # it refuses a site that looks like production
    call_command("demo", *SIZE, stdout=StringIO(), stderr=StringIO())
    settings.DEBUG = False
    searched = searching.request(
        subject=Subject.PARTNER, fields=["employees", "annual_revenue", "win_rate"], by="a test"
    )
    searching.search(grouping=searched)
    today = timezone.localdate(timezone=timezone.get_default_timezone())
    for kind in Prediction.Kind.values:
        training.train(prediction=training.request(kind=kind, by="a test"), today=today)


def kinds_of_pages(email: str, first: str) -> dict[str, str]:
    """By the name of the address, the first page of its kind that one comes to by following links from another page."""
    client = Client()
    client.force_login(User.objects.get(email=email), backend=django_settings.AUTHENTICATION_BACKENDS[0])
    found: dict[str, str] = {}
    seen: set[str] = set()
    waiting = [first]
    while waiting:
        path = waiting.pop(0)
        try:
            name = resolve(path.partition("?")[0]).view_name
        except Resolver404:
            continue
        if name in seen or name.startswith(ELSEWHERE):
            continue
        seen.add(name)
        if not is_page(client, path):
            continue
        found[name] = path
        text = client.get(path).content.decode()
        waiting += [link.replace("&amp;", "&") for link in LINK.findall(text)]
    return found


def test_demo_data__every_kind_of_page__accessible_and_no_wider_than_the_screen(
    demo: None, live_server: Any, browser: Any, request: pytest.FixtureRequest
) -> None:
    folder = request.config.getoption("--screenshots")
    pictures = Path(folder) if folder else None
    report = Report()
    for email, first in FIRST_PAGES.items():
        paths = kinds_of_pages(email, first)
        if not pictures:
            paths = {name: path for name, path in paths.items() if DRAWN.match(name)}
        assert len(paths) >= FEWEST[email], paths
        cookies = cookie_of(User.objects.get(email=email), live_server.url)
        walk(browser, live_server.url, cookies, paths.values(), report, pictures, kind="demo ")
    assert not report.wrong, "\n".join(report.wrong)
