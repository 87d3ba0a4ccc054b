"""Every page of segments × every kind of person."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from segments.models import Segment, SegmentVersion

SEES = {"": 302, "administrator": 200, "channel_manager": 200, "analyst": 200, "partner": 404}
EDITS = {**SEES, "analyst": 403}
PAGES = [
    ("console_segments", [], "", SEES),
    ("console_segment_new", [], "", EDITS),
    ("console_segment", ["gold"], "", SEES),
    ("console_segment_edit", ["gold"], "", EDITS),
    ("console_segment_members", ["gold"], "", SEES),
    ("console_segment_changes", ["gold"], "", SEES),
    ("console_segment_run", ["gold"], "", SEES),
    ("console_segment_publish", ["gold"], "", EDITS),
    ("console_segment_why", ["gold", "P2"], "", SEES),
    ("console_recomputes", [], "", SEES),
    ("console_partner_segments", ["P1"], "", SEES),
    ("console_customer_segments", ["C1"], "", SEES),
    ("console_field_values", [], "?subject=partner&field=tier", SEES),
    ("console_field_coverage", [], "?subject=partner", SEES),
]
POSTS = ["console_segment_recompute", "console_segment_archive", "console_recomputes", "console_segment_restore"]


@pytest.mark.parametrize(("name", "args", "query", "expected"), PAGES, ids=[page[0] for page in PAGES])
def test_page__each_role__expected_status(name: str, args: list[str], query: str, expected: Any, as_: Any) -> None:
    found = {who: as_(who).get(reverse(name, args=args) + query).status_code for who in expected}
    assert found == expected


@pytest.mark.parametrize("name", POSTS)
def test_post__those_who_may_not__refused_and_nothing_changes(name: str, as_: Any, channel: Any) -> None:
    args = {"console_recomputes": [], "console_segment_restore": ["gold", 1]}.get(name, ["gold"])
    found = {who: as_(who).post(reverse(name, args=args)).status_code for who in ("", "analyst", "partner")}
    assert found == {"": 302, "analyst": 403, "partner": 404}
    gold = Segment.objects.get(slug="gold")
    assert (gold.status, gold.draft.number) == ("active", 1)


def test_post__analyst_sends_the_forms__nothing_is_saved(as_: Any, channel: Any) -> None:
    analyst = as_("analyst")
    values = {"name": "Mine", "subject": "partner", "rule": '{"everyone": true}'}
    assert analyst.post(reverse("console_segment_new"), values).status_code == 403
    assert analyst.post(reverse("console_segment_edit", args=["gold"]), values).status_code == 403
    assert analyst.post(reverse("console_segment_publish", args=["gold"]), {"version": 1}).status_code == 403
    assert SegmentVersion.objects.count() == 1


def test_segment_page__analyst__shows_no_way_to_change_it(as_: Any) -> None:
    page = as_("analyst").get(reverse("console_segment", args=["gold"])).content.decode()
    assert "Alder" in page
    for word in ("/edit/", "/publish/", "/recompute/", "/archive/"):
        assert word not in page


@pytest.mark.parametrize("name", ["console_segment_preview", "console_segment_archive", "console_segment_recompute"])
def test_get__where_only_post_answers__405(name: str, as_: Any) -> None:
    args = [] if name == "console_segment_preview" else ["gold"]
    assert as_("channel_manager").get(reverse(name, args=args)).status_code == 405


def test_why__partner_outside_the_regions__404(as_: Any) -> None:
    assert as_("regional").get(reverse("console_segment_why", args=["gold", "P3"])).status_code == 404
    assert as_("regional").get(reverse("console_partner_segments", args=["P3"])).status_code == 404
    assert as_("regional").get(reverse("console_segment_why", args=["gold", "P1"])).status_code == 200
