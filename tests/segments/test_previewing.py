"""Previews, differences and explanations: the run's interpreter, before and without a run."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from partners.facts import one_vocabulary, vocabulary
from partners.models import Attribute, Deal, Partner
from partners.vocabulary import Subject
from people import roles
from people.models import User
from segments import computing, drafting, planned
from segments.console.vocabulary import values_of
from segments.explaining import NoSuchSubject, explain
from segments.models import Change, Membership
from segments.previewing import difference, preview
from segments.rulebook import clock_at
from segments.rules import RuleInvalid
from tests.segments.factories import group, leaf, members, partner, published, recomputed, republish, staff

pytestmark = pytest.mark.django_db

RULE = group(
    "and",
    leaf("region", "in", ["EMEA", "NA"]),
    group("or", leaf("employees", ">=", 10), leaf("tier", "!=", "silver")),
)


@pytest.fixture
def five() -> list[Partner]:
    return [
        partner("ann", region="EMEA", employees=10, tier="silver"),
        partner("bob", region="NA", employees=5, tier="silver"),
        partner("cid", region="EMEA", tier="gold"),
        partner("dee", region="APAC", employees=50),
        partner("eve", region="NA"),
    ]


def test_rule_14__preview__what_publishing_stores(five: list[Partner]) -> None:
    seen = preview(subject="partner", rule=RULE, viewer=staff(), sample_size=100)
    published("s", RULE)
    recomputed()
    assert [row["external_id"] for row in seen.sample] == members("s") == ["ann", "cid", "eve"]
    assert (seen.count, seen.total, seen.errors) == (3, 5, ())
    assert seen.missing == {"region": 0, "employees": 2, "tier": 2}
    assert seen.sample[1] == {"external_id": "cid", "name": "Cid", "region": "EMEA", "employees": None, "tier": "gold"}
    assert seen.sentence == (
        "Partners where Region is one of Europe, Middle East and Africa or North America and "
        "(Employees is at least 10 or Tier is not Silver (or not set))."
    )


def test_vocabulary__of_one_snapshot__read_once_and_not_kept_for_the_next() -> None:
    with one_vocabulary(), CaptureQueriesContext(connection) as queries:
        assert vocabulary(Subject.PARTNER) == vocabulary(Subject.PARTNER)
    assert len(queries) == 1
    Attribute.objects.create(subject="partner", name="rating", label="Rating", type="number")
    assert "rating" in vocabulary(Subject.PARTNER)
    with one_vocabulary():
        assert "rating" in vocabulary(Subject.PARTNER)


def test_rule_14__preview_of_references__the_segments_as_they_would_be_now(five: list[Partner]) -> None:
    published("emea", leaf("region", "=", "EMEA"))
    published("not-emea", leaf("segment", "notIn", ["emea"]))
    rule = leaf("segment", "in", ["not-emea"])
    assert preview(subject="partner", rule=rule, viewer=staff()).count == 3
    published("s", rule)
    recomputed()
    assert members("s") == ["bob", "dee", "eve"]


def test_rule_15__preview__counts_those_the_viewer_may_see(five: list[Partner]) -> None:
    seen = preview(subject="partner", rule=RULE, viewer=staff("na@example.com", ("NA",)))
    assert (seen.count, seen.total) == (1, 2)
    assert seen.missing == {"region": 0, "employees": 1, "tier": 1}
    assert [row["external_id"] for row in seen.sample] == ["eve"]


def test_preview__invalid__errors_and_no_count(five: list[Partner]) -> None:
    seen = preview(subject="partner", rule=leaf("regoin", "=", "EMEA"), viewer=staff())
    assert seen.count is None
    assert [error.code for error in seen.errors] == ["unknown_field"]


def test_preview__writes_nothing(five: list[Partner]) -> None:
    preview(subject="partner", rule=RULE, viewer=staff())
    assert not Membership.objects.exists()
    assert not Change.objects.exists()


def test_preview__sensitive_field__for_administrators_alone(five: list[Partner]) -> None:
    Attribute.objects.create(subject="partner", name="score", label="Score", type="number", sensitive=True)
    Partner.objects.filter(external_id="ann").update(custom={"score": "7"})
    rule = leaf("score", ">", 5)
    manager = staff()
    seen = preview(subject="partner", rule=group("and", {"everyone": True}, rule), viewer=manager)
    assert (seen.count, seen.sample) == (None, [])
    assert [(error.pointer, error.code) for error in seen.errors] == [("/rules/1", "sensitive")]
    administrator = User.objects.create_user(email="admin@example.com", role=roles.ADMINISTRATOR)
    assert preview(subject="partner", rule=rule, viewer=administrator).sample[0]["score"] == 7
    segment = published("s")
    with pytest.raises(RuleInvalid):
        difference(segment, manager, rule=rule)
    with pytest.raises(RuleInvalid):
        drafting.change_rule(segment=segment, rule=rule, author="M", viewer=manager)
    drafting.change_rule(segment=segment, rule=rule, author="A", viewer=administrator)
    drafting.change_rule(segment=segment, rule=rule, author="M", viewer=manager)  # as it is already
    assert difference(segment, manager).total == 1
    ann = Partner.objects.get(external_id="ann")
    told = explain(segment=segment, subject_id=ann.pk, version=segment.draft, viewer=manager)
    assert (told.why.found, told.why.found_words) == (None, "hidden")
    assert explain(segment=segment, subject_id=ann.pk, version=segment.draft, viewer=administrator).why.found == 7


def test_difference__draft_against_members__who_enters_and_leaves(five: list[Partner]) -> None:
    segment = published("s", leaf("region", "=", "EMEA"))
    recomputed()
    drafting.change_rule(segment=segment, rule=leaf("employees", "notNull"), author="A")
    segment.refresh_from_db()
    changes = difference(segment, staff())
    assert [row["external_id"] for row in changes.enter.sample] == ["bob", "dee"]
    assert [row["external_id"] for row in changes.leave.sample] == ["cid"]
    assert (changes.enter.count, changes.leave.count, changes.stay, changes.total) == (2, 1, 1, 3)
    regional = difference(segment, staff("na@example.com", ("NA",)))
    assert (regional.enter.count, regional.leave.count, regional.total) == (1, 0, 1)
    other = difference(segment, staff("b@example.com"), rule={"everyone": True})
    assert (other.enter.count, other.leave.count) == (3, 0)


# --- explain ----------------------------------------------------------------------------------------------------------


def test_explain__member__each_condition_with_the_value_found(five: list[Partner]) -> None:
    segment = published("s", RULE)
    recomputed()
    told = explain(segment=segment, subject_id=five[0].pk)
    assert told.member
    assert told.verdict
    assert told.since == Membership.objects.get(subject_id=five[0].pk).entered_at
    tree: dict[str, Any] = told.to_json()["tree"]
    assert tree["verdict"] is True
    first, either = tree["rules"]
    assert (first["field"], first["found"], first["verdict"]) == ("region", "EMEA", True)
    assert [(leaf["found"], leaf["verdict"]) for leaf in either["rules"]] == [(10, True), ("silver", False)]
    assert told.nearest == ()


def test_explain__no_member__nearest_miss(five: list[Partner]) -> None:
    segment = published("s", RULE)
    recomputed()
    told = explain(segment=segment, subject_id=five[3].pk)
    assert not told.member
    assert not told.verdict
    assert [reason.pointer for reason in told.nearest] == ["/rules/0"]
    assert told.why.children[1].children[1].missing is True
    far = partner("far", region="LATAM", employees=1, tier="silver")
    assert [reason.pointer for reason in explain(segment=segment, subject_id=far.pk).nearest] == [
        "/rules/0",
        "/rules/1/rules/0",
    ]


def test_explain__reference__by_the_rule_of_the_other_segment(five: list[Partner]) -> None:
    published("emea", leaf("region", "=", "EMEA"))
    segment = published("s", leaf("segment", "notIn", ["emea"]))
    told = explain(segment=segment, subject_id=five[0].pk)
    assert not told.verdict
    assert told.sentence == "Partners where it is not in Emea."
    assert explain(segment=segment, subject_id=five[1].pk).verdict


def test_explain__every_subject__as_the_run_decided(five: list[Partner]) -> None:
    segment = published("s", RULE)
    recomputed()
    for one in five:
        told = explain(segment=segment, subject_id=one.pk)
        assert told.member == told.verdict


def test_explain__nobody_of_that_id__says_so(five: list[Partner]) -> None:
    with pytest.raises(NoSuchSubject):
        explain(segment=published("s", RULE), subject_id=-1)


def test_explain__rule_broken_since__says_so(five: list[Partner]) -> None:
    attribute = Attribute.objects.create(subject="partner", name="grade", label="Grade", type="text")
    segment = published("s", leaf("grade", "=", "A"))
    republish(segment, leaf("grade", "=", "B"))
    attribute.delete()
    segment.refresh_from_db()
    with pytest.raises(RuleInvalid, match="grade"):
        explain(segment=segment, subject_id=five[0].pk)


@pytest.mark.parametrize("now", ["2026-06-15T00:00:00+02:00", "2026-06-15T12:00:00+02:00", "2024-02-29T09:00:00+01:00"])
def test_rule_07__the_last_12_months__the_same_days_in_rules_and_in_computed_facts(settings: Any, now: str) -> None:
    settings.TIME_ZONE = "Europe/Paris"
    instant = datetime.fromisoformat(now)
    with timezone.override("Europe/Paris"):
        for around in (instant, instant.replace(year=instant.year - 1, day=28 if instant.day == 29 else instant.day)):
            for days in range(-2, 3):
                day = around.date() + timedelta(days=days)
                seller = partner(f"P{day}")
                Deal.objects.create(external_id=f"D{day}", partner=seller, stage="won", amount=1, closed_on=day)
        rules = [
            leaf("won_revenue_12m", ">", 0),
            leaf("last_deal_on", "inLast", {"last": 12, "unit": "months"}),
        ]
        material = computing.read(
            [planned.Plan(str(number), Subject.PARTNER, rule) for number, rule in enumerate(rules)],
            clock=clock_at(instant),
        )
        found = computing.work_out(material)
    assert found["0"] == found["1"]
    assert 0 < len(found["0"]) < len(material.tables[Subject.PARTNER])


def test_values_of__sensitive_field__uncounted_and_no_text_below_administrators() -> None:
    Attribute.objects.create(subject="partner", name="rating", label="Rating", type="text", sensitive=True)
    Attribute.objects.create(
        subject="partner", name="risk", label="Risk", type="choice", sensitive=True, choices=[{"value": "high"}]
    )
    partner("A", custom={"rating": "B", "risk": "high"})
    manager, administrator = staff(), User.objects.create_user("a@example.com", role=roles.ADMINISTRATOR)
    assert values_of(Subject.PARTNER, "rating", manager, "") == []
    assert values_of(Subject.PARTNER, "rating", administrator, "") == [{"value": "B", "label": "B", "count": 1}]
    assert values_of(Subject.PARTNER, "risk", manager, "") == [{"value": "high", "label": "high", "count": None}]
    assert values_of(Subject.PARTNER, "risk", administrator, "") == [{"value": "high", "label": "high", "count": 1}]
