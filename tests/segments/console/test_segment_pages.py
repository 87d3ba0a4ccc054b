"""Trend, versions, overlap, comparing, profile, review and comments, and the panels of programmes."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from partners.models import Origin, Partner
from partners.records import change_record
from segments import drafting, publishing
from segments.console.chart import chart
from segments.models import Change, MemberSet, Membership, Segment, SegmentProfile
from segments.tally import lines_of
from segments.trend import trend
from tests.segments.console.conftest import EMEA, GOLD, compute


def stay(segment: Segment, subject: Partner, entered: datetime, left: datetime | None = None) -> None:
    Membership.objects.create(segment=segment, subject_id=subject.pk, entered_at=entered, left_at=left, version=1)


def emptied(segment: Segment) -> None:
    """Nobody has been in it yet, as far as the stays and the bitmap say."""
    Membership.objects.filter(segment=segment).delete()
    MemberSet.objects.filter(segment=segment).delete()


def made(slug: str, rule: Any) -> Segment:
    segment = drafting.create_segment(slug=slug, name=slug.title(), subject="partner", rule=rule, author="Ada")
    publishing.publish(segment=segment, author="Ada", queue=False)
    return segment


def test_trend__stays_come_and_go__members_at_each_days_end(channel: Any) -> None:
    emptied(channel.gold)
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    stay(channel.gold, channel.partners["P1"], noon)
    stay(channel.gold, channel.partners["P2"], noon + timedelta(days=1), noon + timedelta(days=3))
    points = trend(channel.gold, channel.people["analyst"], days=30, today=date(2026, 3, 5))
    assert [(point.day.day, point.members, point.entered, point.left) for point in points] == [
        (1, 1, 1, 0),
        (2, 2, 1, 0),
        (3, 2, 0, 0),
        (4, 1, 0, 1),
        (5, 1, 0, 0),
    ]
    scoped = trend(channel.gold, channel.people["regional"], days=30, today=date(2026, 3, 5))
    assert [point.members for point in scoped] == [1, 1, 1, 1, 1]


def test_trend__limited_to_regions__begins_with_the_first_member_there(channel: Any) -> None:
    emptied(channel.gold)
    noon, today, regional = datetime(2026, 3, 1, 12, tzinfo=UTC), date(2026, 3, 6), channel.people["regional"]
    stay(channel.gold, channel.partners["P2"], noon)
    stay(channel.gold, channel.partners["P1"], noon + timedelta(days=3))
    assert [
        (point.day.day, point.members, point.entered) for point in trend(channel.gold, regional, days=30, today=today)
    ] == [
        (4, 1, 1),
        (5, 1, 0),
        (6, 1, 0),
    ]
    assert [point.day.day for point in trend(channel.gold, regional, days=5, today=today)] == [4, 5, 6]
    assert trend(channel.gold, regional, days=30, today=date(2026, 3, 3)) == []
    stay(channel.gold, channel.partners["P4"], noon, noon + timedelta(hours=1))
    assert [point.day.day for point in trend(channel.gold, regional, days=5, today=today)] == [2, 3, 4, 5, 6]


def test_trend__long_period__weeks_that_add_up(channel: Any) -> None:
    emptied(channel.gold)
    stay(channel.gold, channel.partners["P1"], datetime(2025, 1, 1, 12, tzinfo=UTC))
    stay(channel.gold, channel.partners["P2"], datetime(2025, 6, 4, 12, tzinfo=UTC))
    points = trend(channel.gold, channel.people["analyst"], days=365, today=date(2025, 12, 31))
    assert len(points) == 53
    assert (points[-1].day, points[-1].members, sum(point.entered for point in points)) == (date(2025, 12, 31), 2, 2)


@pytest.mark.parametrize("is_put_right", [False, True])
def test_lines_of__any_viewer_and_kind__as_many_as_the_ledger_has(is_put_right: bool, channel: Any) -> None:
    origin = Origin.objects.create(kind="form", label="moves")
    for key, tier in (("P1", "silver"), ("P2", "gold"), ("P4", "gold"), ("P3", ""), ("P1", "gold")):
        change_record(record=Partner.objects.get(external_id=key), values={"tier": tier}, origin=origin)
        compute()
    if is_put_right:  # a line more that no stay knows of, and its contrary
        for kind in Change.Kind.values:
            Change.objects.create(
                segment=channel.gold, subject_id=channel.partners["P5"].pk, kind=kind, at=timezone.now(), version=1
            )
    Partner.objects.filter(external_id="P4").update(deleted_at=timezone.now())
    counted = {}
    for who in ("analyst", "regional"):
        viewer = channel.people[who]
        for kind in ("", *Change.Kind.values):
            rows = Change.objects.visible_to(viewer).filter(segment=channel.gold)
            counted[who, kind] = (rows.filter(kind=kind) if kind else rows).count()
            assert lines_of(channel.gold, viewer, kind) == counted[who, kind]
    assert counted["regional", "entered"] == 3
    assert counted["regional", "left"] == 1


def test_chart__values__line_from_left_to_right_between_round_ticks() -> None:
    days = [date(2026, 3, day) for day in (1, 2, 3)]
    drawn = chart(days, [0, 50, 100])
    assert drawn is not None
    assert drawn.line == "0.0,160.0 300.0,80.0 600.0,0.0"
    assert drawn.ticks == (100, 50, 0)
    assert chart(days[:1], [5]) is None
    assert chart(days, [7, 7, 7]) is not None


def test_versions_page__edited__difference_in_words_and_restore(as_: Any, channel: Any) -> None:
    rule = {"field": "tier", "operator": "in", "value": ["gold", "platinum"]}
    drafting.change_rule(segment=channel.gold, rule=rule, author="Ada", reason="Platinum too")
    page = as_("channel_manager").get(reverse("console_segment_versions", args=["gold"]))
    newest, first = page.context["told"]
    assert [(line.before, line.after) for line in newest.lines] == [("Tier is Gold", "Tier is one of Gold or Platinum")]
    assert (first.is_first, first.sentence) == (True, "Partners where Tier is Gold.")
    assert reverse("console_segment_restore", args=["gold", 1]) in page.content.decode()
    assert "/restore/" not in as_("analyst").get(reverse("console_segment_versions", args=["gold"])).content.decode()


def test_overlap_page__shared_members__most_alike_first_within_scope(as_: Any, channel: Any) -> None:
    made("emea", EMEA)
    made("golden", GOLD)
    compute()
    found = as_("analyst").get(reverse("console_segment_overlap", args=["gold"])).context["overlaps"]
    assert [(each.segment.slug, each.both, each.likeness) for each in found] == [("golden", 2, 1.0), ("emea", 1, 1 / 3)]
    found = as_("regional").get(reverse("console_segment_overlap", args=["gold"])).context["overlaps"]
    assert [(each.segment.slug, each.both, each.count) for each in found] == [("golden", 1, 1), ("emea", 1, 2)]


def test_heat_map__segments__share_of_row_in_column_and_those_alike(as_: Any, channel: Any) -> None:
    made("emea", EMEA)
    made("golden", GOLD)
    compute()
    page = as_("analyst").get(reverse("console_overlap"))
    shares = {
        (row["segment"].slug, cell.column.slug): cell.percent for row in page.context["rows"] for cell in row["cells"]
    }
    assert (shares["gold", "emea"], shares["emea", "gold"], shares["gold", "golden"]) == (50, 50, 100)
    assert [(pair["first"].slug, pair["second"].slug, pair["percent"]) for pair in page.context["alike"]] == [
        ("gold", "golden", 100)
    ]


def test_compare__two_segments__only_in_one_both_only_in_other(as_: Any, channel: Any) -> None:
    made("emea", EMEA)
    compute()
    address = reverse("console_compare")
    page = as_("analyst").get(address, {"a": "gold", "b": "emea"})
    assert [[named.name for named in side["names"]] for side in page.context["sides"]] == [
        ["Cedar"],
        ["Alder"],
        ["Dogwood"],
    ]
    told = " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())
    assert "Only Gold partners: Tier is Gold" in told
    assert "Only Emea: Region is Europe, Middle East and Africa" in told
    assert "Removed" not in told, "neither is an older state of the other"
    page = as_("regional").get(address, {"a": "gold", "b": "emea"})
    assert [side["count"] for side in page.context["sides"]] == [0, 1, 1]
    for query, words in (
        ({"a": "gold", "b": "gold"}, "two different"),
        ({"a": "gold", "b": "gone"}, "does not exist any more"),
    ):
        assert words in as_("analyst").get(address, query).content.decode()


def test_changes_page__two_days__who_came_and_went_between(as_: Any, channel: Any) -> None:
    Membership.objects.all().delete()
    MemberSet.objects.all().delete()  # derived from the stays, which are planted here
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    stay(channel.gold, channel.partners["P1"], noon, noon + timedelta(days=4))
    stay(channel.gold, channel.partners["P3"], noon + timedelta(days=2))
    stay(channel.gold, channel.partners["P4"], noon)
    address = reverse("console_segment_changes", args=["gold"])
    compared = as_("analyst").get(address, {"from": "2026-03-02", "until": "2026-03-10"}).context["compared"]
    assert (compared["before"], compared["after"]) == (2, 2)
    assert [named.name for named in compared["entered"]["names"]] == ["Cedar"]
    assert [named.name for named in compared["left"]["names"]] == ["Alder"]
    compared = as_("regional").get(address, {"from": "2026-03-02"}).context["compared"]
    assert (compared["before"], compared["after"], compared["entered"]["count"]) == (2, 1, 0)
    page = as_("analyst").get(address, {"from": "2026-03-10", "until": "2026-03-02"}).content.decode()
    assert "The first day has to come before" in page


def test_changes_page__value_set_since_the_run_before__named_as_the_cause(as_: Any, channel: Any) -> None:
    address = reverse("console_segment_changes", args=["gold"])
    page = as_("analyst").get(address)
    assert {move["cause"] for move in page.context["moves"]} == {"Version 1 took effect"}
    origin = Origin.objects.create(kind="import", label="march.csv")
    Partner.objects.filter(external_id="P1").update(tier="silver", provenance={"tier": origin.pk})
    compute()
    moves = as_("analyst").get(address).context["moves"]
    assert (moves[0]["movement"].name, moves[0]["movement"].kind) == ("Alder", "left")
    assert moves[0]["cause"] == "Tier was set to Silver (Import: march.csv)"


def test_profile__filled_in__shown_and_kept(as_: Any, channel: Any) -> None:
    client, address = as_("channel_manager"), reverse("console_segment_profile", args=["gold"])
    values = {"objective": "Grow", "kpi": "Deals", "target": "200", "review_on": "2027-01-31", "needs": "Leads"}
    owner = channel.people["analyst"].pk
    assert client.post(address, {**values, "owner": owner}).url == reverse("console_segment", args=["gold"])
    profile = SegmentProfile.objects.get(segment__slug="gold")
    assert (profile.kpi, profile.target, profile.needs, profile.segment.objective) == ("Deals", "200", "Leads", "Grow")
    page = client.get(reverse("console_segment", args=["gold"])).content.decode()
    assert "Leads" in page
    assert "31 January 2027" in page
    answer = client.post(address, {**values, "review_on": "soon"})
    assert answer.status_code == 400
    assert client.post(address, {"owner": channel.people["partner"].pk}).status_code == 400, "not one of the staff"


def test_review__draft__in_review_commented_and_ended(as_: Any, channel: Any) -> None:
    drafting.create_segment(slug="wide", name="Wide", subject="partner", rule=EMEA, author="Ada")
    manager, review = as_("channel_manager"), reverse("console_segment_review", args=["wide"])
    manager.post(review, {"turn": "start"})
    assert Segment.objects.get(slug="wide").status == "in_review"
    as_("analyst").post(reverse("console_segment_comment", args=["wide"]), {"text": "Too wide <b>?</b>"})
    page = manager.get(reverse("console_segment", args=["wide"])).content.decode()
    assert "Too wide &lt;b&gt;?&lt;/b&gt;" in page
    assert "on version 1" in page
    manager.post(review, {"turn": "end"})
    assert Segment.objects.get(slug="wide").status == "draft"
    publishing.publish(segment=Segment.objects.get(slug="wide"), author="Ada", queue=False)
    assert "Only a draft can be reviewed" in manager.post(review, {"turn": "start"}, follow=True).content.decode()


def test_comment__empty__not_kept(as_: Any, channel: Any) -> None:
    as_("analyst").post(reverse("console_segment_comment", args=["gold"]), {"text": "  "})
    assert not channel.gold.comments.exists()


def test_ask_why__name_or_id__to_the_one_meant(as_: Any, channel: Any) -> None:
    client, address = as_("regional"), reverse("console_segment_ask_why", args=["gold"])
    assert client.get(address, {"who": "P4"}).url == reverse("console_segment_why", args=["gold", "P4"])
    assert client.get(address, {"who": "dogw"}).url == reverse("console_segment_why", args=["gold", "P4"])
    Partner.objects.create(external_id="P9", name="Alder North")
    page = as_("analyst").get(address, {"who": "alder"})
    assert {named.name for named in page.context["found"]} == {"Alder", "Alder North"}
    assert "Nobody is called" in client.get(address, {"who": "Cedar"}, follow=True).content.decode()


def test_segment_page__others_refer_to_it__named(as_: Any, channel: Any) -> None:
    rule = {"field": "segment", "operator": "in", "value": ["gold"]}
    drafting.create_segment(slug="users", name="Users of gold", subject="partner", rule=rule, author="Ada")
    page = as_("analyst").get(reverse("console_segment", args=["gold"]))
    assert [other.slug for other in page.context["dependents"]] == ["users"]


@pytest.mark.parametrize("name", ["console_overlap", "console_segment_versions", "console_compare"])
def test_page__many_more_segments_and_versions__as_many_queries(name: str, as_: Any, channel: Any) -> None:
    def queries() -> int:
        client.get(address, query)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address, query).status_code == 200
        return len(captured)

    client, query = as_("regional"), {"a": "gold", "b": "other"} if name == "console_compare" else {}
    address = reverse(name, args=["gold"] if name == "console_segment_versions" else [])
    made("other", EMEA)
    drafting.change_rule(segment=channel.gold, rule=EMEA, author="A")
    compute()
    before = queries()
    for number in range(12):
        made(f"s{number}", EMEA)
        drafting.change_rule(segment=channel.gold, rule=[GOLD, EMEA][number % 2], author="A")
    compute()
    assert queries() == before


def test_segment_page__computed_by_hand__ledger_lines_have_ids(as_: Any, channel: Any) -> None:
    moves = as_("analyst").get(reverse("console_segment", args=["gold"])).context["moves"]
    assert {move["movement"].pk for move in moves} == set(Change.objects.values_list("pk", flat=True))
    assert timezone.now() > moves[0]["movement"].at
