"""Making a segment, changing it, publishing with the difference first."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.urls import reverse

from segments import drafting
from segments.addresses import free_slug
from segments.models import Membership, Recompute, Segment, SegmentVersion
from tests.segments.console.conftest import EMEA, GOLD, compute

NEW = "console_segment_new"


def form(**values: Any) -> dict[str, Any]:
    return {"name": "Europe", "subject": "partner", "rule": json.dumps(EMEA), **values}


def test_new__valid__draft_with_first_version_by_the_author(as_: Any) -> None:
    answer = as_("channel_manager").post(reverse(NEW), form(objective="Grow", partner_visible="on"))
    assert answer.url == reverse("console_segment", args=["europe"])
    made = Segment.objects.get(slug="europe")
    assert (made.status, made.objective, made.partner_visible) == ("draft", "Grow", True)
    assert (made.draft.number, made.draft.rule, made.draft.author) == (1, EMEA, "Channel_Manager")


def test_new__name_taken__gets_the_next_address(as_: Any) -> None:
    as_("channel_manager").post(reverse(NEW), form(name="Gold"))
    assert Segment.objects.get(name="Gold").slug == "gold-2"
    assert free_slug("?!") == "segment"
    assert free_slug("New") == "new-2", "a page has that address"


def test_new__sent_twice__made_once(as_: Any) -> None:
    client = as_("channel_manager")
    answers = [client.post(reverse(NEW), form(csrfmiddlewaretoken="of this page")) for _ in range(2)]
    assert [answer.url for answer in answers] == [reverse("console_segment", args=["europe"])] * 2
    assert Segment.objects.filter(name="Europe").count() == 1


@pytest.mark.parametrize(
    ("rule", "words"),
    [("{", "not JSON"), ('{"combinator": "and", "rules": []}', "group is empty"), ("", "at least one condition")],
)
def test_new__rule_not_right__says_so_and_keeps_what_was_typed(rule: str, words: str, as_: Any) -> None:
    client = as_("channel_manager")
    answer = client.post(reverse(NEW), form(rule=rule, csrfmiddlewaretoken="abc"))
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert 'value="Europe"' in answer.content.decode()
    assert not Segment.objects.filter(name="Europe").exists()
    assert client.post(reverse(NEW), form(csrfmiddlewaretoken="abc")).status_code == 302


def test_new__errors_in_the_rule__reach_the_builder_with_pointers(as_: Any) -> None:
    rule = {"combinator": "and", "rules": [EMEA, {"field": "tier", "operator": "=", "value": "wood"}]}
    answer = as_("channel_manager").post(reverse(NEW), form(rule=json.dumps(rule)))
    assert [(each["pointer"], each["code"]) for each in answer.context["rule_errors"]] == [
        ("/rules/1", "unknown_choice")
    ]


def test_edit__rule_changed__next_version_and_members_stay(as_: Any) -> None:
    answer = as_("channel_manager").post(
        reverse("console_segment_edit", args=["gold"]),
        form(name="Golden", based_on=1, reason="Only Europe", then="publish"),
    )
    assert answer.url == reverse("console_segment_publish", args=["gold"])
    gold = Segment.objects.get(slug="gold")
    assert (gold.name, gold.draft.number, gold.draft.reason, gold.published.number) == ("Golden", 2, "Only Europe", 1)
    assert gold.member_count == 2


def test_edit__same_rule__no_new_version(as_: Any) -> None:
    as_("channel_manager").post(
        reverse("console_segment_edit", args=["gold"]), form(name="Gold", rule=json.dumps(GOLD), based_on=1)
    )
    assert SegmentVersion.objects.filter(segment__slug="gold").count() == 1


def test_edit__somebody_saved_meanwhile__told_first_then_on_top(as_: Any, channel: Any) -> None:
    drafting.change_rule(segment=channel.gold, rule={"everyone": True}, author="Ada")
    client, address = as_("channel_manager"), reverse("console_segment_edit", args=["gold"])
    answer = client.post(address, form(based_on=1))
    assert answer.status_code == 409
    assert "Ada saved version 2" in answer.content.decode()
    assert SegmentVersion.objects.filter(segment=channel.gold).count() == 2
    again = client.post(address, form(based_on=answer.context["form"]["based_on"].value()))
    assert again.status_code == 302
    channel.gold.refresh_from_db()
    assert (channel.gold.draft.number, channel.gold.draft.rule) == (3, EMEA)


def test_edit__field_archived_since__opens_all_the_same(as_: Any, channel: Any) -> None:
    SegmentVersion.objects.filter(segment=channel.gold).update(rule={"field": "gone", "operator": "=", "value": 1})
    assert as_("channel_manager").get(reverse("console_segment_edit", args=["gold"])).status_code == 200
    page = as_("channel_manager").get(reverse("console_segment", args=["gold"])).content.decode()
    assert "cannot be read any more" in page


@pytest.fixture
def second_version(channel: Any) -> Any:
    """ "gold" with a second version, silver: P2 and P4 enter, P1 and P3 leave."""
    drafting.change_rule(segment=channel.gold, rule={**GOLD, "value": "silver"}, author="Ada")
    return channel


def test_publish__looked_at__difference_and_nothing_changed(as_: Any, second_version: Any) -> None:
    page = as_("channel_manager").get(reverse("console_segment_publish", args=["gold"]))
    sides = {side: [each.name for each in page.context[side]["names"]] for side in ("enter", "leave")}
    assert sides == {"enter": ["Birch", "Dogwood"], "leave": ["Alder", "Cedar"]}
    assert (page.context["before_count"], page.context["after_count"]) == ("2", "2")
    second_version.gold.refresh_from_db()
    assert second_version.gold.published.number == 1
    assert not Recompute.objects.filter(trigger="publish").exists()


def test_publish__regional_manager__sees_their_movers_only(as_: Any, second_version: Any) -> None:
    page = as_("regional").get(reverse("console_segment_publish", args=["gold"]))
    assert [each.name for each in page.context["enter"]["names"]] == ["Dogwood"]
    assert [each.name for each in page.context["leave"]["names"]] == ["Alder"]
    assert b"Cedar" not in page.content


def test_publish__many_would_move__asks_again(as_: Any, second_version: Any) -> None:
    client, address = as_("channel_manager"), reverse("console_segment_publish", args=["gold"])
    assert client.post(address, {"version": 2}).status_code == 400
    assert client.post(address, {"version": 2, "sure": "on"}).status_code == 302
    second_version.gold.refresh_from_db()
    assert second_version.gold.published.number == 2
    compute()
    members = Membership.objects.current().filter(segment=second_version.gold).values_list("subject_id", flat=True)
    assert set(members) == {second_version.partners["P2"].pk, second_version.partners["P4"].pk}


def test_publish__sent_twice__one_run(as_: Any, second_version: Any) -> None:
    client, address = as_("channel_manager"), reverse("console_segment_publish", args=["gold"])
    answers = [client.post(address, {"version": 2, "sure": "on"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert Recompute.objects.filter(trigger="publish").count() == 1


def test_publish__newer_version_than_was_shown__shown_again(as_: Any, second_version: Any) -> None:
    drafting.change_rule(segment=second_version.gold, rule={"everyone": True}, author="Ada")
    answer = as_("channel_manager").post(
        reverse("console_segment_publish", args=["gold"]), {"version": 2, "sure": "on"}
    )
    assert answer.status_code == 409
    assert "changed meanwhile" in answer.content.decode()
    second_version.gold.refresh_from_db()
    assert second_version.gold.published.number == 1


def test_publish__refers_to_a_draft__refused_with_the_reason(as_: Any, channel: Any) -> None:
    drafting.create_segment(slug="draft", name="Draft", subject="partner", rule=EMEA, author="Ada")
    rule = {"field": "segment", "operator": "in", "value": ["draft"]}
    drafting.change_rule(segment=channel.gold, rule=rule, author="Ada")
    answer = as_("channel_manager").post(reverse("console_segment_publish", args=["gold"]), {"version": 2})
    assert answer.status_code == 409
    assert "draft" in answer.content.decode()


def test_restore__old_version__back_as_the_newest(as_: Any, second_version: Any) -> None:
    as_("channel_manager").post(reverse("console_segment_restore", args=["gold", 1]))
    second_version.gold.refresh_from_db()
    newest = second_version.gold.draft
    assert (newest.number, newest.rule, newest.reason) == (3, GOLD, "Restored version 1")


def test_archive__nobody_refers_to_it__members_leave(as_: Any, channel: Any) -> None:
    as_("channel_manager").post(reverse("console_segment_archive", args=["gold"]))
    channel.gold.refresh_from_db()
    assert channel.gold.status == "archived"
    assert not Membership.objects.current().filter(segment=channel.gold).exists()


def test_archive__another_refers_to_it__refused_with_its_name(as_: Any, channel: Any) -> None:
    rule = {"field": "segment", "operator": "in", "value": ["gold"]}
    drafting.create_segment(slug="users", name="Users of gold", subject="partner", rule=rule, author="Ada")
    page = as_("channel_manager").post(reverse("console_segment_archive", args=["gold"]), follow=True)
    assert "Users of gold" in page.content.decode()
    channel.gold.refresh_from_db()
    assert channel.gold.status == "active"


def test_new__with_a_time_zone__kept_with_the_version(as_: Any) -> None:
    client = as_("channel_manager")
    client.post(reverse(NEW), form(zone="Asia/Tokyo"))
    made = Segment.objects.select_related("draft").get(slug="europe")
    assert made.draft.zone == "Asia/Tokyo"
    opened = client.get(reverse("console_segment_edit", args=["europe"])).context["form"]
    assert opened["zone"].value() == "Asia/Tokyo"
    copied = client.get(reverse(NEW), {"from": "europe"}).context["form"]
    assert copied["zone"].value() == "Asia/Tokyo"


def test_new__no_such_time_zone__refused(as_: Any) -> None:
    answer = as_("channel_manager").post(reverse(NEW), form(zone="Mars/Olympus"))
    assert answer.status_code == 400
    assert "Mars/Olympus is not one of the available choices" in answer.content.decode()


def test_edit__only_the_time_zone__a_version_that_says_so_and_is_restored_whole(as_: Any) -> None:
    client = as_("channel_manager")
    days = {"field": "joined_on", "operator": "inLast", "value": {"last": 1, "unit": "months", "calendar": True}}
    client.post(reverse(NEW), form(rule=json.dumps(days)))
    segment = Segment.objects.select_related("draft").get(slug="europe")
    edit = reverse("console_segment_edit", args=["europe"])
    client.post(edit, form(rule=json.dumps(segment.draft.rule), zone="Asia/Tokyo", based_on=1))
    client.post(edit, form(rule=json.dumps(segment.draft.rule), zone="Asia/Tokyo", based_on=2))
    assert list(segment.versions.values_list("number", "zone")) == [(2, "Asia/Tokyo"), (1, "")]
    shown = client.get(reverse("console_segment_versions", args=["europe"])).content.decode()
    assert "days of the organisation (UTC)" in shown
    assert "Days are those of Asia/Tokyo." in shown
    client.post(reverse("console_segment_restore", args=["europe", 1]))
    assert segment.versions.values_list("number", "zone").first() == (3, "")


def test_edit__somebody_else_changed_the_zone__not_overwritten_in_silence(as_: Any) -> None:
    client = as_("channel_manager")
    client.post(reverse(NEW), form())
    segment = Segment.objects.get(slug="europe")
    drafting.change_rule(segment=segment, rule=EMEA, zone="Asia/Tokyo", author="Somebody")
    answer = client.post(reverse("console_segment_edit", args=["europe"]), form(zone="", based_on=1))
    assert answer.status_code == 409
    assert Segment.objects.select_related("draft").get(slug="europe").draft.zone == "Asia/Tokyo"
