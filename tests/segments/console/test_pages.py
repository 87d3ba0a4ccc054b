"""The list, the page of a segment, its parts, runs and why."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from partners.models import Partner
from segments import drafting
from segments.models import Change, Recompute, Segment, SegmentVersion
from tests.segments.console.conftest import EMEA, GOLD, compute


def names(page: Any) -> list[str]:
    return [segment.name for segment in page.context["page"].object_list]


def test_list__search_and_filters__narrow_it(as_: Any) -> None:
    drafting.create_segment(slug="shops", name="Shops", subject="customer", rule={"everyone": True}, author="Ada")
    client, address = as_("analyst"), reverse("console_segments")
    assert names(client.get(address)) == ["Gold partners", "Shops"]
    assert names(client.get(address, {"q": "gold"})) == ["Gold partners"]
    assert names(client.get(address, {"subject": "customer"})) == ["Shops"]
    assert names(client.get(address, {"status": "draft"})) == ["Shops"]
    assert "No segment fits" in client.get(address, {"q": "nothing"}).content.decode()


def test_list__invalid_segment__red_with_the_reason(as_: Any, channel: Any) -> None:
    Segment.objects.filter(slug="gold").update(invalid_reason="Field “gone” was archived.")
    page = as_("analyst").get(reverse("console_segments"), {"status": "invalid"})
    assert names(page) == ["Gold partners"]
    assert "Field “gone” was archived." in page.content.decode()
    assert "Invalid" in page.content.decode()


def test_list__none_yet__invites_editors_to_create_the_first(as_: Any) -> None:
    Segment.objects.all().delete()
    assert "Create your first segment" in as_("channel_manager").get(reverse("console_segments")).content.decode()
    assert "Create your first segment" not in as_("analyst").get(reverse("console_segments")).content.decode()


def test_list__regional_manager__members_in_their_regions(as_: Any) -> None:
    page = as_("regional").get(reverse("console_segments"))
    assert [row["members"] for row in page.context["rows"]] == [1]
    page = as_("analyst").get(reverse("console_segments"))
    assert [row["members"] for row in page.context["rows"]] == [2]


def queries(client: Any, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize("who", ["channel_manager", "regional"])
@pytest.mark.parametrize("name", ["console_segments", "console_segment", "console_segment_new", "console_recomputes"])
def test_page__many_more_rows__as_many_queries(name: str, who: str, as_: Any, channel: Any) -> None:
    client = as_(who)
    address = reverse(name, args=["gold"] if name == "console_segment" else [])
    drafting.change_rule(segment=channel.gold, rule=EMEA, author="A")
    before = queries(client, address)
    for number in range(20):
        made = drafting.create_segment(slug=f"s{number}", name=f"S {number}", subject="partner", rule=EMEA, author="A")
        Segment.objects.filter(pk=made.pk).update(status="active", published=made.draft)
        Partner.objects.create(external_id=f"X{number}", name=f"X {number}", tier="gold", region="EMEA")
        drafting.change_rule(segment=channel.gold, rule={**GOLD, "value": ["silver", "gold"][number % 2]}, author="A")
    compute()
    assert queries(client, address) == before


def test_segment_page__rule_and_who_moved(as_: Any) -> None:
    page = as_("channel_manager").get(reverse("console_segment", args=["gold"]))
    moved = [move["movement"] for move in page.context["moves"]]
    assert {(each.name, each.kind) for each in moved} == {("Alder", "entered"), ("Cedar", "entered")}
    assert page.context["sentence"] == "Partners where Tier is Gold."


def test_segment_page__regional_manager__only_their_members_and_changes(as_: Any) -> None:
    client = as_("regional")
    page = client.get(reverse("console_segment", args=["gold"]))
    assert [move["movement"].name for move in page.context["moves"]] == ["Alder"]
    assert page.context["page_total"] == 1
    for name in ("console_segment", "console_segment_members", "console_segment_changes", "console_segment_export"):
        answer = client.get(reverse(name, args=["gold"]))
        content = answer.getvalue() if answer.streaming else answer.content
        assert b"Alder" in content
        assert b"Cedar" not in content


def test_members_part__searched__found_by_name_or_id(as_: Any) -> None:
    part = as_("analyst").get(
        reverse("console_segment_members", args=["gold"]), {"q": "ced"}, headers={"HX-Request": "true"}
    )
    assert [row.member.name for row in part.context["rows"]] == ["Cedar"]
    assert b"<html" not in part.content


def test_run_part__while_it_runs__asks_again_and_then_tells_the_page(as_: Any, channel: Any) -> None:
    client, address = as_("channel_manager"), reverse("console_segment_run", args=["gold"])
    client.post(reverse("console_segment_recompute", args=["gold"]))
    client.post(reverse("console_segment_recompute", args=["gold"]))
    assert Recompute.objects.filter(status="queued").count() == 1, "asked twice, runs once"
    part = client.get(address, headers={"HX-Request": "true"})
    assert b"every 1s" in part.content
    assert "HX-Trigger" not in part.headers
    compute()
    Recompute.objects.filter(status="queued").delete()
    part = client.get(address, headers={"HX-Request": "true"})
    assert b"every 1s" not in part.content
    assert part.headers["HX-Trigger"] == "recomputed"
    assert "2 members, 0 entered, 0 left" in part.content.decode()


def test_recomputes__started_by_hand__one_run_and_its_page(as_: Any) -> None:
    client = as_("channel_manager")
    answer = client.post(reverse("console_recomputes"))
    run = Recompute.objects.get(status="queued")
    assert answer.url == reverse("console_recompute", args=[run.pk])
    assert run.requested_by == "Channel_Manager"
    assert "Waiting" in client.get(answer.url).content.decode()


def test_recompute_page__failed_segment__its_reason(as_: Any) -> None:
    run = Recompute.objects.get()
    run.details = {"gold": {"error": "Field “gone” was archived."}}
    run.save(update_fields=["details"])
    page = as_("analyst").get(reverse("console_recompute", args=[run.pk])).content.decode()
    assert "Field “gone” was archived." in page


def test_why__member__tree_with_verdicts_and_values(as_: Any) -> None:
    page = as_("analyst").get(reverse("console_segment_why", args=["gold", "P1"]))
    assert (page.context["is_member"], page.context["reason"].verdict) == (True, True)
    assert page.context["reason"].found_words == "Gold"
    assert "Why Alder is in Gold partners" in page.content.decode()


def test_why__not_a_member__what_would_have_to_change(as_: Any) -> None:
    page = as_("analyst").get(reverse("console_segment_why", args=["gold", "P5"]))
    assert page.context["is_member"] is False
    assert "What would have to change" in page.content.decode()
    assert "not set" in page.content.decode()


def test_why__facts_changed_since_the_run__says_what_the_next_one_does(as_: Any, channel: Any) -> None:
    Partner.objects.filter(external_id="P1").update(tier="silver")
    page = as_("analyst").get(reverse("console_segment_why", args=["gold", "P1"])).content.decode()
    assert "with the next run this one leaves" in page


def test_why__rule_cannot_be_read__says_so(as_: Any, channel: Any) -> None:
    SegmentVersion.objects.filter(segment=channel.gold).update(rule={"field": "gone", "operator": "=", "value": 1})
    page = as_("analyst").get(reverse("console_segment_why", args=["gold", "P1"])).content.decode()
    assert "cannot be worked out" in page


def test_panel__partner__current_and_earlier_segments(as_: Any, channel: Any) -> None:
    client, address = as_("analyst"), reverse("console_partner_segments", args=["P1"])
    part = client.get(address)
    assert [stay.segment.slug for stay in part.context["current"]] == ["gold"]
    assert reverse("console_segment_why", args=["gold", "P1"]) in part.content.decode()
    Partner.objects.filter(external_id="P1").update(tier="silver")
    compute()
    part = client.get(address)
    assert not part.context["current"]
    assert [stay.segment.slug for stay in part.context["history"]] == ["gold"]
    assert Change.objects.filter(kind="left").count() == 1
