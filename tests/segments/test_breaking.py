"""A rule that no longer holds: the last good members stay, and the page and the API say why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from partners.models import Attribute, Partner
from people.models import User
from prm.loop import follow, run_recompute
from segments import membership
from segments.models import Change, Membership, Recompute, Segment
from segments.verifying import verify
from tests import callers
from tests.segments.factories import group, leaf, members, partner, published, recomputed, republish

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_() -> Callable[[str], Client]:
    """A client signed in as a role."""
    return lambda role: callers.person(role, email=f"{role}-{User.objects.count()}@example.com").client


@pytest.fixture
def graded() -> None:
    """A segment by an attribute, one that refers to it, and one that has nothing to do with either."""
    Attribute.objects.create(subject="partner", name="grade", label="Grade", type="text")
    partner("ann", region="EMEA", custom={"grade": "A"})
    partner("bob", region="NA", custom={"grade": "B"})
    published("graded", leaf("grade", "=", "A"))
    published("within", group("and", leaf("segment", "in", ["graded"]), leaf("region", "=", "EMEA")))
    both = leaf("name", "in", ["Ann", "Bob"])
    published("outside", group("and", leaf("segment", "notIn", ["graded"]), both))
    published("emea", group("and", leaf("region", "=", "EMEA"), both))
    recomputed()


def field_archived() -> None:
    Attribute.objects.update(archived_at=timezone.now())


def field_deleted() -> None:
    Attribute.objects.all().delete()


def type_changed() -> None:
    Attribute.objects.update(type="boolean")


def type_changed_and_the_operator_still_goes() -> None:
    Attribute.objects.update(type="number")


def became_a_choice_without_that_value() -> None:
    Attribute.objects.update(type="multi_choice", choices=[{"value": "x", "label": "X"}])


BREAKS: list[tuple[Callable[[], None], str]] = [
    (field_archived, "There is no field"),
    (field_deleted, "There is no field"),
    (type_changed, "grade"),
    (type_changed_and_the_operator_still_goes, "not a number"),
    (became_a_choice_without_that_value, "does not go with"),
]


@pytest.mark.parametrize(("breaks", "words"), BREAKS, ids=[each.__name__ for each, _ in BREAKS])
def test_recompute__a_field_is_gone_or_other__members_stay_and_page_and_api_say_why(
    breaks: Callable[[], None], words: str, graded: None, as_: Any
) -> None:
    breaks()
    Partner.objects.filter(external_id="bob").update(region="EMEA")
    before = Change.objects.count()
    run = membership.request_recompute(trigger=Recompute.Trigger.NIGHTLY)
    run_recompute(run=run)
    assert (members("graded"), members("within"), members("outside")) == (["ann"], ["ann"], ["bob"])
    assert members("emea") == ["ann", "bob"], "the others go on"
    assert Change.objects.count() == before + 1
    run.refresh_from_db()
    assert run.status == Recompute.Status.SUCCEEDED
    assert words in run.details["graded"]["error"]
    assert {slug: run.details[slug]["waits_for"] for slug in ("within", "outside")} == dict.fromkeys(
        ("within", "outside"), "graded"
    )
    analyst, api = as_("analyst"), callers.key()
    shown = analyst.get(reverse("console_segment", args=["graded"])).content.decode()
    assert "This rule can no longer be worked out" in shown
    assert words in shown
    told = api.get("segments/graded/").json()
    assert words in told["invalid_reason"]
    assert told["member_count"] == 1
    for slug in ("within", "outside"):
        assert "“graded”" in analyst.get(reverse("console_segment", args=[slug])).content.decode()
        assert "“graded”" in api.get(f"segments/{slug}/").json()["invalid_reason"]
    assert api.get("segments/emea/").json()["invalid_reason"] == ""
    assert [row["external_id"] for row in api.get("segments/graded/members/").json()["results"]] == ["ann"]
    assert words in str(api.get(f"recomputes/{run.pk}/").json()["details"]["graded"])
    listed = analyst.get(reverse("console_segments"), {"status": "invalid"}).content.decode()
    assert "Graded" in listed
    assert "Emea" not in listed
    for page in ("console_segment_versions", "console_segment_members", "console_segment_publish"):
        assert as_("channel_manager").get(reverse(page, args=["graded"])).status_code in (200, 302, 409), page
    assert set(verify().unverified) == {"graded", "within", "outside"}
    assert verify().drift == []


@pytest.mark.parametrize("breaks", [each for each, _ in BREAKS])
def test_follow__a_field_is_gone_or_other__nobody_leaves_on_change_either(
    breaks: Callable[[], None], graded: None
) -> None:
    breaks()
    Partner.objects.filter(external_id="ann").update(region="NA", custom={"grade": "B"})
    follow()
    assert (members("graded"), members("within"), members("outside")) == (["ann"], ["ann"], ["bob"])
    assert members("emea") == []


def test_recompute__referenced_segment_archived_behind_its_back__page_and_api_say_which(graded: None, as_: Any) -> None:
    Segment.objects.filter(slug="graded").update(status="archived")
    done = recomputed()
    assert sorted(done.failed) == ["outside", "within"]
    assert (members("within"), members("outside")) == (["ann"], ["bob"])
    for slug in ("within", "outside"):
        reason = callers.key().get(f"segments/{slug}/").json()["invalid_reason"]
        assert "“graded”" in reason
        shown = as_("analyst").get(reverse("console_segment", args=[slug])).content.decode()
        assert "“graded”" in shown
    Segment.objects.filter(slug="graded").update(status="active")
    assert recomputed().failed == {}
    assert not Segment.objects.exclude(invalid_reason="").exists()


def test_publish__whole_again__the_reason_goes_and_members_follow(graded: None, as_: Any) -> None:
    field_deleted()
    recomputed()
    republish(Segment.objects.get(slug="graded"), leaf("name", "=", "Bob"))
    assert recomputed().failed == {}
    assert (members("graded"), members("within"), members("outside")) == (["bob"], [], ["ann"])
    shown = as_("analyst").get(reverse("console_segment", args=["graded"])).content.decode()
    assert "no longer be worked out" not in shown
    assert Membership.objects.current().exclude(segment__slug="gold").count() == 3
