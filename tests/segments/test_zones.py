"""A time zone of a segment's own: the same days in runs, previews, explanations, on change and by the clock."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from partners.models import Attribute, Customer
from partners.vocabulary import Subject
from segments import drafting, gaps, publishing
from segments.explaining import explain
from segments.following import follow
from segments.instants import day_end
from segments.models import MemberSet, Membership, Segment
from segments.previewing import difference, preview
from segments.rules import RuleInvalid
from segments.verifying import verify
from tests import callers
from tests.callers import assert_problem
from tests.segments.factories import customer, draft, group, leaf, members, partner, published, recomputed, staff

pytestmark = pytest.mark.django_db

TOKYO = "Asia/Tokyo"
NOON = datetime(2026, 4, 10, 12, tzinfo=UTC)
FIRST_OF_APRIL = leaf("seen_at", "=", "2026-04-01")
YESTERDAY = leaf("seen_at", "inLast", {"last": 1, "unit": "days", "calendar": True})


def zoned(slug: str, rule: Any, zone: str, subject: str = "partner") -> Segment:
    segment = draft(slug, rule, subject, zone=zone)
    publishing.publish(segment=segment, author="A. Author", queue=False)
    return segment


@pytest.fixture
def seen() -> None:
    """An attribute for an instant, of both subjects."""
    for subject in ("partner", "customer"):
        Attribute.objects.create(subject=subject, name="seen_at", label="Seen at", type="datetime")


def counted(slug: str) -> int:
    return Segment.objects.get(slug=slug).member_count


@pytest.fixture
def many(seen: None) -> None:
    """5 001 customers in the last hour of 31 March in London, on 1 April in Tokyo; as many a day later; some without."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO partners_customer (external_id, name, industry, region, country, city, technologies, needs,"
            " adoption_level, lifecycle_stage, competitor, custom, provenance, created_at, updated_at)"
            " SELECT 'c' || g, 'C ' || g, '', '', '', '', '{}', '{}', '', '', '', CASE"
            ' WHEN g <= 5001 THEN \'{"seen_at": "2026-03-31T23:30:00+00:00"}\'::jsonb'
            " WHEN g <= 10002 THEN '{\"seen_at\": \"2026-04-01T23:30:00+00:00\"}'::jsonb ELSE '{}'::jsonb END,"
            " '{}', now(), now() FROM generate_series(1, 10010) g"
        )


def test_rule_07__a_time_zone__moves_5_001_accounts_across_a_days_edge(many: None) -> None:
    published("by-the-organisation", FIRST_OF_APRIL, "customer")
    segment = zoned("in-tokyo", FIRST_OF_APRIL, TOKYO, "customer")
    recomputed(as_of=NOON)
    here, there = set(stored("by-the-organisation")), set(stored("in-tokyo"))
    assert (len(here), len(there), len(here & there)) == (5_001, 5_001, 0)
    assert verify().drift == []
    for zone, expected in ((TOKYO, there), ("", here), ("UTC", here)):
        shown = preview(subject="customer", rule=FIRST_OF_APRIL, viewer=staff(f"{zone}@example.com"), zone=zone)
        assert shown.count == len(expected)
        assert (f"Days are those of {TOKYO}." in shown.sentence) is (zone == TOKYO)
    one_here, one_there = min(here), min(there)
    assert explain(segment=segment, subject_id=one_there).verdict is True
    told = explain(segment=segment, subject_id=one_here)
    assert (told.verdict, told.zone) == (False, TOKYO)
    assert TOKYO in told.sentence


def stored(slug: str) -> list[int]:
    return list(Membership.objects.current().filter(segment__slug=slug).values_list("subject_id", flat=True))


@pytest.mark.django_db(transaction=True)
def test_recompute__in_shares__the_same_members_by_each_zone(many: None, settings: Any, broker: Any) -> None:
    windows = {"last": 10, "unit": "days", "calendar": True}
    for name, zone in (("tokyo", TOKYO), ("here", ""), ("niue", "Pacific/Niue")):
        zoned(name, FIRST_OF_APRIL, zone, "customer")
        zoned(f"{name}-days", leaf("seen_at", "inLast", windows), zone, "customer")
        zoned(f"not-{name}", leaf("segment", "notIn", [name]), "", "customer")
    recomputed(as_of=NOON)
    before = {slug: set(stored(slug)) for slug in Segment.objects.values_list("slug", flat=True)}
    assert {len(before[name]) for name in ("tokyo", "here")} == {5_001}
    settings.SHARD_ABOVE, settings.SHARDS = -1, 3
    again = recomputed(as_of=NOON)
    assert (again.entered, again.left, again.failed) == (0, 0, {})
    assert {slug: set(stored(slug)) for slug in before} == before


