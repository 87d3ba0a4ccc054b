"""Aggregates, percentiles and references across subjects, from the database: previews, runs and explanations."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from partners import activity
from partners.models import Attribute, Deal, Partner
from segments import drafting
from segments.drafting import SegmentInUse
from segments.explaining import explain
from segments.following import follow
from segments.models import Recompute, Segment
from segments.previewing import preview
from segments.rules import RuleInvalid
from segments.usage import segments_using
from segments.verifying import verify
from tests import callers
from tests.segments.factories import (
    customer,
    draft,
    group,
    leaf,
    members,
    partner,
    published,
    recomputed,
    staff,
)

pytestmark = pytest.mark.django_db

WON = group("and", leaf("stage", "=", "won"), leaf("amount", ">", 10_000))


def of(aggregate: str, name: str, **rest: Any) -> dict[str, Any]:
    return {"aggregate": aggregate, "of": name, **rest}


@pytest.fixture
def world() -> dict[str, Any]:
    made = {name: partner(name, region="EMEA" if name != "cid" else "NA") for name in ("ann", "bob", "cid", "dot")}
    for name in ("c1", "c2", "c3", "c4"):
        made[name] = customer(name, employees=5 if name != "c4" else 500)
    made["c1"].partners.set([made["ann"], made["bob"]])
    made["c2"].partners.set([made["ann"]])
    made["c3"].partners.set([made["cid"]])
    made["c4"].partners.set([made["bob"]])
    today = timezone.localdate()
    for number, (who, whom, stage, amount, days) in enumerate(
        (
            ("ann", "c1", "won", 20_000, 5),
            ("ann", "c2", "lost", 50_000, 5),
            ("bob", "c4", "won", 9_000, 5),
            ("bob", None, "won", 90_000, 400),
            ("cid", "c3", "open", 99_000, 0),
        )
    ):
        closed = None if stage == "open" else today - timedelta(days=days)
        Deal.objects.create(external_id=f"d{number}", partner=made[who], customer=made.get(whom or ""), stage=stage,
                            amount=amount, closed_on=closed)  # fmt: skip
    return made


def check(rule: Any, wanted: list[str], subject: str = "partner") -> None:
    """Preview, run, explanation of each and proof say the same."""
    seen = preview(subject=subject, rule=rule, viewer=staff(), sample_size=100)
    assert not seen.errors
    assert sorted(row["external_id"] for row in seen.sample) == wanted
    assert seen.count == len(wanted)
    segment = published("mine", rule, subject)
    recomputed()
    assert members("mine") == wanted
    records = {"partner": ("ann", "bob", "cid", "dot"), "customer": ("c1", "c2", "c3", "c4")}
    from segments.members import MODELS

    for name in records[subject]:
        found = explain(segment=segment, subject_id=MODELS[subject].objects.get(external_id=name).pk)
        assert found.verdict == (name in wanted), name
    assert verify().drift == []


def test_rule_08__deals_that_are_won_and_large__on_the_same_row(world: Any) -> None:
    check(leaf(of("count", "deals", where=WON), ">=", 1), ["ann", "bob"])


def test_rule_08__a_window__only_deals_closed_in_it(world: Any) -> None:
    window = {"last": 90, "unit": "days"}
    check(leaf(of("sum", "deals.amount", where=WON, window=window), ">", 0), ["ann"])


def test_rule_08__deals_of_customers__by_customer(world: Any) -> None:
    check(leaf(of("share", "deals", where=group("and", leaf("stage", "=", "won"))), "<", 1), ["c2", "c3"], "customer")


def test_rule_08__deleted_deals_and_customers__do_not_count(world: Any) -> None:
    Deal.objects.filter(external_id="d0").update(deleted_at=timezone.now())
    world["c4"].deleted_at = timezone.now()
    world["c4"].save(update_fields=["deleted_at"])
    rule = group("and", leaf(of("count", "deals"), "=", 1), leaf(of("count", "customers"), "=", 2))
    check(rule, ["ann"])


def test_rule_08__activities_of_partners__up_to_now(world: Any) -> None:
    activity.record(partner_id=world["ann"].pk, user_id=None, kind="sign_in")
    activity.record(partner_id=world["bob"].pk, user_id=None, kind="course_completed", about="basics")
    rule = leaf(of("count", "activities", where=group("and", leaf("kind", "=", "course_completed")),
                   window={"last": 7, "unit": "days"}), ">=", 1)  # fmt: skip
    check(rule, ["bob"])


def test_rule_08__an_aggregate_inside_another__from_the_inside_out(world: Any) -> None:
    busy = group("and", leaf(of("count", "deals", where=group("and", leaf("stage", "=", "won"))), ">=", 1))
    check(leaf(of("share", "customers", where=busy), "=", "0.5"), ["ann"])


def test_rule_09__top_percent_from_the_database__one_alone_is_ranked_among_all(world: Any) -> None:
    check(leaf(of("sum", "deals.amount"), "topPercent", 25), ["bob", "cid"])


def test_rule_09__top_percent_within_a_region(world: Any) -> None:
    check(leaf(of("sum", "deals.amount"), "topPercent", 30, within="region"), ["bob", "cid"])


def test_rule_11__share_of_customers_in_a_customer_segment__of_the_same_run(world: Any) -> None:
    published("small-business", leaf("employees", "<", 100), "customer")
    inside = group("and", leaf("segment", "in", ["small-business"]))
    check(leaf(of("share", "customers", where=inside), ">=", "0.9"), ["ann", "cid"])
    world["c2"].employees = 900
    world["c2"].save(update_fields=["employees"])
    recomputed()
    assert members("mine") == ["cid"]


def test_rule_11__partners_customers_partners__in_topological_order(world: Any) -> None:
    published("emea", leaf("region", "=", "EMEA"))
    published(
        "served-by-emea",
        leaf(of("count", "partners", where=group("and", leaf("segment", "in", ["emea"]))), ">", 0),
        "customer",
    )
    rule = leaf(of("count", "customers", where=group("and", leaf("segment", "notIn", ["served-by-emea"]))), "=", 0)
    check(group("and", rule, leaf("segment", "in", ["emea"])), ["ann", "bob", "dot"])


def test_rule_11__circle_across_subjects__refused(world: Any) -> None:
    published("emea", leaf("region", "=", "EMEA"))
    theirs = leaf(of("count", "partners", where=group("and", leaf("segment", "in", ["emea"]))), ">", 0)
    published("served", theirs, "customer")
    back = leaf(of("count", "customers", where=group("and", leaf("segment", "in", ["served"]))), ">", 0)
    with pytest.raises(RuleInvalid) as refusal:
        drafting.change_rule(segment=Segment.objects.get(slug="emea"), rule=back, author="A. Author")
    assert [(error.pointer, error.code) for error in refusal.value.errors] == [("/field/where/rules/0", "cycle")]


def test_rule_11__counted_segment_of_the_wrong_subject__refused(world: Any) -> None:
    published("emea", leaf("region", "=", "EMEA"))
    rule = leaf(of("count", "customers", where=group("and", leaf("segment", "in", ["emea"]))), ">", 0)
    with pytest.raises(RuleInvalid) as refusal:
        draft("mine", rule)
    assert [error.code for error in refusal.value.errors] == ["other_subject"]


def test_rule_11__counted_segment__cannot_be_deleted(world: Any) -> None:
    small = published("small", leaf("employees", "<", 100), "customer")
    draft("mine", leaf(of("count", "customers", where=group("and", leaf("segment", "in", ["small"]))), ">", 0))
    Segment.objects.filter(pk=small.pk).update(status="archived")
    small.refresh_from_db()
    with pytest.raises(SegmentInUse, match="mine"):
        drafting.delete_segment(segment=small)


def test_recompute__counted_segment_fails__dependent_keeps_its_members_and_says_what_it_waits_for(world: Any) -> None:
    Attribute.objects.create(subject="customer", name="fun", label="Fun", type="text")
    published("small", leaf("fun", "null"), "customer")
    published("mine", leaf(of("count", "customers", where=group("and", leaf("segment", "in", ["small"]))), ">", 0))
    published("others", leaf("region", "=", "NA"))
    recomputed()
    assert members("mine") == ["ann", "bob", "cid"]
    Attribute.objects.update(archived_at=timezone.now())
    done = recomputed()
    assert set(done.failed) == {"small", "mine"}
    assert "small" in done.failed["mine"]
    assert members("mine") == ["ann", "bob", "cid"]
    assert "mine" in Recompute.objects.latest("id").details
    assert Segment.objects.get(slug="mine").invalid_reason == done.failed["mine"]


def test_recompute__sum_beyond_what_can_be_kept__only_this_segment_fails(world: Any) -> None:
    Deal.objects.update(amount="9000000000000000.00")
    for number in range(10):
        Deal.objects.create(external_id=f"x{number}", partner=world["ann"], amount="9000000000000000.00")
    published("huge", leaf(of("sum", "deals.amount"), ">", 0))
    published("many", leaf(of("count", "deals"), ">", 10))
    done = recomputed()
    assert set(done.failed) == {"huge"}
    assert members("many") == ["ann"]


def test_segments_using__field_of_related_records__named(world: Any) -> None:
    from partners.vocabulary import Subject

    draft("mine", leaf(of("sum", "deals.amount", where=group("and", leaf("stage", "=", "won"))), ">", 0))
    assert segments_using(subject=Subject.DEAL, field="stage") == ["mine"]
    assert segments_using(subject=Subject.DEAL, field="amount") == ["mine"]
    assert segments_using(subject=Subject.PARTNER, field="stage") == []


def test_explain__aggregate__value_found_and_the_days_of_its_window(world: Any) -> None:
    window = {"last": 1, "unit": "years", "calendar": True}
    segment = draft("mine", leaf(of("average", "deals.amount", window=window), ">", 1_000_000))
    found = explain(segment=segment, subject_id=world["ann"].pk)
    year = timezone.localdate().year - 1
    (condition,) = found.why.conditions()
    assert condition.missing
    assert condition.operand == f"{year}-01-01 … {year}-12-31"
    segment = draft("other", leaf(of("average", "deals.amount"), ">", 1_000_000))
    (condition,) = explain(segment=segment, subject_id=world["ann"].pk).why.conditions()
    assert condition.found_words == "35,000"
    assert found.sentence.startswith("Partners where Average Amount of deals (Closed on in the last 1 whole year")


def test_follow__deal_closes__the_segments_that_count_deals_are_looked_at_at_once(world: Any) -> None:
    published("won", leaf(of("count", "deals", where=group("and", leaf("stage", "=", "won"))), ">=", 1))
    published("emea", leaf("region", "=", "EMEA"))
    recomputed()
    Deal.objects.filter(external_id="d4").update(stage="won", closed_on=timezone.localdate())
    done = follow()
    assert done is not None
    assert (done.segments, done.entered) == (1, 1)
    assert members("won") == ["ann", "bob", "cid"]
    assert verify().drift == []


def test_follow__customer_changes__segments_that_count_customers_are_worked_out_for_everybody(world: Any) -> None:
    small = group("and", leaf("employees", "<", 100))
    published("small", leaf(of("share", "customers", where=small), "=", 1))
    recomputed()
    assert members("small") == ["ann", "cid"]
    world["c3"].employees = 900
    world["c3"].save(update_fields=["employees"])
    done = follow()
    assert done is not None
    assert done.handed_over is not None
    assert done.handed_over.slugs == ["small"]


def test_recompute__type_of_a_field_changed__last_good_members_stay_and_the_api_says_why(world: Any) -> None:
    Attribute.objects.create(subject="partner", name="grade", label="Grade", type="text")
    world["ann"].custom = {"grade": "A"}
    world["ann"].save(update_fields=["custom"])
    published("graded", leaf("grade", "beginsWith", "A"))
    recomputed()
    Attribute.objects.update(type="number")
    Partner.objects.update(custom={})
    recomputed()
    assert members("graded") == ["ann"]
    told = callers.key().get("segments/graded/").json()
    assert "beginsWith" in told["invalid_reason"]
    assert told["member_count"] == 1


def test_recompute__referenced_segment_archived_behind_its_back__last_good_members_stay(world: Any) -> None:
    published("emea", leaf("region", "=", "EMEA"))
    published("mine", group("and", leaf("segment", "in", ["emea"])))
    recomputed()
    Segment.objects.filter(slug="emea").update(status="archived")
    done = recomputed()
    assert set(done.failed) == {"mine"}
    assert members("mine") == ["ann", "bob", "dot"]
    assert "archived" in callers.key().get("segments/mine/").json()["invalid_reason"]
