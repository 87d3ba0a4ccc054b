"""History reads, repair of planted drift, the guard before publishing, pruning of runs."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from pyroaring import BitMap64

from partners.models import Partner
from segments import drafting, history, publishing
from segments import members as reads
from segments.models import Change, MemberSet, Membership, Recompute, Segment
from segments.verifying import verify
from tests.segments.factories import leaf, members, partner, published, recomputed, staff

pytestmark = pytest.mark.django_db

DAYS = [datetime(2026, 3, day, tzinfo=UTC) for day in (1, 2, 3)]


def lives() -> tuple[Segment, Partner, Partner]:
    """Ann is in from 1 March, Bob from 2 March; Ann leaves on 3 March."""
    segment = published("emea", leaf("region", "=", "EMEA"))
    ann, bob = partner("ann", region="EMEA"), partner("bob")
    Membership.objects.create(subject_id=ann.pk, segment=segment, entered_at=DAYS[0], left_at=DAYS[2], version=1)
    Membership.objects.create(subject_id=bob.pk, segment=segment, entered_at=DAYS[1], version=1)
    return segment, ann, bob


def test_members_at__each_day__who_was_in_then() -> None:
    segment, ann, bob = lives()
    assert list(history.members_at(segment, DAYS[0] - timedelta(seconds=1))) == []
    assert list(history.members_at(segment, DAYS[0])) == [ann.pk]
    assert list(history.members_at(segment, DAYS[1])) == [ann.pk, bob.pk]
    assert list(history.members_at(segment, DAYS[2])) == [bob.pk]


def test_members_at__after_runs__what_the_stays_say() -> None:
    people = [partner(f"p{number}", region="EMEA" if number % 2 else "") for number in range(6)]
    segment = published("emea", leaf("region", "=", "EMEA"))
    moments = [timezone.now()]
    for number, region in ((0, "EMEA"), (1, ""), (1, "EMEA"), (3, ""), (0, "")):
        recomputed()
        moments.append(timezone.now())
        Partner.objects.filter(pk=people[number].pk).update(region=region)
    recomputed()
    assert MemberSet.objects.filter(pk=segment.pk).exists()
    instants = [*moments, timezone.now(), *Membership.objects.values_list("entered_at", flat=True)]
    for at in [*instants, *Membership.objects.exclude(left_at=None).values_list("left_at", flat=True)]:
        stays = Membership.objects.filter(segment=segment).as_of(at).values_list("subject_id", flat=True)
        assert set(history.members_at(segment, at)) == set(stays)


def test_count__deleted_record__does_not_show_now_or_then() -> None:
    segment = published("emea", leaf("region", "=", "EMEA"))
    ann, bob = partner("ann", region="EMEA"), partner("bob", region="EMEA")
    recomputed()
    then, manager, regional = timezone.now(), staff(), staff("emea@example.com", ("EMEA",))
    Partner.objects.filter(pk=bob.pk).update(deleted_at=timezone.now())
    for viewer in (manager, regional):
        assert reads.count(segment, viewer) == reads.count(segment, viewer, then) == 1
        assert reads.member_ids(segment, viewer, then).tolist() == [ann.pk]
    assert reads.count(segment, manager, then - timedelta(days=1)) == 0


def test_between__two_instants__the_difference() -> None:
    segment, ann, bob = lives()
    delta = history.between(segment, DAYS[0], DAYS[2])
    assert (list(delta.entered), list(delta.left)) == ([bob.pk], [ann.pk])


def test_timeline__of_a_subject__latest_first() -> None:
    segment, ann, _ = lives()
    Membership.objects.create(subject_id=ann.pk, segment=segment, entered_at=DAYS[2], version=1)
    assert [(stay.entered_at, stay.left_at) for stay in history.timeline("partner", ann.pk)] == [
        (DAYS[2], None),
        (DAYS[0], DAYS[2]),
    ]


def test_prune_runs__old_ones__gone_but_for_those_that_members_go_back_to() -> None:
    partner("ann", region="EMEA")
    published("emea", leaf("region", "=", "EMEA"))
    old, kept = recomputed(), recomputed()
    Recompute.objects.update(finished_at=timezone.now() - timedelta(days=200))
    assert history.prune_runs() == 1
    assert list(Recompute.objects.values_list("pk", flat=True)) == [kept.run_id]
    assert Change.objects.filter(recompute_id=old.run_id).count() == 0
    assert Change.objects.count() == 1


# --- repair -----------------------------------------------------------------------------------------------------------


def test_repair__everything_planted__nothing_drifts_afterwards() -> None:
    ann, bob, cid = (partner(name, region="EMEA") for name in ("ann", "bob", "cid"))
    one = published("emea", leaf("region", "=", "EMEA"))
    two = published("all")
    gone = published("gone")
    recomputed()
    MemberSet.objects.filter(pk=one.pk).update(bitmap=b"nonsense")
    MemberSet.objects.filter(pk=two.pk).update(bitmap=BitMap64([1]).serialize(), count=7)
    Segment.objects.filter(pk=two.pk).update(member_count=99)
    Membership.objects.filter(subject_id=ann.pk, segment=one).delete()
    Change.objects.filter(subject_id=bob.pk, segment=two).delete()
    early = timezone.now() - timedelta(days=2)
    Membership.objects.create(
        subject_id=cid.pk, segment=one, entered_at=early, left_at=timezone.now() + timedelta(days=1), version=1
    )
    Segment.objects.filter(pk=gone.pk).update(status="archived")
    kinds = {drift.kind for drift in verify().drift}
    assert kinds == {"rule", "bitmap", "count", "ledger", "overlap", "stray"}
    call_command("verify_memberships", "--repair", stdout=io.StringIO())
    assert verify().drift == []
    assert members("emea") == ["ann", "bob", "cid"]
    assert members("gone") == []


# --- guard ------------------------------------------------------------------------------------------------------------


def test_publish__more_would_move_than_allowed__refused_with_the_numbers() -> None:
    for number in range(10):
        partner(f"p{number}", region="EMEA" if number < 8 else "NA")
    segment = published("emea", leaf("region", "=", "EMEA"))
    recomputed()
    drafting.change_rule(segment=segment, rule=leaf("region", "=", "NA"), author="A")
    with pytest.raises(publishing.TooManyMove) as refusal:
        publishing.publish(segment=segment, author="A", queue=False, most_share=0.2)
    moves = refusal.value.moves
    assert (len(moves.enter), len(moves.leave), moves.present) == (2, 8, 8)
    segment.refresh_from_db()
    assert segment.published is not None
    assert segment.published.number == 1
    publishing.publish(segment=segment, author="A", queue=False, most_share=2)
