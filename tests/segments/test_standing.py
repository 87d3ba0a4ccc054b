"""Overrides and segment sets: what stands above a rule."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone
from pyroaring import BitMap64

from partners.models import Partner
from segments import drafting, sharding
from segments.explaining import explain
from segments.following import follow
from segments.models import Override, Recompute, Segment, SegmentSet, SetEntry
from segments.overriding import remove_override, set_override
from segments.previewing import difference, preview
from segments.repairing import repair
from segments.rules import RuleInvalid
from segments.sets import change_set, create_set, delete_set
from segments.standing import lost_of
from segments.verifying import verify
from tests import callers
from tests.callers import assert_problem
from tests.segments.factories import (
    EVERYONE,
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


@pytest.fixture
def four() -> dict[str, Partner]:
    return {
        "ann": partner("ann", region="EMEA", tier="gold"),
        "bob": partner("bob", region="EMEA", tier="silver"),
        "cid": partner("cid", region="NA", tier="gold"),
        "dot": partner("dot"),
    }


def decide(segment: Segment, record: Partner, kind: str, **rest: Any) -> Override:
    return set_override(segment=segment, subject_id=record.pk, kind=kind, author="A. Author", reason="Agreed", **rest)


def test_rule_12__override__rule_or_included_and_not_excluded(four: dict[str, Partner]) -> None:
    emea = published("emea", leaf("region", "=", "EMEA"))
    decide(emea, four["dot"], "include")
    decide(emea, four["ann"], "exclude")
    recomputed()
    assert members("emea") == ["bob", "dot"]
    assert verify().drift == []
    seen = preview(subject="partner", rule=leaf("region", "=", "NA"), viewer=staff(), segment=emea)
    assert [row["external_id"] for row in seen.sample] == ["cid", "dot"]
    moved = difference(emea, staff("b@example.com"), rule=leaf("region", "=", "EMEA"))
    assert (moved.enter.count, moved.leave.count, moved.total) == (0, 0, 2)


def test_rule_12__override__others_refer_to_the_members_it_makes(four: dict[str, Partner]) -> None:
    emea = published("emea", leaf("region", "=", "EMEA"))
    published("rest", leaf("segment", "notIn", ["emea"]))
    decide(emea, four["ann"], "exclude")
    recomputed()
    assert members("rest") == ["ann", "cid", "dot"]


def test_rule_12__override_expires__the_rule_decides_from_that_instant_on(four: dict[str, Partner]) -> None:
    emea = published("emea", leaf("region", "=", "EMEA"))
    now = timezone.now()
    until = now + timedelta(days=1)
    decide(emea, four["dot"], "include", expires_at=until)
    recomputed(as_of=now)
    assert members("emea") == ["ann", "bob", "dot"]
    emea.refresh_from_db()
    assert emea.member_set.next_at == until
    recomputed(as_of=until)
    assert members("emea") == ["ann", "bob"]


def test_override__explained_with_who_decided_and_why(four: dict[str, Partner]) -> None:
    emea = published("emea", leaf("region", "=", "EMEA"))
    decide(emea, four["ann"], "exclude")
    found = explain(segment=emea, subject_id=four["ann"].pk)
    assert (found.verdict, found.why.verdict) == (False, True)
    assert found.to_json()["override"]["reason"] == "Agreed"
    assert found.nearest == ()


def test_override__set_again_and_removed__one_at_most_and_a_run_each_time(four: dict[str, Partner]) -> None:
    emea = published("emea", leaf("region", "=", "EMEA"))
    decide(emea, four["ann"], "include")
    decide(emea, four["ann"], "exclude")
    assert [row.kind for row in Override.objects.all()] == ["exclude"]
    assert Recompute.objects.filter(trigger="change", slugs=["emea"]).count() == 2
    assert remove_override(segment=emea, subject_id=four["ann"].pk, author="A. Author")
    assert not remove_override(segment=emea, subject_id=four["ann"].pk, author="A. Author")
    recomputed()
    assert members("emea") == ["ann", "bob"]


@pytest.mark.parametrize("wrong", [{"subject_id": 10**9}, {"expires_at": timezone.now()}, {"reason": " "}])
def test_override__not_sound__refused(four: dict[str, Partner], wrong: dict[str, Any]) -> None:
    emea = published("emea", leaf("region", "=", "EMEA"))
    sound = {"segment": emea, "subject_id": four["ann"].pk, "kind": "include", "author": "A", "reason": "B"}
    with pytest.raises(ValidationError):
        set_override(**sound | wrong)


def family(mode: str = "exclusive", rest: str = "others") -> SegmentSet:
    published("gold", leaf("tier", "=", "gold"))
    published("emea", leaf("region", "=", "EMEA"))
    published("others", EVERYONE)
    return create_set(
        slug="family", name="Family", subject="partner", mode=mode, segments=["gold", "emea"], everyone_else=rest,
        author="A. Author",
    )  # fmt: skip


def test_rule_12__exclusive_set__first_wins_and_the_losers_are_recorded(four: dict[str, Partner]) -> None:
    family()
    recomputed()
    assert [members(slug) for slug in ("gold", "emea", "others")] == [["ann", "cid"], ["bob"], ["dot"]]
    lost = SetEntry.objects.get(segment__slug="emea")
    assert (BitMap64.deserialize(bytes(lost.lost or b"")), lost.lost_count) == (BitMap64([four["ann"].pk]), 1)
    assert verify().drift == []
    found = explain(segment=Segment.objects.get(slug="emea"), subject_id=four["ann"].pk)
    assert (found.verdict, found.why.verdict, found.lost_to) == (False, True, "gold")


def test_rule_12__exclusive_set__a_run_of_one_segment_goes_by_its_family(four: dict[str, Partner]) -> None:
    family()
    recomputed("emea")
    assert [members(slug) for slug in ("gold", "emea", "others")] == [["ann", "cid"], ["bob"], ["dot"]]
    four["ann"].tier = "silver"
    four["ann"].save(update_fields=["tier"])
    recomputed("gold")
    assert [members(slug) for slug in ("gold", "emea")] == [["cid"], ["ann", "bob"]]
    assert SetEntry.objects.get(segment__slug="emea").lost_count == 0


def test_rule_12__order_changed__another_wins(four: dict[str, Partner]) -> None:
    made = family()
    change_set(segment_set=made, author="A. Author", segments=["emea", "gold"])
    recomputed()
    assert [members(slug) for slug in ("gold", "emea", "others")] == [["cid"], ["ann", "bob"], ["dot"]]
    delete_set(segment_set=made, author="A. Author")
    recomputed()
    assert [len(members(slug)) for slug in ("gold", "emea", "others")] == [2, 2, 4]


def test_rule_12__overlapping_set__all_stay_and_everyone_else_is_in_none(four: dict[str, Partner]) -> None:
    family("overlapping")
    recomputed()
    assert [members(slug) for slug in ("gold", "emea", "others")] == [["ann", "cid"], ["ann", "bob"], ["dot"]]


@pytest.fixture
def serving(four: dict[str, Partner]) -> None:
    """A set whose first segment counts customers in a segment of theirs, so that it is worked out after that one."""
    for name in ("ann", "dot"):
        customer(f"of-{name}", region="EMEA").partners.add(four[name])
    published("c-emea", leaf("region", "=", "EMEA"), "customer")
    published("serving", leaf(counted_in("c-emea"), ">=", 1))
    published("gold", leaf("tier", "=", "gold"))
    published("others", EVERYONE)
    create_set(
        slug="f", name="F", subject="partner", mode="exclusive", segments=["serving", "gold"], everyone_else="others",
        author="A. Author",
    )  # fmt: skip


def counted_in(slug: str) -> dict[str, Any]:
    return {"aggregate": "count", "of": "customers", "where": leaf("segment", "in", [slug])}


def of_the_set() -> list[list[str]]:
    return [members(slug) for slug in ("serving", "gold", "others")]


def test_rule_12__exclusive_set_whose_first_counts_another_segment__the_next_wait_for_it(
    four: dict[str, Partner], serving: None
) -> None:
    done = recomputed()
    assert done.failed == {}
    assert of_the_set() == [["ann", "dot"], ["cid"], ["bob"]]
    assert (lost("gold"), verify().drift) == ({four["ann"].pk}, [])
    found = explain(segment=Segment.objects.get(slug="gold"), subject_id=four["ann"].pk)
    assert (found.verdict, found.why.verdict, found.lost_to) == (False, True, "serving")
    gold = Segment.objects.get(slug="gold")
    seen = preview(subject="partner", rule=leaf("region", "=", "EMEA"), viewer=staff(), segment=gold)
    assert [row["external_id"] for row in seen.sample] == ["bob"]
    four["ann"].customers.clear()
    follow()
    recomputed()
    assert of_the_set() == [["dot"], ["ann", "cid"], ["bob"]]


@pytest.mark.django_db(transaction=True)
def test_rule_12__such_a_set_in_shares__as_in_one_piece(serving: None, settings: Any, broker: Any) -> None:
    settings.SHARD_ABOVE, settings.SHARDS = -1, 3
    assert recomputed().failed == {}
    assert of_the_set() == [["ann", "dot"], ["cid"], ["bob"]]


def test_rule_12__preview_in_an_exclusive_set__without_those_who_go_elsewhere(four: dict[str, Partner]) -> None:
    family()
    emea = Segment.objects.get(slug="emea")
    seen = preview(subject="partner", rule=leaf("tier", "notNull"), viewer=staff(), segment=emea)
    assert [row["external_id"] for row in seen.sample] == ["bob"]


def test_set__first_one_refers_to_a_later_one__refused_as_a_circle(four: dict[str, Partner]) -> None:
    published("emea", leaf("region", "=", "EMEA"))
    published("in-emea", leaf("segment", "in", ["emea"]))
    with pytest.raises(ValidationError, match="circle"):
        create_set(slug="f", name="F", subject="partner", mode="exclusive", segments=["in-emea", "emea"], author="A")
    create_set(slug="f", name="F", subject="partner", mode="exclusive", segments=["emea", "in-emea"], author="A")
    recomputed()
    assert members("in-emea") == []


def test_rule_11__rule_that_refers_to_a_later_one_of_its_set__refused(four: dict[str, Partner]) -> None:
    family()
    rule = group("and", leaf("segment", "in", ["emea"]))
    with pytest.raises(RuleInvalid) as refusal:
        drafting.change_rule(segment=Segment.objects.get(slug="gold"), rule=rule, author="A. Author")
    assert [error.code for error in refusal.value.errors] == ["cycle"]


def test_set__of_ten_segments__not_a_chain_of_references(four: dict[str, Partner]) -> None:
    slugs = [published(f"s{number}", leaf("region", "=", "EMEA")).slug for number in range(10)]
    create_set(slug="f", name="F", subject="partner", mode="exclusive", segments=slugs, author="A")
    draft("mine", leaf("segment", "in", [slugs[-1]]))
    recomputed()
    assert [len(members(slug)) for slug in slugs] == [2] + [0] * 9


def test_overrides__by_the_api__made_listed_removed(four: dict[str, Partner]) -> None:
    published("emea", leaf("region", "=", "EMEA"))
    caller = callers.key("write")
    body = {"external_id": "dot", "kind": "include", "reason": "A strategic account"}
    made = caller.post("segments/emea/overrides/", body)
    assert (made.status_code, made.json()["kind"]) == (201, "include")
    assert [row["external_id"] for row in caller.get("segments/emea/overrides/").json()["results"]] == ["dot"]
    assert_problem(caller.post("segments/emea/overrides/", {**body, "external_id": "eve"}), 400)
    assert_problem(callers.key("read").post("segments/emea/overrides/", body), 403)
    assert caller.delete("segments/emea/overrides/dot/").status_code == 204
    assert_problem(caller.delete("segments/emea/overrides/dot/"), 404)


def test_sets__by_the_api__made_changed_removed(four: dict[str, Partner]) -> None:
    for slug, rule in (
        ("gold", leaf("tier", "=", "gold")),
        ("emea", leaf("region", "=", "EMEA")),
        ("others", EVERYONE),
    ):
        published(slug, rule)
    caller = callers.key("write")
    body = {"slug": "f", "name": "F", "subject": "partner", "mode": "exclusive", "segments": ["gold", "emea"]}
    assert caller.post("segment-sets/", body).status_code == 201
    assert_problem(caller.post("segment-sets/", body), 409)
    assert_problem(caller.post("segment-sets/", {**body, "slug": "g", "segments": ["nothing"]}), 400)
    assert caller.patch("segment-sets/f/", {"everyone_else": "others"}).json()["everyone_else"] == "others"
    recomputed()
    told = caller.get("segment-sets/f/").json()
    assert told["segments"] == [
        {"slug": "gold", "member_count": 2, "lost_count": 0},
        {"slug": "emea", "member_count": 1, "lost_count": 1},
    ]
    assert caller.delete("segment-sets/f/").status_code == 204


def lost(slug: str) -> set[int]:
    entry = SetEntry.objects.get(segment__slug=slug)
    found = set(lost_of(entry))
    assert entry.lost_count == len(found)
    return found


def test_rule_12__losers__follow_on_change_without_a_run(four: dict[str, Partner]) -> None:
    family()
    recomputed()
    ann, bob, cid, dot = (four[name] for name in ("ann", "bob", "cid", "dot"))
    assert (lost("emea"), lost("others")) == ({ann.pk}, {ann.pk, bob.pk, cid.pk})
    Partner.objects.filter(pk=bob.pk).update(tier="gold")
    follow()
    assert (lost("emea"), lost("others")) == ({ann.pk, bob.pk}, {ann.pk, bob.pk, cid.pk})
    assert [members(slug) for slug in ("gold", "emea", "others")] == [["ann", "bob", "cid"], [], ["dot"]]
    Partner.objects.filter(pk=ann.pk).update(tier="silver")
    Partner.objects.filter(pk=cid.pk).update(region="EMEA")
    Partner.objects.filter(pk=dot.pk).update(region="EMEA")
    follow()
    assert (lost("emea"), lost("others")) == ({bob.pk, cid.pk}, {ann.pk, bob.pk, cid.pk, dot.pk})
    Partner.objects.filter(pk=bob.pk).update(deleted_at=timezone.now())
    follow()
    assert (lost("emea"), lost("others")) == ({cid.pk}, {ann.pk, cid.pk, dot.pk})
    assert verify().drift == []
    again = recomputed()
    assert (again.entered, again.left) == (0, 0)
    assert (lost("emea"), lost("others")) == ({cid.pk}, {ann.pk, cid.pk, dot.pk}), "a run says the same"


def test_rule_12__losers__nobody_moves_and_still_one_loses(four: dict[str, Partner]) -> None:
    family()
    recomputed()
    runs = Recompute.objects.count()
    Partner.objects.filter(pk=four["cid"].pk).update(region="EMEA")
    follow()
    assert lost("emea") == {four["ann"].pk, four["cid"].pk}
    assert Recompute.objects.count() == runs, "no member moved, so there is no run to settle on"


@pytest.mark.parametrize("is_busy", [False, True])
def test_rule_12__losers__looked_at_while_a_run_was_on__the_later_answer_stays(
    four: dict[str, Partner], monkeypatch: pytest.MonkeyPatch, is_busy: bool
) -> None:
    family()
    recomputed()
    if is_busy:
        elsewhere = connection.copy()
        with elsewhere.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()")
        elsewhere.close()
    real = sharding.answer

    def answer(*args: Any) -> Any:
        found = real(*args)
        Partner.objects.filter(pk=four["bob"].pk).update(tier="gold")
        follow()
        return found

    monkeypatch.setattr(sharding, "answer", answer)
    recomputed()
    assert lost("emea") == {four["ann"].pk, four["bob"].pk}


def test_verify__losers_written_by_hand__found_and_repaired(four: dict[str, Partner]) -> None:
    family()
    recomputed()
    SetEntry.objects.filter(segment__slug="emea").update(lost=BitMap64([7, 8]).serialize(), lost_count=2)
    assert [(drift.slug, drift.kind) for drift in verify().drift] == [("emea", "set")]
    repair()
    assert verify().drift == []
    assert lost("emea") == {four["ann"].pk}


@pytest.mark.parametrize("seed", range(6))
def test_rule_12__losers__on_change_as_in_a_run_whatever_changes(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    people = [partner(f"p{number}") for number in range(12)]
    for number, rule in enumerate(
        (leaf("tier", "=", "gold"), leaf("region", "=", "EMEA"), leaf("employees", ">", 5), EVERYONE)
    ):
        published(f"s{number}", rule)
    published("of-one", leaf("segment", "in", ["s1"]))
    create_set(
        slug="f", name="F", subject="partner", mode="exclusive", segments=["s2", "s0", "s1"], everyone_else="s3",
        author="A. Author",
    )  # fmt: skip
    recomputed()
    for _ in range(8):
        for record in chance.sample(people, 3):
            Partner.objects.filter(pk=record.pk).update(
                tier=chance.choice(["gold", ""]),
                region=chance.choice(["EMEA", ""]),
                employees=chance.choice([None, 3, 9]),
            )
        follow()
        assert verify().drift == []
