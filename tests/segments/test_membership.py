"""Recompute: members, ledger, bitmaps and counts, together or not at all."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from pyroaring import BitMap64

from partners.models import Attribute, Deal, Partner
from segments import drafting, membership, publishing
from segments.bitmaps import load
from segments.drafting import SegmentInUse
from segments.members import current_member_ids, is_member, segments_of
from segments.members import members as members_seen_by
from segments.models import Change, MemberSet, Membership, Recompute, Segment
from segments.rules import RuleInvalid
from segments.verifying import verify
from tests.segments.factories import (
    customer,
    draft,
    group,
    leaf,
    ledger,
    members,
    partner,
    published,
    recomputed,
    republish,
    requested,
    staff,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def three() -> list[Partner]:
    return [partner("ann", region="EMEA"), partner("bob", region="NA"), partner("cid", region="EMEA")]


def test_recompute__first_time__members_ledger_bitmap_and_count_agree(three: list[Partner]) -> None:
    segment = published("emea", leaf("region", "=", "EMEA"))
    done = recomputed()
    assert (done.entered, done.left, done.segment_count, done.failed) == (2, 0, 1, {})
    assert members("emea") == ["ann", "cid"]
    assert ledger() == [("ann", "entered", "emea"), ("cid", "entered", "emea")]
    segment.refresh_from_db()
    assert segment.member_count == 2
    run = Recompute.objects.get(pk=done.run_id)
    assert segment.computed_at == run.as_of
    assert run.status == Recompute.Status.SUCCEEDED
    assert run.details == {"emea": {"version": 1, "members": 2, "entered": 2, "left": 0}}
    kept = MemberSet.objects.get(segment=segment)
    assert set(load(kept.bitmap)) == {three[0].pk, three[2].pk} == set(current_member_ids(segment))
    assert kept.count == 2
    assert set(Membership.objects.values_list("entered_at", "left_at", "version")) == {(run.as_of, None, 1)}
    assert set(Change.objects.values_list("at", "recompute_id", "version")) == {(run.as_of, run.pk, 1)}


def test_recompute__twice__second_changes_nothing(three: list[Partner]) -> None:
    published("emea", leaf("region", "=", "EMEA"))
    recomputed()
    before = list(Membership.objects.values()), list(Change.objects.values())
    done = recomputed()
    assert (done.entered, done.left) == (0, 0)
    assert (list(Membership.objects.values()), list(Change.objects.values())) == before
    assert verify().drift == []


def test_recompute__rule_no_longer_matches__member_leaves_and_may_come_back(three: list[Partner]) -> None:
    published("emea", leaf("region", "=", "EMEA"))
    recomputed()
    Partner.objects.filter(external_id="ann").update(region="NA")
    assert recomputed().left == 1
    assert members("emea") == ["cid"]
    Partner.objects.filter(external_id="ann").update(region="EMEA")
    recomputed()
    assert [kind for who, kind, _ in ledger() if who == "ann"] == ["entered", "left", "entered"]
    first, second = Membership.objects.filter(subject_id=three[0].pk).order_by("entered_at")
    assert first.left_at is not None
    assert first.entered_at < first.left_at < second.entered_at
    assert second.left_at is None
    assert verify().drift == []


def test_recompute__subject_deleted__leaves(three: list[Partner]) -> None:
    segment = published("all")
    recomputed()
    Partner.objects.filter(external_id="bob").update(deleted_at=timezone.now())
    assert recomputed().left == 1
    assert not is_member(segment, three[1].pk)
    assert is_member(segment, three[0].pk)


def test_recompute__list_segment__those_listed(three: list[Partner]) -> None:
    listed = drafting.create_segment(
        slug="chosen", name="Chosen", subject="partner", kind="list", author="A",
        rule=leaf("external_id", "in", ["ann", "BOB", "nobody"]),
    )  # fmt: skip
    publishing.publish(segment=listed, author="A", queue=False)
    recomputed()
    assert members("chosen") == ["ann", "bob"]


def test_recompute__customers_too__each_subject_read_once(
    three: list[Partner], monkeypatch: pytest.MonkeyPatch
) -> None:
    customer("x", region="EMEA")
    for number in range(3):
        published(f"p{number}", leaf("region", "=", "EMEA"))
        published(f"c{number}", leaf("region", "=", "EMEA"), subject="customer")
    asked: list[Any] = []

    def counted(subject: Any, names: Any, **rest: Any) -> Any:
        asked.append((str(subject), list(names)))
        return real(subject, names, **rest)

    from partners.snapshot import serving

    real = serving.read_table
    monkeypatch.setattr(serving, "read_table", counted)
    assert recomputed().entered == 9
    assert sorted(asked) == [("customer", ["region"]), ("partner", ["region"])]
    assert members("c1") == ["x"]


def test_recompute__named_segments__only_they_and_their_relations(three: list[Partner]) -> None:
    published("a", leaf("region", "=", "EMEA"))
    published("b", leaf("segment", "in", ["a"]))
    published("c", leaf("segment", "notIn", ["b"]))
    published("other")
    assert recomputed("b").segment_count == 3
    assert members("c") == ["bob"]
    assert members("other") == []


def test_recompute__a_slug_that_is_not_active__said_and_nothing_else_touched(three: list[Partner]) -> None:
    published("all")
    draft("quiet")
    done = recomputed("quiet")
    assert done.segment_count == 0
    assert Recompute.objects.get(pk=done.run_id).details == {"quiet": {"skipped": "It is not active."}}
    assert members("all") == []


def test_recompute__done_already__not_done_again(three: list[Partner]) -> None:
    published("all")
    run = requested()
    assert membership.recompute(run=run) is not None
    assert membership.recompute(run=run) is None
    assert Change.objects.count() == 3


def test_recompute__many_segments__as_many_queries_as_for_few(
    three: list[Partner], django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        published(f"s{number}", leaf("region", "=", "EMEA"))
    with django_assert_max_num_queries(36):
        recomputed()


# --- which facts, which instant ---------------------------------------------------------------------------------------


def test_rule_07__one_as_of_per_run__for_every_clause(three: list[Partner]) -> None:
    Partner.objects.filter(external_id="ann").update(joined_on="2020-05-10")
    published("recent", leaf("joined_on", "inLast", {"last": 30, "unit": "days"}))
    recomputed(as_of=datetime(2020, 6, 1, tzinfo=UTC))
    assert members("recent") == ["ann"]
    recomputed(as_of=datetime(2020, 7, 1, tzinfo=UTC))
    assert members("recent") == []
    stay = Membership.objects.get()
    assert (stay.entered_at, stay.left_at) == (datetime(2020, 6, 1, tzinfo=UTC), datetime(2020, 7, 1, tzinfo=UTC))
    assert verify().drift == []


def test_recompute__looks_back_behind_what_is_recorded__takes_effect_when_made(three: list[Partner]) -> None:
    segment = published("recent", leaf("joined_on", "inLast", {"last": 30, "unit": "days"}))
    Partner.objects.filter(external_id="ann").update(joined_on="2020-05-10")
    recomputed()
    before = Segment.objects.get(pk=segment.pk).computed_at
    recomputed(as_of=datetime(2020, 6, 1, tzinfo=UTC))
    assert members("recent") == ["ann"]
    assert Membership.objects.get().entered_at > before
    recomputed()
    assert members("recent") == []
    assert verify().drift == []


def test_rule_08__counts_over_no_rows_are_0_and_rates_are_missing(three: list[Partner]) -> None:
    Deal.objects.create(external_id="d1", partner=three[0], stage="won", amount=5, closed_on="2026-01-05")
    published("few-deals", leaf("deals_won", "<", 1))
    published("no-revenue", leaf("won_revenue_12m", "=", 0))
    published("no-rate", leaf("win_rate", "null"))
    published("low-rate", leaf("win_rate", "<", 1))
    recomputed(as_of=datetime(2026, 2, 1, tzinfo=UTC))
    assert members("few-deals") == ["bob", "cid"]
    assert members("no-revenue") == ["bob", "cid"]
    assert members("no-rate") == ["bob", "cid"]
    assert members("low-rate") == []


def test_recompute__custom_attributes__like_built_in_ones(three: list[Partner]) -> None:
    Attribute.objects.create(subject="partner", name="floor_space", label="Floor space", type="number")
    Partner.objects.filter(external_id="ann").update(custom={"floor_space": "0.3"})
    published("small", leaf("floor_space", "=", "0.3"))
    published("unknown-size", leaf("floor_space", "!=", "0.3"))
    recomputed()
    assert members("small") == ["ann"]
    assert members("unknown-size") == ["bob", "cid"]


# --- failures stay where they are -------------------------------------------------------------------------------------


def test_recompute__field_archived__segment_invalid_members_stay_dependents_wait_others_go_on(
    three: list[Partner],
) -> None:
    Attribute.objects.create(subject="partner", name="grade", label="Grade", type="text")
    Partner.objects.filter(external_id="ann").update(custom={"grade": "A"})
    broken = published("graded", leaf("grade", "=", "A"))
    published("graded-emea", group("and", leaf("segment", "in", ["graded"]), leaf("region", "=", "EMEA")))
    published("third", leaf("segment", "notIn", ["graded-emea"]))
    published("emea", leaf("region", "=", "EMEA"))
    recomputed()
    Attribute.objects.update(archived_at=timezone.now())
    Partner.objects.all().update(region="EMEA", custom={})
    done = recomputed()
    assert set(done.failed) == {"graded", "graded-emea", "third"}
    assert members("graded") == ["ann"]
    assert members("graded-emea") == ["ann"]
    assert members("third") == ["bob", "cid"]
    assert members("emea") == ["ann", "bob", "cid"]
    broken.refresh_from_db()
    assert "grade" in broken.invalid_reason
    run = Recompute.objects.get(pk=done.run_id)
    assert run.status == Recompute.Status.SUCCEEDED
    assert run.details["graded-emea"]["waits_for"] == "graded"
    assert run.details["third"]["waits_for"] == "graded-emea"
    found = verify()
    assert set(found.unverified) == {"graded", "graded-emea", "third"}
    assert found.drift == []
    Attribute.objects.update(archived_at=None)
    assert recomputed().failed == {}
    broken.refresh_from_db()
    assert broken.invalid_reason == ""
    assert members("graded") == []


def test_recompute__evaluation_goes_wrong__never_taken_for_nobody(
    three: list[Partner], monkeypatch: pytest.MonkeyPatch
) -> None:
    published("emea", leaf("region", "=", "EMEA"))
    published("not-emea", leaf("region", "!=", "EMEA"))
    published("named", leaf("name", "contains", "a"))
    recomputed()
    from segments import evaluate

    def fails(*_: Any) -> Any:
        raise ValueError("cannot compare")

    monkeypatch.setattr(evaluate, "matches", fails)
    done = recomputed()
    assert set(done.failed) == {"emea", "not-emea", "named"}
    assert members("emea") == ["ann", "cid"]
    assert members("not-emea") == ["bob"]


def test_recompute__reading_fails__run_failed_and_nothing_changed(
    three: list[Partner], monkeypatch: pytest.MonkeyPatch
) -> None:
    published("all")
    from partners.snapshot import serving

    def fails(*_: Any, **__: Any) -> Any:
        raise OSError("disk on fire")

    monkeypatch.setattr(serving, "read_table", fails)
    run = requested()
    with pytest.raises(OSError, match="disk on fire"):
        membership.recompute(run=run)
    run.refresh_from_db()
    assert run.status == Recompute.Status.FAILED
    assert "disk on fire" in run.error
    assert not Membership.objects.exists()


# --- references -------------------------------------------------------------------------------------------------------


def test_rule_11__references__members_of_the_same_run_in_any_order_of_making(three: list[Partner]) -> None:
    published("base", leaf("region", "=", "EMEA"))
    published("left", leaf("segment", "in", ["base"]))
    published("right", leaf("segment", "notIn", ["base"]))
    published("diamond", leaf("segment", "in", ["left", "right"]))
    published("both", leaf("segment", "inAll", ["left", "right"]))
    recomputed()
    assert members("diamond") == ["ann", "bob", "cid"]
    assert members("both") == []
    Partner.objects.filter(external_id="bob").update(region="EMEA")
    recomputed()
    assert members("left") == ["ann", "bob", "cid"]
    assert members("right") == []


def test_rule_11__cycle__refused_naming_it() -> None:
    first = published("a")
    published("b", leaf("segment", "in", ["a"]))
    published("c", leaf("segment", "in", ["b"]))
    with pytest.raises(RuleInvalid) as refusal:
        drafting.change_rule(segment=first, rule=group("or", leaf("segment", "notIn", ["c"])), author="A")
    (error,) = refusal.value.errors
    assert (error.pointer, error.code) == ("/rules/0", "cycle")
    assert "a → c → b → a" in error.detail


def test_rule_11__refers_to_itself__refused() -> None:
    own = draft("own")
    with pytest.raises(RuleInvalid) as refusal:
        drafting.change_rule(segment=own, rule=leaf("segment", "in", ["own"]), author="A")
    assert refusal.value.errors[0].code == "cycle"


def test_rule_11__cycle_by_way_of_a_draft__refused_too() -> None:
    first, second = draft("a"), draft("b")
    drafting.change_rule(segment=first, rule=leaf("segment", "in", ["b"]), author="A")
    with pytest.raises(RuleInvalid):
        drafting.change_rule(segment=second, rule=leaf("segment", "in", ["a"]), author="A")


def test_rule_10__chain_of_more_than_8__refused_at_either_end() -> None:
    published("s0")
    for number in range(1, 9):
        published(f"s{number}", leaf("segment", "in", [f"s{number - 1}"]))
    with pytest.raises(RuleInvalid) as refusal:
        draft("s9", leaf("segment", "in", ["s8"]))
    assert refusal.value.errors[0].code == "chain_too_long"
    published("below")
    with pytest.raises(RuleInvalid) as refusal:
        drafting.change_rule(segment=Segment.objects.get(slug="s0"), rule=leaf("segment", "in", ["below"]), author="A")
    assert refusal.value.errors[0].code == "chain_too_long"


def test_rule_11__unknown_segment_and_other_subject__refused_with_the_nearest() -> None:
    published("gold-partners")
    published("gold-customers", subject="customer")
    with pytest.raises(RuleInvalid) as refusal:
        draft("x", group("and", leaf("segment", "in", ["gold-partner"]), leaf("segment", "in", ["gold-customers"])))
    unknown, other = refusal.value.errors
    assert (unknown.pointer, unknown.code) == ("/rules/0", "unknown_segment")
    assert "“gold-partners”" in unknown.detail
    assert (other.pointer, other.code) == ("/rules/1", "other_subject")


def test_rule_11__referred_to__cannot_be_archived_or_deleted_and_says_by_whom(three: list[Partner]) -> None:
    base = published("base")
    published("user", leaf("segment", "in", ["base"]))
    with pytest.raises(SegmentInUse) as refusal:
        publishing.archive(segment=base, author="A")
    assert refusal.value.used_by == ["user"]
    other = draft("other")
    draft("other-user", leaf("segment", "in", ["other"]))
    with pytest.raises(SegmentInUse) as refusal:
        drafting.delete_segment(segment=other)
    assert refusal.value.used_by == ["other-user"]


def test_publish__refers_to_a_draft__refused_until_that_is_active() -> None:
    draft("base")
    user = draft("user", leaf("segment", "in", ["base"]))
    with pytest.raises(RuleInvalid) as refusal:
        publishing.publish(segment=user, author="A", queue=False)
    assert refusal.value.errors[0].code == "not_active"


# --- versions ---------------------------------------------------------------------------------------------------------


def test_change_rule__edit__next_version_and_members_follow_only_once_published(three: list[Partner]) -> None:
    segment = published("s", leaf("region", "=", "EMEA"))
    version = drafting.change_rule(segment=segment, rule=leaf("region", "=", "NA"), author="B", reason="Moved on")
    assert (version.number, version.author, version.reason) == (2, "B", "Moved on")
    assert drafting.change_rule(segment=segment, rule=leaf("region", "=", " na"), author="C").pk == version.pk
    recomputed()
    assert members("s") == ["ann", "cid"]
    publishing.publish(segment=segment, author="B", queue=False)
    recomputed()
    assert members("s") == ["bob"]
    assert set(Membership.objects.current().values_list("version", flat=True)) == {2}
    assert [version.rule["value"] for version in segment.versions.order_by("number")] == ["EMEA", "NA"]


def test_rule_13__published_while_a_run_is_on__old_version_does_not_write_over_the_new(
    three: list[Partner], monkeypatch: pytest.MonkeyPatch
) -> None:
    segment = published("s", leaf("region", "=", "EMEA"))
    published("other")
    from segments import computing

    real = computing.work_out

    def meanwhile(*args: Any, **rest: Any) -> Any:
        monkeypatch.setattr(computing, "work_out", real)
        republish(segment, leaf("region", "=", "NA"))
        recomputed("s")
        return real(*args, **rest)

    monkeypatch.setattr(computing, "work_out", meanwhile)
    done = recomputed()
    assert members("s") == ["bob"]
    assert members("other") == ["ann", "bob", "cid"]
    assert "newer version" in Recompute.objects.get(pk=done.run_id).details["s"]["skipped"]


def test_recompute__asked_for_earlier_but_done_later__does_not_write_over_the_later(three: list[Partner]) -> None:
    published("recent", leaf("joined_on", "inLast", {"last": 30, "unit": "days"}))
    Partner.objects.filter(external_id="ann").update(joined_on="2020-05-10")
    early, late = (requested(as_of=datetime(2020, month, 1, tzinfo=UTC)) for month in (7, 6))
    membership.recompute(run=late)
    membership.recompute(run=early)
    assert members("recent") == ["ann"]
    early.refresh_from_db()
    assert f"Run {late.pk}" in early.details["recent"]["skipped"]


# --- life -------------------------------------------------------------------------------------------------------------


def test_archive__members_leave_with_an_entry_each_and_publishing_brings_them_back(three: list[Partner]) -> None:
    segment = published("emea", leaf("region", "=", "EMEA"))
    recomputed()
    assert publishing.archive(segment=segment, author="A", queue=False).left == 2
    assert members("emea") == []
    assert segment.status == "archived"
    assert segment.member_count == 0
    assert [kind for _, kind, _ in ledger()] == ["entered", "entered", "left", "left"]
    assert verify().drift == []
    recomputed()
    assert members("emea") == []
    publishing.publish(segment=segment, author="A", queue=False)
    recomputed()
    assert members("emea") == ["ann", "cid"]
    assert verify().drift == []


def test_delete__active__refused_and_archived__gone(three: list[Partner]) -> None:
    segment = published("s")
    with pytest.raises(SegmentInUse, match="Archive it first"):
        drafting.delete_segment(segment=segment)
    publishing.archive(segment=segment, author="A", queue=False)
    drafting.delete_segment(segment=segment)
    assert not Segment.objects.exists()


def test_publish__queues_a_run_once_committed(
    three: list[Partner], django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from segments import membership

    sent: list[Any] = []
    monkeypatch.setattr(membership.current_app, "send_task", lambda name, args: sent.append((name, args)))
    segment = draft("s")
    with django_capture_on_commit_callbacks(execute=True):
        done = publishing.publish(segment=segment, author="A. Author")
        assert sent == []
    assert done.run is not None
    assert sent == [("prm.recompute", [done.run.pk])]
    assert (done.run.slugs, done.run.requested_by, done.run.trigger) == (["s"], "A. Author", "publish")


# --- reads ------------------------------------------------------------------------------------------------------------


def test_members__as_of__who_was_in_then(three: list[Partner]) -> None:
    segment = published("recent", leaf("joined_on", "inLast", {"last": 30, "unit": "days"}))
    Partner.objects.filter(external_id="ann").update(joined_on="2020-05-10")
    Partner.objects.filter(external_id="bob").update(joined_on="2020-06-20")
    for month in (6, 7, 8):
        recomputed(as_of=datetime(2020, month, 1, tzinfo=UTC))
    viewer = staff()

    def then(*day: int) -> list[str]:
        found = members_seen_by(segment, viewer, datetime(2020, *day, tzinfo=UTC))
        return sorted(found.values_list("external_id", flat=True))

    assert then(5, 31) == []
    assert then(6, 1) == ["ann"]
    assert then(6, 30) == ["ann"]
    assert then(7, 1) == ["bob"]
    assert then(8, 1) == []
    assert [stay.segment.slug for stay in segments_of("partner", three[0].pk, datetime(2020, 6, 5, tzinfo=UTC))] == [
        "recent"
    ]
    assert not segments_of("partner", three[0].pk).exists()
    assert not segments_of("customer", three[0].pk, datetime(2020, 6, 5, tzinfo=UTC)).exists()


def test_rule_15__members__those_the_viewer_may_see(three: list[Partner]) -> None:
    segment = published("all")
    recomputed()
    assert members_seen_by(segment, staff()).count() == 3
    regional = staff("na@example.com", ("NA",))
    assert [found.external_id for found in members_seen_by(segment, regional)] == ["bob"]


# --- leases -----------------------------------------------------------------------------------------------------------


def test_expired__silent_or_forgotten_runs__are_to_be_taken_up() -> None:
    now = timezone.now()
    fresh, forgotten, working, silent, done = (requested() for _ in range(5))
    for run, values in (
        (forgotten, {"requested_at": now - timedelta(minutes=5)}),
        (working, {"status": "running", "lease_until": now + timedelta(minutes=1)}),
        (silent, {"status": "running", "lease_until": now - timedelta(minutes=1)}),
        (done, {"status": "succeeded", "requested_at": now - timedelta(minutes=5)}),
    ):
        Recompute.objects.filter(pk=run.pk).update(**values)
    assert [run.pk for run in membership.expired()] == [forgotten.pk, silent.pk]
    assert membership.recompute(run=working) is None
    assert membership.recompute(run=silent) is not None
    assert fresh.status == "queued"


def test_recompute__taken_over_while_it_worked__writes_nothing(
    three: list[Partner], monkeypatch: pytest.MonkeyPatch
) -> None:
    published("all")
    run = requested()
    from segments import computing

    real = computing.work_out

    def slow(*args: Any, **rest: Any) -> Any:
        Recompute.objects.filter(pk=run.pk).update(attempts=2, lease_until=timezone.now() + timedelta(minutes=1))
        return real(*args, **rest)

    monkeypatch.setattr(computing, "work_out", slow)
    assert membership.recompute(run=run) is None
    assert not Membership.objects.exists()
    run.refresh_from_db()
    assert (run.status, run.attempts) == ("running", 2)


# --- proof ------------------------------------------------------------------------------------------------------------


def told() -> tuple[int, dict[str, Any]]:
    out = StringIO()
    try:
        call_command("verify_memberships", json=True, stdout=out)
    except CommandError as error:
        return error.returncode, json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


def test_verify_memberships__all_in_order__exit_0(three: list[Partner]) -> None:
    published("emea", leaf("region", "=", "EMEA"))
    draft("quiet")
    recomputed()
    code, said = told()
    assert code == 0
    assert (said["drift"], said["segments"], said["members"]) == ([], 2, 2)


@pytest.mark.parametrize(
    ("tamper", "kinds"),
    [
        ("UPDATE segments_membership SET left_at = entered_at WHERE id = (SELECT min(id) FROM segments_membership)",
         {"rule", "bitmap", "count", "ledger"}),
        ("UPDATE segments_memberset SET count = 7", {"count"}),
        ("UPDATE segments_segment SET member_count = 7", {"count"}),
        ("UPDATE segments_memberset SET bitmap = ''", {"bitmap"}),
        ("UPDATE segments_segment SET status = 'archived'", {"stray"}),
        ("DELETE FROM segments_change WHERE id = (SELECT min(id) FROM segments_change)", {"ledger"}),
        ("UPDATE partners_partner SET region = 'NA' WHERE external_id = 'ann'", {"rule"}),
        (("INSERT INTO segments_membership (subject_id, segment_id, entered_at, left_at, version)"
         " SELECT subject_id, segment_id, entered_at - interval '1 day', entered_at + interval '1 day', 1"
         " FROM segments_membership ORDER BY id LIMIT 1"), {"overlap"}),
    ],
)  # fmt: skip
def test_verify_memberships__a_hand_in_the_database__drift_and_exit_1(
    three: list[Partner], tamper: str, kinds: set[str]
) -> None:
    published("emea", leaf("region", "=", "EMEA"))
    recomputed()
    with connection.cursor() as cursor:
        cursor.execute(tamper)
    code, said = told()
    assert code == 1
    assert {drift["kind"] for drift in said["drift"]} == kinds
    assert {drift["slug"] for drift in said["drift"]} == {"emea"}


def test_recompute__bitmap_lost_or_behind__rebuilt_from_the_intervals(three: list[Partner]) -> None:
    segment = published("emea", leaf("region", "=", "EMEA"))
    recomputed()
    MemberSet.objects.all().delete()
    assert recomputed().entered == 0
    kept = MemberSet.objects.get(segment=segment)
    kept.bitmap, kept.count = BitMap64().serialize(), 0
    kept.save()
    done = recomputed()
    assert (done.entered, done.left) == (0, 0)
    assert verify().drift == []
    MemberSet.objects.update(bitmap=b"")
    assert recomputed().entered == 0
    assert verify().drift == []
