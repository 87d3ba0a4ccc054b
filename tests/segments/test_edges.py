"""Corners of the language that a database, several subjects or a hand in the tables are needed for."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from partners.models import Attribute, Customer, Deal, Partner
from segments import membership
from segments.explaining import explain
from segments.following import follow
from segments.models import MemberSet, Segment
from segments.previewing import preview
from segments.rules import RuleInvalid
from segments.verifying import verify
from tests import callers
from tests.callers import assert_problem
from tests.segments.factories import customer, draft, group, leaf, members, partner, published, recomputed, staff

pytestmark = pytest.mark.django_db

LARGE_DEALS = {
    "aggregate": "count",
    "of": "deals",
    "where": {"field": "amount", "operator": "topPercent", "value": 25},
}


@pytest.fixture
def dealing() -> dict[str, Partner]:
    """Four partners with a deal each, of 1 to 4."""
    made = {name: partner(name) for name in ("ann", "bob", "cid", "dot")}
    for amount, record in enumerate(made.values(), 1):
        Deal.objects.create(external_id=f"d{amount}", partner=record, amount=amount)
    return made


def test_rule_09__percentile_of_related_records__ranks_the_records_of_all(dealing: dict[str, Partner]) -> None:
    segment = published("with-a-large-deal", leaf(LARGE_DEALS, ">=", 1))
    recomputed()
    assert members("with-a-large-deal") == ["dot"]
    for name, record in dealing.items():
        assert explain(segment=segment, subject_id=record.pk).verdict is (name == "dot"), name


def test_rule_09__percentile_of_related_records__on_change_as_in_a_run(dealing: dict[str, Partner]) -> None:
    published("with-a-large-deal", leaf(LARGE_DEALS, ">=", 1))
    recomputed()
    Deal.objects.filter(external_id="d1").update(amount=2)
    done = follow()
    assert done is not None
    assert done.handed_over is not None, "one deal may move any partner"
    assert members("with-a-large-deal") == ["dot"]
    Deal.objects.filter(external_id="d1").update(amount=9)
    follow()
    recomputed()
    assert members("with-a-large-deal") == ["ann"]
    assert verify().drift == []


@pytest.mark.django_db(transaction=True)
def test_rule_09__percentile_of_related_records__in_shares_as_in_one_piece(
    dealing: dict[str, Partner], settings: Any, broker: Any
) -> None:
    settings.SHARD_ABOVE, settings.SHARDS = -1, 4
    published("with-a-large-deal", leaf(LARGE_DEALS, ">=", 1))
    recomputed()
    assert members("with-a-large-deal") == ["dot"]


def nested(levels: int) -> Any:
    """Partners with a customer with a partner with a customer … of a name, so many aggregates in each other."""
    names = {"partner": "customers", "customer": "partners"}
    rule: Any = leaf("name", "=", "Ann")
    for level in reversed(range(levels)):
        owner = ("partner", "customer")[level % 2]
        rule = leaf({"aggregate": "count", "of": names[owner], "where": rule}, ">=", 1)
    return rule


def test_rule_10__aggregates_in_each_other__at_most_8_deep() -> None:
    draft("eight", nested(8))
    with pytest.raises(RuleInvalid) as refusal:
        draft("nine", nested(9))
    (error,) = refusal.value.errors
    assert error.code == "too_deep"
    assert error.pointer == "/field/where" * 8


def test_rule_10__aggregates_in_each_other__hundreds_refused_without_falling_over() -> None:
    asked = {"subject": "partner", "rule": nested(240)}
    assert_problem(callers.key().post("segments/preview/", asked), 400, code="too_deep")


def test_rule_10__nested_aggregates_of_8__worked_out() -> None:
    ann, one = partner("ann"), customer("one")
    one.partners.add(ann)
    published("far", nested(8))
    recomputed()
    assert members("far") == ["ann"]


def test_recompute__type_changed_and_values_cannot_be_read__only_its_segments_fail() -> None:
    Attribute.objects.create(subject="partner", name="grade", label="Grade", type="text")
    Attribute.objects.create(subject="partner", name="size", label="Size", type="number")
    partner("ann", region="EMEA", custom={"grade": "5", "size": 1})
    partner("bob", custom={"grade": "A", "size": 2})
    graded = published("graded", leaf("grade", "=", "5"))
    published("not-graded", leaf("grade", "!=", "5"))
    published("within", leaf("segment", "in", ["graded"]))
    published("emea", leaf("region", "=", "EMEA"))
    published("sized", leaf("size", ">=", 1))
    recomputed()
    Attribute.objects.filter(name="grade").update(type="number")
    Partner.objects.filter(external_id="bob").update(region="EMEA")
    done = recomputed()
    assert sorted(done.failed) == ["graded", "not-graded", "within"]
    assert (members("graded"), members("not-graded"), members("within")) == (["ann"], ["bob"], ["ann"])
    assert members("emea") == ["ann", "bob"], "the others go on"
    assert members("sized") == ["ann", "bob"]
    told = callers.key().get("segments/graded/").json()["invalid_reason"]
    assert "Grade" in told
    assert "number" in told
    with pytest.raises(RuleInvalid):
        explain(segment=graded, subject_id=Partner.objects.get(external_id="bob").pk)
    shown = preview(subject="partner", rule=leaf("grade", "=", 5), viewer=staff())
    assert shown.count is None
    assert [error.code for error in shown.errors] == ["cannot_evaluate"]
    assert set(verify().unverified) == {"graded", "not-graded", "within"}
    Attribute.objects.filter(name="grade").update(type="text")
    assert recomputed().failed == {}
    assert Segment.objects.get(slug="graded").invalid_reason == ""


@pytest.mark.django_db(transaction=True)
def test_recompute__in_shares_and_values_of_one_share_cannot_be_read__its_segments_fail_whole(
    settings: Any, broker: Any
) -> None:
    Attribute.objects.create(subject="partner", name="grade", label="Grade", type="text")
    for number in range(12):
        partner(f"p{number}", custom={"grade": "A" if number == 11 else "5"}, region="EMEA")
    published("graded", leaf("grade", "=", "5"))
    published("emea", leaf("region", "=", "EMEA"))
    recomputed()
    before = members("graded")
    Attribute.objects.update(type="number")
    settings.SHARD_ABOVE, settings.SHARDS = -1, 4
    done = recomputed()
    assert sorted(done.failed) == ["graded"]
    assert members("graded") == before
    assert len(members("emea")) == 12


def test_follow__a_value_cannot_be_read__the_other_segments_follow() -> None:
    Attribute.objects.create(subject="partner", name="grade", label="Grade", type="number")
    ann = partner("ann", custom={"grade": 5})
    published("graded", leaf("grade", "=", 5))
    published("emea", leaf("region", "=", "EMEA"))
    recomputed()
    Partner.objects.filter(pk=ann.pk).update(custom={"grade": "five"}, region="EMEA")
    follow()
    assert (members("graded"), members("emea")) == (["ann"], ["ann"])


def test_follow__a_value_of_another_cannot_be_read__the_reason_stays_until_all_can_be_worked_out() -> None:
    Attribute.objects.create(subject="partner", name="grade", label="Grade", type="number")
    ann, bob = partner("ann", custom={"grade": 5}), partner("bob", custom={"grade": "five"})
    published("graded", leaf("grade", "=", 5))
    assert sorted(recomputed().failed) == ["graded"]
    Segment.objects.update(computed_at=ann.created_at)  # it was whole once
    follow()
    Partner.objects.filter(pk=ann.pk).update(custom={"grade": 5, "size": 1})
    Partner.objects.filter(pk=bob.pk).update(city="Lyon")
    follow()
    assert "Grade" in Segment.objects.get().invalid_reason
    Partner.objects.filter(pk=bob.pk).update(custom={"grade": 5})
    assert recomputed().failed == {}
    assert (members("graded"), Segment.objects.get().invalid_reason) == (["ann", "bob"], "")


def test_due__cannot_be_worked_out__not_asked_for_again_every_minute() -> None:
    Attribute.objects.create(subject="partner", name="seen_on", label="Seen on", type="date")
    partner("ann", custom={"seen_on": "2026-04-10"})
    published("recent", leaf("seen_on", "inLast", {"last": 7, "unit": "days"}))
    published("others", leaf("joined_on", "inLast", {"last": 7, "unit": "days"}))
    recomputed()
    Attribute.objects.update(archived_at=timezone.now())
    assert sorted(recomputed().failed) == ["recent"]
    MemberSet.objects.update(next_at=timezone.now())
    (asked,) = membership.due()
    assert asked.slugs == ["others"]
    membership.recompute(run=asked)
    assert membership.due() == []
    assert sorted(recomputed().failed) == ["recent"], "a run of everything tries it again"


def test_recompute__value_of_a_related_record_cannot_be_read__only_its_segments_fail(
    dealing: dict[str, Partner],
) -> None:
    Attribute.objects.create(subject="deal", name="margin", label="Margin", type="number")
    Deal.objects.filter(external_id="d1").update(custom={"margin": "low"})
    published("rich", leaf({"aggregate": "maximum", "of": "deals.margin"}, ">", 1))
    published("selling", leaf({"aggregate": "count", "of": "deals"}, ">=", 1))
    done = recomputed()
    assert sorted(done.failed) == ["rich"]
    assert len(members("selling")) == 4


@pytest.mark.parametrize("blank", ["", " ", "\t", "\u00a0", "\u2003 \n"])
def test_rule_02__blank_text_of_any_kind__missing_from_the_database_too(blank: str) -> None:
    Attribute.objects.create(subject="partner", name="grade", label="Grade", type="text")
    partner("ann", city=blank, custom={"grade": blank})
    partner("bob", city="null", custom={"grade": "null"})
    for name in ("city", "grade"):
        published(f"no-{name}", leaf(name, "null"))
        published(f"not-x-{name}", leaf(name, "!=", "x"))
        published(f"word-{name}", leaf(name, "=", "null"))
    recomputed()
    for name in ("city", "grade"):
        assert members(f"no-{name}") == ["ann"]
        assert members(f"not-x-{name}") == ["ann", "bob"]
        assert members(f"word-{name}") == ["bob"]


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("İstanbul", "istanbul"),
        ("ISPARTA", "ısparta"),
        ("Diyarbakır", "DIYARBAKIR"),
        ("straße", "STRASSE"),
        ("Łódź", "lodz"),
        ("ΟΔΟΣ", "οδός"),
        ("ﬁnance", "FINANCE"),
        ("e\u0301cole", "École"),
        ("ＴＯＫＹＯ", "tokyo"),
    ],
)
def test_rule_04__case_and_accents_of_many_scripts__from_the_database_too(stored: str, typed: str) -> None:
    partner("ann", city=stored)
    partner("bob", city="elsewhere")
    published("same", leaf("city", "=", typed))
    published("begins", leaf("city", "beginsWith", typed[:3]))
    published("other", leaf("city", "doesNotContain", typed))
    published("exactly", leaf("city", "=", typed, case_sensitive=True))
    recomputed()
    assert [members(slug) for slug in ("same", "begins", "other")] == [["ann"], ["ann"], ["bob"]]
    assert members("exactly") == (["ann"] if stored == typed else [])


def test_rule_07__29_february__its_anniversary_from_the_database() -> None:
    from datetime import UTC, datetime

    partner("leap", joined_on=date(2024, 2, 29))
    partner("first", joined_on=date(2024, 3, 1))
    published("soon", leaf("joined_on", "anniversaryInNext", {"next": 1, "unit": "days", "calendar": True}))
    recomputed(as_of=datetime(2026, 2, 27, 12, tzinfo=UTC))
    assert members("soon") == ["leap"]


def test_rule_11__diamond__worked_out_once_and_rightly(dealing: dict[str, Partner]) -> None:
    Partner.objects.filter(external_id__in=["ann", "bob"]).update(region="EMEA")
    Partner.objects.filter(external_id__in=["bob", "cid"]).update(tier="gold")
    published("base", leaf("name", "notNull"))
    published("left", group("and", leaf("segment", "in", ["base"]), leaf("region", "=", "EMEA")))
    published("right", group("and", leaf("segment", "in", ["base"]), leaf("tier", "=", "gold")))
    published("both", leaf("segment", "inAll", ["left", "right"]))
    published("any", leaf("segment", "in", ["left", "right"]))
    published("none", leaf("segment", "notIn", ["left", "right"]))
    recomputed()
    assert members("both") == ["bob"]
    assert members("any") == ["ann", "bob", "cid"]
    assert members("none") == ["dot"]
    Partner.objects.filter(external_id="dot").update(region="EMEA", tier="gold")
    follow()
    assert members("both") == ["bob", "dot"]
    assert members("none") == []


def test_rule_11__cycle__refused_when_an_old_version_is_restored() -> None:
    from segments import drafting

    a, _ = draft("a"), draft("b")
    drafting.change_rule(segment=a, rule=leaf("segment", "in", ["b"]), author="A. Author")
    old = a.versions.get(number=2).rule
    drafting.change_rule(segment=a, rule={"everyone": True}, author="A. Author")
    drafting.change_rule(segment=Segment.objects.get(slug="b"), rule=leaf("segment", "in", ["a"]), author="A. Author")
    with pytest.raises(RuleInvalid, match=r"circle|itself|each other"):
        drafting.change_rule(segment=a, rule=old, author="A. Author")


def test_rule_08__relation_without_rows__0_or_missing_from_the_database() -> None:
    partner("ann")
    of = {
        "count": ("deals", "=", 0, True),
        "sum": ("deals.amount", "=", 0, True),
        "distinct": ("deals.stage", "=", 0, True),
        "average": ("deals.amount", "null", None, True),
        "minimum": ("deals.amount", "null", None, True),
        "maximum": ("deals.closed_on", "null", None, True),
        "latest": ("deals.stage", "null", None, True),
    }
    for function, (what, operator, value, _) in of.items():
        published(function, leaf({"aggregate": function, "of": what}, operator, value))
    inside = leaf("stage", "=", "won")
    published("share", leaf({"aggregate": "share", "of": "deals", "where": inside}, "null"))
    window = {"last": 1, "unit": "years"}
    published("growth", leaf({"aggregate": "growth", "of": "deals.amount", "window": window}, "null"))
    published("not-growing", leaf({"aggregate": "growth", "of": "deals", "window": window}, "notBetween", [0, 1]))
    recomputed()
    for slug in (*of, "share", "growth", "not-growing"):
        assert members(slug) == ["ann"], slug


def test_rule_15__preview_difference_and_members__of_customers_in_scope() -> None:
    customer("here", region="EMEA")
    customer("there", region="NA")
    segment = published("all", {"everyone": True}, "customer")
    viewer = staff(regions=("EMEA",))
    assert preview(subject="customer", rule={"everyone": True}, viewer=viewer).count == 1
    recomputed()
    from segments import members as reads

    assert reads.count(segment, viewer) == 1
    assert Customer.objects.count() == 2
