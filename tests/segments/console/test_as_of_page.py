"""The page of a segment as of a past day: everything on it is what was so then."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from segments import drafting, profiling, publishing
from segments.models import Change, Membership, Segment, SegmentVersion
from tests.segments.console.conftest import EMEA, compute


@pytest.fixture
def _urls(settings: Any) -> None:
    """The whole product: programmes have a panel on the page."""


@pytest.fixture
def changed(channel: Any) -> Any:
    """A segment that ten days ago was "Gold partners" with P1 and P3, and is another one today."""
    profiling.change_profile(segment=channel.gold, kpi="Deals a quarter", target="40")
    ago = timezone.now() - timedelta(days=10)
    for name in ("SegmentEvent", "SegmentProfileEvent"):
        apps.get_model("segments", name).objects.update(pgh_created_at=ago)
    SegmentVersion.objects.update(created_at=ago)
    Membership.objects.update(entered_at=ago)
    Change.objects.update(at=ago)
    drafting.change_details(segment=channel.gold, name="Europeans", objective="Grow")
    drafting.change_rule(segment=channel.gold, rule=EMEA, author="Bob")
    publishing.publish(segment=channel.gold, author="Bob", queue=False)
    profiling.change_profile(segment=channel.gold, kpi="Revenue", target="99")
    drafting.create_segment(
        slug="micro",
        name="Micro",
        subject="partner",
        rule={"combinator": "and", "rules": [EMEA, {"field": "segment", "operator": "in", "value": ["gold"]}]},
        author="Bob",
    )
    compute()
    return channel


def day(back: int) -> str:
    return (timezone.localdate() - timedelta(days=back)).isoformat()


def test_page__as_of_a_past_day__everything_is_of_then(changed: Any, as_: Any) -> None:
    client = as_("channel_manager")
    now = client.get("/console/segments/gold/").content.decode()
    assert all(words in now for words in ("Europeans", "Region", "Revenue", "Micro"))
    answer = client.get("/console/segments/gold/", {"on": day(5)})
    then = answer.content.decode()
    assert "Gold partners" in then
    assert "Deals a quarter" in then
    for words in ("Europeans", "Revenue", "Micro", "Publish", "Archive", "Comment</label>"):
        assert words not in then, words
    assert answer.context["page_total"] == 2
    assert answer.context["segment"].published.number == 1
    assert "Tier" in answer.context["sentence"]
    assert {move["movement"].name for move in answer.context["moves"]} == {"Alder", "Cedar"}
    assert client.get("/console/segments/gold/programs/", {"on": day(5)}).status_code == 200
    trend = client.get("/console/segments/gold/trend/", {"on": day(5)})
    assert (trend.context["points"][-1].members, trend.context["points"][-1].day.isoformat()) == (2, day(5))
    gold = Segment.objects.get(slug="gold")
    assert (gold.name, gold.published.number) == ("Europeans", 2)


def test_page__before_there_was_any__says_so(changed: Any, as_: Any) -> None:
    answer = as_("analyst").get("/console/segments/gold/", {"on": day(40)})
    assert "It did not exist yet" in answer.content.decode()
    assert answer.context["page_total"] == 0
    assert as_("analyst").get("/console/segments/gold/trend/", {"on": day(40)}).context["points"] == []


def test_page__of_a_day_to_come__is_the_present_and_says_so(changed: Any, as_: Any) -> None:
    answer = as_("analyst").get("/console/segments/gold/", {"on": "2999-01-02"})
    assert "2 January 2999 is yet to come" in answer.content.decode()
    assert answer.context["page_total"] == 2
    assert "yet to come" not in as_("analyst").get("/console/segments/gold/", {"on": day(0)}).content.decode()