def test_publish__another_zone__a_version_whose_difference_is_shown_first(seen: None) -> None:
    one, other = customer("one", custom={"seen_at": "2026-03-31T23:30:00+00:00"}), customer("other")
    Customer.objects.filter(pk=other.pk).update(custom={"seen_at": "2026-04-01T23:30:00+00:00"})
    segment = published("first", FIRST_OF_APRIL, "customer")
    recomputed()
    assert members("first") == ["other"]
    drafting.change_rule(segment=segment, rule=FIRST_OF_APRIL, zone=TOKYO, author="A. Author", reason="Japan")
    segment = Segment.objects.select_related("draft").get()
    assert (segment.draft.number, segment.draft.zone) == (2, TOKYO)
    moves = difference(segment, staff())
    assert ([row["external_id"] for row in moves.enter.sample], moves.leave.count, moves.stay) == (["one"], 1, 0)
    assert members("first") == ["other"], "nobody moves before it is published"
    publishing.publish(segment=segment, author="A. Author", queue=False)
    recomputed()
    assert members("first") == [one.external_id]
    same = drafting.change_rule(segment=segment, rule=FIRST_OF_APRIL, author="A. Author")
    assert same.number == 2, "without a word of the zone it stays, and the same again is no version"
    back = drafting.change_rule(segment=segment, rule=FIRST_OF_APRIL, zone="", author="A. Author")
    assert (back.number, back.zone) == (3, "")


def test_change_rule__no_such_zone__refused() -> None:
    with pytest.raises(ValidationError, match="is not a time zone"):
        draft("mars", FIRST_OF_APRIL, zone="Mars/Olympus")
    segment = draft("all")
    for zone in ("europe/berlin", "../etc/passwd", "CEST ", "x" * 65):
        with pytest.raises(ValidationError, match="is not a time zone"):
            drafting.change_rule(segment=segment, rule={"everyone": True}, zone=zone, author="A. Author")


def test_recompute__zone_that_is_no_more__last_good_members_stay_and_the_reason_is_told(seen: None) -> None:
    customer("one", custom={"seen_at": "2026-03-31T23:30:00+00:00"})
    segment = zoned("first", FIRST_OF_APRIL, TOKYO, "customer")
    published("others", leaf("segment", "notIn", ["first"]), "customer")
    recomputed()
    segment.versions.update(zone="Europe/Atlantis")
    done = recomputed()
    assert sorted(done.failed) == ["first", "others"]
    assert members("first") == ["one"]
    assert "There is no time zone “Europe/Atlantis”" in Segment.objects.get(slug="first").invalid_reason
    with pytest.raises(RuleInvalid):
        explain(segment=Segment.objects.get(slug="first"), subject_id=Customer.objects.get().pk)


def test_follow__on_change__by_the_days_of_the_segments_zone(seen: None) -> None:
    one = customer("one")
    zoned("in-tokyo", FIRST_OF_APRIL, TOKYO, "customer")
    published("here", FIRST_OF_APRIL, "customer")
    recomputed()
    Customer.objects.filter(pk=one.pk).update(custom={"seen_at": "2026-03-31T23:30:00+00:00"})
    follow()
    assert (members("in-tokyo"), members("here")) == (["one"], [])
    Customer.objects.filter(pk=one.pk).update(custom={"seen_at": "2026-04-01T23:30:00+00:00"})
    follow()
    assert (members("in-tokyo"), members("here")) == ([], ["one"])
    assert verify().drift == []


@pytest.mark.parametrize("zone", [TOKYO, "America/St_Johns", "Pacific/Niue", ""])
@pytest.mark.parametrize(
    "rule",
    [
        YESTERDAY,
        leaf("joined_on", "inLast", {"last": 1, "unit": "months", "calendar": True}),
        leaf("joined_on", "anniversaryInNext", {"next": 7, "unit": "days", "calendar": True}),
        leaf({"aggregate": "count", "of": "deals", "window": {"last": 1, "unit": "days", "calendar": True}}, ">=", 1),
        leaf({"aggregate": "latest", "of": "deals.amount"}, ">=", 1),
    ],
    ids=["instant", "date", "anniversary", "aggregate", "latest"],
)
def test_due__calendar_of_a_zone__wakes_at_its_next_midnight(rule: Any, zone: str, seen: None) -> None:
    partner("ann", joined_on=date(2026, 4, 9), custom={"seen_at": "2026-04-10T03:00:00+00:00"})
    zoned("awake", rule, zone)
    with time_machine.travel(NOON, tick=False):
        recomputed()
        where = ZoneInfo(zone or "UTC")
        midnight = day_end(NOON.astimezone(where).date(), where)
    assert MemberSet.objects.get(segment__slug="awake").next_at == midnight
    assert timedelta() < midnight - NOON <= timedelta(hours=24)


def test_due__midnight_in_tokyo__members_change_there_alone(seen: None) -> None:
    partner("ann", custom={"seen_at": "2026-04-10T03:00:00+00:00"})
    zoned("in-tokyo", YESTERDAY, TOKYO)
    published("here", YESTERDAY)
    with time_machine.travel(NOON, tick=False) as clock:
        recomputed()
        assert (members("in-tokyo"), members("here")) == ([], [])
        clock.move_to(datetime(2026, 4, 10, 15, tzinfo=UTC))
        recomputed()
        assert (members("in-tokyo"), members("here")) == (["ann"], [])
        clock.move_to(datetime(2026, 4, 11, 0, tzinfo=UTC))
        recomputed()
        assert (members("in-tokyo"), members("here")) == (["ann"], ["ann"])
        clock.move_to(datetime(2026, 4, 11, 15, tzinfo=UTC))
        recomputed()
        assert (members("in-tokyo"), members("here")) == ([], ["ann"])


