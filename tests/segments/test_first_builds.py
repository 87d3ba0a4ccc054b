"""A segment's first members are published before the ledger has a line for each; the lines follow, each exactly once."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from partners.models import Partner
from prm import loop
from segments import inserting, publishing
from segments import ledger as books
from segments.models import Change, FirstBuild, Membership, Recompute, Segment
from segments.repairing import repair
from segments.verifying import verify
from tests.segments.factories import leaf, ledger, members, partner, published, recomputed, republish, requested

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def from_two_members_on(settings: Any) -> None:
    settings.FIRST_BUILD_ABOVE = 2


@pytest.fixture
def emea() -> Segment:
    for name in ("ann", "bob", "cid"):
        partner(name, region="EMEA")
    return published("emea", leaf("region", "=", "EMEA"))


def test_recompute__many_enter_an_empty_segment__members_first_and_lines_after(emea: Segment) -> None:
    done = recomputed()
    assert (done.entered, members("emea"), ledger()) == (3, ["ann", "bob", "cid"], [])
    assert verify().drift == []

    assert books.complete() == 3
    assert ledger() == [(name, "entered", "emea") for name in ("ann", "bob", "cid")]
    run = Recompute.objects.get(pk=done.run_id)
    assert set(Change.objects.values_list("at", "recompute_id", "version")) == {(run.as_of, run.pk, 1)}
    assert set(Membership.objects.values_list("entered_at", flat=True)) == {run.as_of}
    assert books.complete() == 0
    assert Change.objects.count() == 3
    assert verify().drift == []


def test_recompute__few_enter_or_some_are_in_already__lines_at_once(emea: Segment) -> None:
    partner("dan", region="NA")
    published("na", leaf("region", "=", "NA"))
    recomputed()
    assert ledger() == [("dan", "entered", "na")]
    Partner.objects.filter(external_id__in=["ann", "bob"]).update(region="NA")
    recomputed("na")
    assert ledger()[1:] == [("ann", "entered", "na"), ("bob", "entered", "na")]


def test_recompute__few_enter_each_of_several__owed_once_they_are_many_together(emea: Segment) -> None:
    for name, region in (("dan", "NA"), ("eve", "LATAM")):
        partner(name, region=region)
        published(region.lower(), leaf("region", "=", region))
    recomputed()
    assert (members("na"), members("latam"), ledger()) == (["dan"], ["eve"], [])
    assert verify().drift == []
    assert books.complete() == 5
    assert verify().drift == []


def indexes() -> set[str]:
    """Of stays, as they are defined."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'segments_membership'")
        return {definition for (definition,) in cursor.fetchall()}


def test_recompute__first_of_all_and_many__unique_at_once_and_quick_to_read_after(
    emea: Segment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inserting, "_MANY", 3)
    before = indexes()
    recomputed()
    assert {"membership_one_open_stay" in definition for definition in indexes()} == {True}
    assert members("emea") == ["ann", "bob", "cid"]
    assert verify().drift == []
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(
            subject_id=Partner.objects.get(external_id="ann").pk, segment=emea, entered_at=timezone.now(), version=1
        )

    books.complete()
    assert indexes() == before
    assert verify().drift == []


def test_run_recompute__first_of_all_and_many__all_indexes_before_programmes_settle(
    emea: Segment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inserting, "_MANY", 3)
    before, seen = indexes(), []
    settle = loop.settle_run

    def watched(*, run: Recompute) -> Any:
        seen.append(indexes())
        return settle(run=run)

    monkeypatch.setattr(loop, "settle_run", watched)
    loop.run_recompute(run=requested())
    assert seen == [before]


def test_recompute__somebody_leaves_before_the_lines_are_written__entering_is_told_first(emea: Segment) -> None:
    recomputed()
    Partner.objects.filter(external_id="bob").update(region="NA")
    recomputed()
    entered = [(name, "entered", "emea") for name in ("ann", "bob", "cid")]
    assert ledger() == [*entered, ("bob", "left", "emea")]
    assert not FirstBuild.objects.exists()
    assert books.complete() == 0
    assert verify().drift == []


def test_recompute__nobody_moves__lines_stay_owed(emea: Segment) -> None:
    recomputed()
    recomputed()
    assert FirstBuild.objects.get().count == 3
    books.complete()
    assert len(ledger()) == 3


def test_archive_and_publish_again__each_build_told_once_and_in_order(emea: Segment) -> None:
    recomputed()
    publishing.archive(segment=emea, author="A. Author", queue=False)
    assert [kind for _, kind, _ in ledger()] == ["entered"] * 3 + ["left"] * 3
    republish(Segment.objects.get(pk=emea.pk), leaf("region", "=", "EMEA"))
    recomputed()
    assert len(ledger()) == 6
    books.complete()
    assert [kind for _, kind, _ in ledger()] == ["entered"] * 3 + ["left"] * 3 + ["entered"] * 3
    assert verify().drift == []


def test_complete__cut_off__nothing_is_lost_or_told_twice(emea: Segment) -> None:
    recomputed()

    class Killed(Exception):
        pass

    with pytest.raises(Killed), transaction.atomic():
        books.complete()
        raise Killed
    assert ledger() == []
    books.complete()
    assert len(ledger()) == 3


def test_complete__more_than_goes_into_one_transaction__all_segments_told(
    emea: Segment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(books, "_AT_ONCE", 1)
    published("all")
    recomputed()
    assert books.complete() == 6
    assert {slug for _, _, slug in ledger()} == {"emea", "all"}
    assert verify().drift == []


def test_run_recompute__with_its_lines_to_the_end(emea: Segment) -> None:
    loop.run_recompute(run=requested())
    assert len(ledger()) == 3


def test_repair__lines_still_owed__written_once(emea: Segment) -> None:
    recomputed()
    repair()
    assert len(ledger()) == 3
    assert verify().drift == []


def test_verify__a_build_forgotten__drift_of_the_ledger(emea: Segment) -> None:
    recomputed()
    FirstBuild.objects.all().delete()
    assert {drift.kind for drift in verify().drift} == {"ledger"}


def test_stays_of__one_subject__open_and_ended(emea: Segment) -> None:
    recomputed()
    bob = Partner.objects.get(external_id="bob")
    Partner.objects.filter(pk=bob.pk).update(region="NA")
    recomputed()
    Partner.objects.filter(pk=bob.pk).update(region="EMEA")
    recomputed()
    ends = Membership.objects.of(bob.pk).order_by("id").values_list("left_at", flat=True)
    assert [end is None for end in ends] == [False, True]
