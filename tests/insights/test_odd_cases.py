"""Insights where there is little or nothing: every page answers, says what is missing, and its file has a head."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from insights import checkups, measuring
from insights.groupings import searching
from insights.groupings.models import Grouping
from insights.predictions import training
from insights.predictions.models import Prediction
from partners.models import Deal, Partner
from partners.vocabulary import Subject
from people import roles
from segments.models import Segment, SegmentSet, SetEntry
from tests.insights.test_pages import client_of
from tests.programs import world

pytestmark = pytest.mark.django_db
PAGES = (
    "",
    "?subject=customer",
    "?stage=sell",
    "health/",
    "health/?subject=customer",
    "mistakes/",
    "coverage/",
    "coverage/matrix/",
    "stages/",
    "stages/?subject=customer",
    "resources/",
    "voice/",
    "groupings/",
    "predictions/",
    "recruiting/",
)
FILES = ("", "health/", "mistakes/", "coverage/matrix/", "stages/", "resources/", "voice/", "recruiting/")


def measured() -> None:
    measuring.measure()
    checkups.check_all()


def opened(client: Client, *more: str) -> dict[str, str]:
    found = {}
    for page in (*PAGES, *more):
        answer = client.get(f"/console/insights/{page}")
        assert answer.status_code == 200, page
        found[page] = answer.content.decode()
    for page in FILES:
        text = b"".join(client.get(f"/console/insights/{page}?as=csv")).decode("utf-8-sig")  # type: ignore[arg-type]
        lines = list(csv.reader(io.StringIO(text)))
        assert {len(line) for line in lines} == {len(lines[0])}, page
    return found


@pytest.mark.parametrize("is_measured", [False, True])
@pytest.mark.parametrize("role", [roles.ADMINISTRATOR, roles.ANALYST])
def test_pages__empty_portal__say_what_is_missing(role: str, is_measured: bool) -> None:
    if is_measured:
        measured()
    said = opened(client_of(world.staff(role)))
    assert "No segment to measure" in said[""]
    assert "Nothing to weigh yet" in said["resources/"]
    assert "Nothing to compare yet" in said["coverage/matrix/"]
    assert "No search yet" in said["groupings/"]
    assert "Nothing learned yet" in said["predictions/"]
    assert "Nothing worked out yet" in said["recruiting/"]
    assert "No segment that partners may see" in said["voice/"]


@pytest.mark.parametrize("members", [0, 1])
def test_pages__one_partner_in_everything_or_nobody__answer(members: int) -> None:
    partner = world.partner("P-1", region="EMEA")
    Deal.objects.create(
        external_id="D-1", partner=partner, stage="won", amount=10, closed_on=timezone.localdate(), registered_on=None
    )
    for slug in ("one", "two"):
        world.segment(slug, [partner][:members], partner_visible=True, stage="sell")
    made = SegmentSet.objects.create(slug="both", name="Both", subject="partner")
    SegmentSet.objects.create(slug="bare", name="Bare", subject="partner")
    drafts = SegmentSet.objects.create(slug="drafts", name="Being made", subject="partner")
    SetEntry.objects.create(set=drafts, segment=world.segment("draft", status="draft"), position=0)
    SetEntry.objects.create(set=made, segment=Segment.objects.get(slug="one"), position=0)
    measured()
    month = f"segments/one/months/{timezone.localdate():%Y-%m}/"
    more = ("segments/one/", "segments/one/?months=3", "segments/one/health/", month, "sets/both/", "sets/bare/")
    said = opened(client_of(world.staff()), *more)
    assert ("Nobody is in it" in said["mistakes/"]) == (members == 0)
    assert ("Holds almost everybody" in said["mistakes/"]) == (members == 1)
    assert "Bare" not in said["mistakes/"]
    assert "Being made" not in said["mistakes/"]


def test_grouping__facts_that_nobody_has_or_hardly_anybody__nothing_to_find() -> None:
    assert searched("employees").reason == "There are 0 subjects; groups are sought among 40 or more."
    Partner.objects.bulk_create(Partner(external_id=f"P-{n}", name=f"P-{n}") for n in range(60))
    assert "Everybody has the same values" in searched("employees").reason
    assert "Everybody has the same values" in searched("specialisations", "tier").reason
    Partner.objects.filter(external_id="P-1").update(employees=50)
    assert searched("employees").status == Grouping.Status.NOTHING


def searched(*fields: str) -> Grouping:
    return searching.search(grouping=searching.request(subject=Subject.PARTNER, fields=fields, by="Carl"))


def test_prediction__empty_portal__too_little_history() -> None:
    for kind in Prediction.Kind.values:
        found = training.train(prediction=training.request(kind=kind, by="Carl"), today=timezone.localdate())
        assert found.status == Prediction.Status.TOO_LITTLE
    page: Any = client_of(world.staff()).get("/console/insights/predictions/").content.decode()
    assert "twelve to learn from, six to test on" in page
