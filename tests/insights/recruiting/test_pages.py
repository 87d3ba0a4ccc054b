"""The page of recruiting: what it shows to whom, its file, and the ways on."""

import csv
import io
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from insights.recruiting import fitting
from insights.recruiting.models import RecruitScore
from partners.models import Partner
from people import roles
from people.models import User
from segments.models import Segment
from tests.insights.recruiting.test_fitting import channel

pytestmark = pytest.mark.django_db
PAGE = "/console/insights/recruiting/"


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(User.objects.create_user(email="m@example.com", role=roles.CHANNEL_MANAGER))
    return client


def test_page__nothing_worked_out_or_no_prospects__says_what_to_do(manager: Client) -> None:
    assert "Nothing worked out yet" in manager.get(PAGE).content.decode()
    fitting.work_out()
    assert "80 have to have won one" in manager.get(PAGE).content.decode()
    channel(prospects=0)
    fitting.work_out()
    page = manager.get(PAGE).content.decode()
    assert "No prospect to score" in page
    assert "Make it a segment" not in page
    manager.post(f"{PAGE}segment/")
    assert not Segment.objects.exists()


def test_file__is_what_the_page_shows(manager: Client) -> None:
    channel(prospects=60)
    fitting.work_out()
    shown = [each for n in (1, 2) for each in manager.get(f"{PAGE}?page={n}").context["page"]]
    text = b"".join(manager.get(f"{PAGE}?as=csv")).decode("utf-8-sig")  # type: ignore[arg-type]
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [(line["External id"], float(line["Fit"])) for line in lines] == [
        (each.partner.external_id, float(each.score)) for each in shown
    ]
    assert len(lines) == 60
    for line, each in zip(lines, shown, strict=True):
        assert all(reason["words"] in line["What moves it most"] for reason in each.reasons)


def test_page__some_regions_in_scope__only_their_prospects_and_not_the_button(client: Client) -> None:
    channel()
    fitting.work_out()
    client.force_login(User.objects.create_user(email="e@example.com", role=roles.CHANNEL_MANAGER, regions=["EMEA"]))
    page = client.get(PAGE)
    assert {each.partner.region for each in page.context["page"]} == {"EMEA"}
    assert page.context["page"].paginator.count == 20
    text = b"".join(client.get(f"{PAGE}?as=csv")).decode()  # type: ignore[arg-type]
    others = Partner.objects.filter(region="NA", lifecycle_stage="prospect").values_list("external_id", flat=True)
    assert not [each for each in others if each in text]
    assert "Work out now" not in page.content.decode()
    assert client.post(f"{PAGE}again/").status_code == 403


def test_segment__of_those_that_fit__opens_in_the_builder(manager: Client) -> None:
    channel()
    fitting.work_out()
    answer = manager.post(f"{PAGE}segment/", follow=True)
    made = Segment.objects.get()
    assert answer.redirect_chain[-1][0] == f"/console/segments/{made.slug}/edit/"
    assert made.status == Segment.Status.DRAFT
    assert made.draft is not None
    assert {rule["field"]: rule["value"] for rule in made.draft.rule["rules"]} == {
        "lifecycle_stage": "prospect",
        "recruit_fit": 0.6,
    }


def test_again__workers_are_asked(manager: Client, broker: Any, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert manager.post(f"{PAGE}again/").status_code == 302
    assert [b"insights.recruit" in each for each in broker.lrange("celery", 0, -1)] == [True]


def test_page__analyst__reads_and_asks_for_nothing(client: Client) -> None:
    channel()
    fitting.work_out()
    client.force_login(User.objects.create_user(email="ann@example.com", role=roles.ANALYST))
    page = client.get(PAGE).content.decode()
    assert "Managed service provider" in page
    assert "Work out now" not in page and "Make it a segment" not in page
    assert client.post(f"{PAGE}segment/").status_code == 403


def test_page__more_prospects__as_many_queries(manager: Client) -> None:
    channel(prospects=4)
    fitting.work_out()
    few = queries(manager)
    RecruitScore.objects.all().delete()
    made = Partner.objects.bulk_create(
        Partner(external_id=f"M-{n}", name=f"M-{n}", lifecycle_stage="prospect", partner_type="msp") for n in range(80)
    )
    assert len(made) == 80
    fitting.work_out()
    assert queries(manager) == few


def queries(client: Client) -> int:
    client.get(PAGE)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(PAGE).status_code == 200
    return len(caught)