def test_shared_conditions__of_two_zones_and_one_aggregate__kept_apart() -> None:
    ann = partner("ann")
    ann.deals.create(external_id="d1", stage="won", amount=5, closed_on=date(2026, 4, 10))
    rule = leaf(
        {"aggregate": "sum", "of": "deals.amount", "window": {"last": 1, "unit": "days", "calendar": True}}, ">", 1
    )
    zoned("in-tokyo", rule, TOKYO)
    published("here", rule)
    zoned("same-as-here", rule, "UTC")
    with time_machine.travel(datetime(2026, 4, 10, 20, tzinfo=UTC), tick=False):
        recomputed()
    assert (members("in-tokyo"), members("here"), members("same-as-here")) == (["ann"], [], [])


def test_gaps__segment_of_another_zone__by_its_days(seen: None) -> None:
    ann = partner("ann", custom={"seen_at": "2026-03-31T23:30:00+00:00"})
    tokyo, here = zoned("in-tokyo", FIRST_OF_APRIL, TOKYO), published("here", FIRST_OF_APRIL)
    found = gaps.gaps(segments=[tokyo, here], subject=Subject.PARTNER, subject_id=ann.pk)
    assert [gap.segment.slug for gap in found] == ["here"]


def test_api__zone__made_changed_previewed_explained_and_told_by_version(seen: None) -> None:
    partner("ann", custom={"seen_at": "2026-03-31T23:30:00+00:00"})
    caller = callers.key("write")
    body = {"slug": "first", "name": "First", "subject": "partner", "rule": FIRST_OF_APRIL}
    made = caller.post("segments/", {**body, "zone": TOKYO})
    assert (made.status_code, made.json()["zone"]) == (201, TOKYO)
    assert caller.post("segments/", {**body, "slug": "plain"}).json()["zone"] == ""
    publishing.publish(segment=Segment.objects.get(slug="first"), author="A. Author", queue=False)
    recomputed("first")
    why = caller.get("segments/first/members/ann/").json()["why"]
    assert (why["verdict"], why["zone"]) == (True, TOKYO)

    changed = caller.patch("segments/first/", {"zone": "America/New_York"}).json()
    assert (changed["zone"], changed["version"], changed["published_version"]) == ("America/New_York", 2, 1)
    versions = caller.get("segments/first/versions/").json()["results"]
    assert [(row["number"], row["zone"]) for row in versions] == [(2, "America/New_York"), (1, TOKYO)]
    assert versions[0]["rule"] == versions[1]["rule"]
    assert caller.patch("segments/first/", {"zone": ""}).json()["zone"] == ""

    asked = {"subject": "partner", "rule": FIRST_OF_APRIL}
    assert caller.post("segments/preview/", {**asked, "zone": TOKYO}).json()["count"] == 1
    assert caller.post("segments/preview/", asked).json()["count"] == 0
    moved = caller.post("segments/preview/", {**asked, "segment": "first", "zone": ""}).json()
    assert (moved["enter"], moved["leave"]) == (0, 1)
    for answer in (
        caller.post("segments/", {**body, "slug": "other", "zone": "Mars/Olympus"}),
        caller.patch("segments/first/", {"zone": "Mars/Olympus"}),
        caller.post("segments/preview/", {**asked, "zone": "Mars/Olympus"}),
    ):
        assert_problem(answer, 400, pointer="/zone", code="unknown_zone")


def test_preview__segment_with_a_zone__counts_by_it_unless_told_otherwise(seen: None) -> None:
    partner("ann", custom={"seen_at": "2026-03-31T23:30:00+00:00"})
    segment = zoned("first", FIRST_OF_APRIL, TOKYO)
    viewer = staff()
    assert preview(subject="partner", rule=FIRST_OF_APRIL, viewer=viewer, segment=segment).count == 1
    assert preview(subject="partner", rule=FIRST_OF_APRIL, viewer=viewer, segment=segment, zone="").count == 0


def test_sentence__zone_does_not_matter_to_the_rule__not_told() -> None:
    viewer = staff()
    rule = group("and", leaf("region", "=", "EMEA"), leaf("joined_on", "<", "2026-01-01"))
    assert TOKYO not in preview(subject="partner", rule=rule, viewer=viewer, zone=TOKYO).sentence
    inside = {"aggregate": "count", "of": "deals", "window": {"last": 1, "unit": "days", "calendar": True}}
    with time_machine.travel(datetime(2026, 4, 10, 20, tzinfo=UTC), tick=False):
        shown = preview(subject="partner", rule=leaf(inside, ">", 1), viewer=viewer, zone=TOKYO)
    assert shown.sentence.endswith(f"Days are those of {TOKYO}.")
    assert "10 April 2026" in json.dumps([shown.sentence, shown.intervals], ensure_ascii=False)
    assert timezone.get_default_timezone_name() == "UTC"
