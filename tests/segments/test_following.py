"""On change: a touched subject is looked at again, just in the segments that read what changed, and history says so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from partners import activity, touching
from partners.models import Customer, Deal, Origin, Partner, Touched
from partners.records import change_record, delete_record
from partners.vocabulary import Subject
from segments import computing, following, membership
from segments.following import follow
from segments.models import Change, MemberSet, Recompute, Segment
from segments.verifying import verify
from tests.segments.factories import customer, group, leaf, members, partner, published, recomputed, requested

pytestmark = pytest.mark.django_db


def origin() -> Origin:
    return Origin(kind=Origin.Kind.FORM, label="A person")


def settled() -> None:
    """Everything so far has been followed."""
    recomputed()
    assert touching.pending() == []


def marks() -> list[tuple[str, list[int], set[str] | None]]:
    return [(m.subject.value, list(m.ids), None if m.fields is None else set(m.fields)) for m in touching.pending()]


# --- marks ------------------------------------------------------------------------------------------------------------


def test_touched__each_way_to_change_a_record__marked_with_what_changed() -> None:
    ann, bob = partner("ann", region="EMEA"), partner("bob")
    assert marks() == [("partner", [ann.pk], None), ("partner", [bob.pk], None)]
    Touched.objects.all().delete()
    change_record(record=ann, values={"region": "NA", "employees": "7"}, origin=origin())
    assert marks() == [("partner", [ann.pk], {"region", "employees"})]
    Touched.objects.all().delete()
    Partner.objects.update(tier="gold")
    assert marks() == [("partner", [ann.pk, bob.pk], {"tier"})]
    Touched.objects.all().delete()
    Partner.objects.filter(pk=ann.pk).update(custom={"grade": "a"})
    assert marks() == [("partner", [ann.pk], {"grade"})]
    Touched.objects.all().delete()
    Partner.objects.update(updated_at=timezone.now(), tier="gold")
    assert marks() == []


def test_touched__related_records__mark_those_they_belong_to() -> None:
    ann, eve = partner("ann"), customer("eve")
    child = partner("child", parent=ann)
    Touched.objects.all().delete()
    eve.partners.add(ann)
    assert marks() == [("partner", [ann.pk], {"customers"}), ("customer", [eve.pk], {"partners"})]
    Touched.objects.all().delete()
    Deal.objects.create(external_id="d", partner=ann, customer=eve)
    assert marks() == [("partner", [ann.pk], {"deals"}), ("customer", [eve.pk], {"deals"})]
    Touched.objects.all().delete()
    activity.record(partner_id=ann.pk, user_id=None, kind="sign_in")
    assert marks() == [("partner", [ann.pk], {"activities"})]
    Touched.objects.all().delete()
    delete_record(record=ann, origin=origin())
    assert ("partner", [ann.pk], None) in marks()
    assert ("partner", [child.pk], {"parent", "subsidiaries"}) in marks()
    assert ("customer", [eve.pk], {"partners"}) in marks()


def test_touched__triggers_know_every_column_of_the_records() -> None:
    """A new column must be named in the triggers, or its changes would go unseen."""
    unmarked = {"id", "custom", "provenance", "created_at", "updated_at", "deleted_at"}
    for model in (Partner, Customer):
        name = f"partners_touch_{model._meta.model_name}_update"
        with connection.cursor() as cursor:
            cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [name])
            (source,) = cursor.fetchone()
        columns = {field.column for field in model._meta.fields} - unmarked
        assert {column for column in columns if f"o.{column} IS DISTINCT FROM n.{column} " not in source} == set()


@contextmanager
def another() -> Iterator[BaseDatabaseWrapper]:
    """A transaction on a connection of its own."""
    other = connection.copy()
    try:
        other.set_autocommit(False)
        yield other
    finally:
        other.close()


def run_on(other: BaseDatabaseWrapper, statement: str) -> None:
    with other.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_marks_since__of_another_transaction__seen_once_it_has_committed() -> None:
    ann = partner("ann")
    with another() as old, another() as other:
        run_on(old, "SELECT pg_current_xact_id()")
        run_on(other, "UPDATE partners_partner SET tier = 'gold'")
        Partner.objects.create(external_id="bob", name="Bob")
        seen = touching.moment()
        assert touching.marks_since(seen) == [], "one has not committed, the other came before"
        other.commit()
        assert [(mark.ids, mark.fields) for mark in touching.marks_since(seen)] == [([ann.pk], {"tier"})]
        assert touching.marks_since(touching.moment()) == []


@pytest.mark.parametrize("is_over", [False, True])
def test_marks_since__own__come_after_the_moment_whatever_else_the_server_did(is_over: bool) -> None:
    ann = partner("ann")
    with another() as later:
        run_on(later, "SELECT pg_current_xact_id()")
        if is_over:
            later.commit()
        seen = touching.moment()
        Partner.objects.update(tier="gold")
        assert [mark.fields for mark in touching.marks_since(seen)] == [None, {"tier"}]
        assert touching.followed_since(seen, []) == []
        touching.followed(touching.pending_ids())
        first, _ = Touched.objects.order_by("pk").values_list("pk", flat=True)
        assert [mark.ids for mark in touching.followed_since(seen, [], own=[first])] == [[ann.pk]]


# --- following --------------------------------------------------------------------------------------------------------


def test_follow__field_changed__only_the_segments_that_read_it_are_looked_at() -> None:
    ann = partner("ann", region="EMEA", tier="gold")
    published("emea", leaf("region", "=", "EMEA"))
    published("gold", leaf("tier", "=", "gold"))
    published("not-emea", leaf("segment", "notIn", ["emea"]))
    settled()
    change_record(record=ann, values={"region": "NA"}, origin=origin())
    done = follow()
    assert done is not None
    assert (done.subjects, done.segments, done.entered, done.left) == (1, 2, 1, 1)
    assert (members("emea"), members("not-emea"), members("gold")) == ([], ["ann"], ["ann"])
    assert done.run is not None
    assert done.run.trigger == Recompute.Trigger.CHANGE
    assert set(Change.objects.filter(recompute=done.run).values_list("segment__slug", "kind")) == {
        ("emea", "left"),
        ("not-emea", "entered"),
    }
    assert follow() is None
    assert verify().drift == []


def test_follow__deal_closed_and_course_completed__members_change() -> None:
    ann = partner("ann")
    deal = Deal.objects.create(external_id="d", partner=ann, amount=Decimal("10"))
    published("sellers", leaf("deals_won", ">=", 1))
    published("trained", leaf("trainings_completed", ">=", 1))
    settled()
    assert (members("sellers"), members("trained")) == ([], [])
    change_record(record=deal, values={"stage": "won", "closed_on": timezone.localdate()}, origin=origin())
    activity.record(partner_id=ann.pk, user_id=None, kind="course_completed", about="c", at=timezone.now())
    follow()
    assert (members("sellers"), members("trained")) == (["ann"], ["ann"])
    assert verify().drift == []


def test_follow__nobody_moves__no_run_is_noted() -> None:
    ann = partner("ann", region="EMEA")
    published("emea", leaf("region", "in", ["EMEA", "NA"]))
    settled()
    before = Recompute.objects.count()
    change_record(record=ann, values={"region": "NA"}, origin=origin())
    done = follow()
    assert done is not None
    assert (done.segments, done.run) == (1, None)
    assert Recompute.objects.count() == before


def test_follow__new_and_deleted_subjects__enter_and_leave() -> None:
    published("all")
    settled()
    ann = partner("ann")
    follow()
    assert members("all") == ["ann"]
    delete_record(record=ann, origin=origin())
    follow()
    assert Segment.objects.get(slug="all").member_count == 0
    assert verify().drift == []


def test_follow__more_subjects_than_the_setting__handed_to_a_run(settings: Any) -> None:
    settings.FOLLOW_MOST = 1
    published("emea", leaf("region", "=", "EMEA"))
    published("gold", leaf("tier", "=", "gold"))
    partner("ann"), partner("bob")
    settled()
    Partner.objects.update(region="EMEA")
    done = follow()
    assert done is not None
    assert done.handed_over is not None
    assert done.handed_over.slugs == ["emea"]
    membership.recompute(run=done.handed_over)
    assert members("emea") == ["ann", "bob"]


def test_follow__changed_while_it_looks__looks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    ann = partner("ann", region="EMEA")
    published("emea", leaf("region", "=", "EMEA"))
    settled()
    Partner.objects.update(region="NA")
    real = following._look

    def meanwhile() -> Any:
        work = real()
        monkeypatch.setattr(following, "_look", real)
        Partner.objects.filter(pk=ann.pk).update(region="EMEA")
        follow()
        return work

    monkeypatch.setattr(following, "_look", meanwhile)
    follow()
    assert members("emea") == ["ann"]
    assert Change.objects.count() == 1
    assert touching.pending() == []


def test_recompute__a_subject_was_followed_while_it_ran__the_later_answer_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    partner("ann", region="EMEA")
    published("emea", leaf("region", "=", "EMEA"))
    settled()
    real = computing.work_out

    def meanwhile(*args: Any, **rest: Any) -> Any:
        monkeypatch.setattr(computing, "work_out", real)
        found = real(*args, **rest)
        Partner.objects.update(region="NA")
        follow()
        return found

    monkeypatch.setattr(computing, "work_out", meanwhile)
    run = requested()
    membership.recompute(run=run)
    assert members("emea") == []
    assert len(touching.pending()) == 1  # for another look
    follow()
    assert members("emea") == []
    assert verify().drift == []


# --- by time ----------------------------------------------------------------------------------------------------------


def test_due__a_date_leaves_the_window__worked_out_on_the_day(settings: Any) -> None:
    now = timezone.now()
    partner("ann", joined_on=(now - timedelta(days=6)).date())
    published("recent", leaf("joined_on", "inLast", {"last": 7, "unit": "days"}))
    published("named", leaf("name", "=", "Ann"))
    recomputed()
    assert members("recent") == ["ann"]
    kept = MemberSet.objects.get(segment__slug="recent")
    assert kept.next_at is not None
    assert kept.next_at.date() == (now + timedelta(days=1)).date()
    assert MemberSet.objects.get(segment__slug="named").next_at is None
    assert membership.due() == []
    MemberSet.objects.filter(pk=kept.pk).update(next_at=now)
    (run,) = membership.due()
    assert run.slugs == ["recent"]
    assert membership.due() == []  # one waits


def test_due__an_instant_passes__at_that_very_instant() -> None:
    ann = partner("ann")
    at = timezone.now() - timedelta(days=6, hours=23)
    activity.record(partner_id=ann.pk, user_id=None, kind="sign_in", at=at)
    published("awake", leaf("last_sign_in_at", "inLast", {"last": 7, "unit": "days"}))
    recomputed()
    next_at = MemberSet.objects.get(segment__slug="awake").next_at
    assert next_at is not None
    assert timedelta() < next_at - (at + timedelta(days=7)) < timedelta(milliseconds=1) or next_at.hour == 0


def test_follow__value_brings_an_earlier_boundary__the_clock_wakes_then() -> None:
    ann = partner("ann")
    published("recent", group("and", leaf("joined_on", "inLast", {"last": 7, "unit": "days"})))
    recomputed()
    MemberSet.objects.update(next_at=None)
    change_record(record=ann, values={"joined_on": timezone.localdate()}, origin=origin())
    follow()
    assert MemberSet.objects.get().next_at is not None


def test_announce__twice_in_a_transaction__sent_once(django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        touching.announce()
        touching.announce()
    assert len(callbacks) == 1


def test_mark__of_a_deal__harmless() -> None:
    touching.touch(Subject.PARTNER, [])
    assert touching.pending() == []
