"""Settling: who is entitled becomes who has it on offer."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from programs.models import Offer
from programs.settling import Settled, settle
from tests.programs.world import LONG_AGO, partner, program, segment, set_members

pytestmark = pytest.mark.django_db


def on_offer() -> set[tuple[str, str]]:
    """(programme, partner) of what is on offer and has not lapsed."""
    rows = Offer.objects.on().filter(lapsed_at=None)
    return set(rows.values_list("program__slug", "partner__external_id"))


def test_settle__members_of_a_segment__are_offered_with_the_reason() -> None:
    one, two = partner("P1"), partner("P2")
    partner("P3")
    gold = segment("gold", [one, two])
    program("guide", any=[gold])
    assert settle() == Settled(offered=2)
    assert on_offer() == {("guide", "P1"), ("guide", "P2")}
    assert {str(offer.reason) for offer in Offer.objects.all()} == {str({"all": [], "any": ["gold"], "none": []})}


def test_settle__twice__changes_nothing() -> None:
    gold = segment("gold", [partner("P1"), partner("P2")])
    program("guide", any=[gold])
    settle()
    before = list(Offer.objects.values())
    assert settle() == Settled()
    assert list(Offer.objects.values()) == before


def test_settle__any_all_none__each_counts() -> None:
    a, b, c, d = (partner(name) for name in "abcd")
    gold, silver = segment("gold", [a, b]), segment("silver", [c])
    emea, rival = segment("emea", [a, b, c]), segment("rival", [b])
    program("guide", any=[gold, silver], all=[emea], none=[rival])
    segment("apac", [d])
    settle()
    assert on_offer() == {("guide", "a"), ("guide", "c")}
    assert Offer.objects.get(partner=c).reason == {"any": ["silver"], "all": ["emea"], "none": ["rival"]}


def test_settle__only_none__targets_nobody() -> None:
    partner("P1")
    program("guide", none=[segment("rival", [])])
    assert settle() == Settled()


def test_settle__no_targets__targets_nobody() -> None:
    partner("P1")
    program("guide")
    assert settle() == Settled()


def test_settle__member_left__offer_is_withdrawn_and_kept_as_history() -> None:
    one = partner("P1")
    gold = segment("gold", [one])
    program("guide", any=[gold])
    settle()
    set_members(gold, [])
    assert settle() == Settled(withdrawn=1)
    assert Offer.objects.get().withdrawn_at is not None
    set_members(gold, [one])
    assert settle() == Settled(offered=1)
    assert Offer.objects.count() == 2
    assert Offer.objects.on().count() == 1


def test_settle__started_and_left__lapses_then_returns() -> None:
    one = partner("P1")
    gold = segment("gold", [one])
    program("course", kind="course", any=[gold])
    settle()
    Offer.objects.update(started_at=timezone.now())
    set_members(gold, [])
    assert settle() == Settled(lapsed=1)
    assert settle() == Settled()
    offer = Offer.objects.get()
    assert offer.withdrawn_at is None
    assert offer.lapsed_at is not None
    set_members(gold, [one])
    assert settle() == Settled(restored=1)
    assert Offer.objects.get().lapsed_at is None
    assert settle() == Settled()


def test_settle__other_segment_holds_the_partner_now__reason_follows() -> None:
    one = partner("P1")
    gold, silver = segment("gold", [one]), segment("silver")
    program("guide", any=[gold, silver])
    settle()
    first = Offer.objects.get()
    set_members(gold, [])
    set_members(silver, [one])
    assert settle() == Settled(reworded=1)
    offer = Offer.objects.get()
    assert (offer.pk, offer.reason["any"]) == (first.pk, ["silver"])


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "is_on"),
    [
        (date(2026, 3, 10), date(2026, 3, 10), True),
        (date(2026, 3, 11), None, False),
        (None, date(2026, 3, 9), False),
        (date(2026, 3, 1), date(2026, 3, 31), True),
    ],
)
def test_settle__dates__include_the_organisations_local_day(
    settings: Any, starts_on: date | None, ends_on: date | None, is_on: bool
) -> None:
    settings.TIME_ZONE = "Pacific/Auckland"
    gold = segment("gold", [partner("P1")])
    program("guide", any=[gold], starts_on=starts_on, ends_on=ends_on)
    settle(now=datetime(2026, 3, 9, 12, 0, tzinfo=UTC))  # the tenth has begun in Auckland
    assert bool(on_offer()) is is_on


def test_settle__last_day_is_over__withdraws() -> None:
    gold = segment("gold", [partner("P1")])
    program("guide", any=[gold], ends_on=date(2026, 3, 10))
    assert settle(now=datetime(2026, 3, 10, 12, tzinfo=UTC)).offered == 1
    assert settle(now=datetime(2026, 3, 11, 12, tzinfo=UTC)).withdrawn == 1


@pytest.mark.parametrize("status", ["draft", "archived"])
def test_settle__segment_no_longer_active__its_members_are_nobody(status: str) -> None:
    gold = segment("gold", [partner("P1")])
    program("guide", any=[gold])
    settle()
    gold.status = status
    gold.save(update_fields=["status"])
    assert settle() == Settled(withdrawn=1)


def test_settle__program_archived__withdraws() -> None:
    gold = segment("gold", [partner("P1")])
    made = program("guide", any=[gold])
    settle()
    made.status = "archived"
    made.save(update_fields=["status"])
    assert settle() == Settled(withdrawn=1)


def test_settle__partner_deleted__is_nobody() -> None:
    one = partner("P1")
    gold = segment("gold", [one, partner("P2")])
    program("guide", any=[gold])
    settle()
    one.deleted_at = timezone.now()
    one.save(update_fields=["deleted_at"])
    assert settle() == Settled(withdrawn=1)
    assert on_offer() == {("guide", "P2")}


def test_settle__member_that_is_no_partner__is_left_out() -> None:
    one = partner("P1")
    gold = segment("gold", [one])
    program("guide", any=[gold])
    one.delete()
    assert settle() == Settled()


def test_settle__new_members_only__those_who_entered_since_the_first_day() -> None:
    old, new = partner("old"), partner("new")
    gold = segment("gold", [old])
    program("guide", any=[gold], new_members_only=True, starts_on=date(2026, 3, 10))
    set_members(gold, [old, new], at=datetime(2026, 3, 10, 0, 0, tzinfo=UTC))
    settle(now=datetime(2026, 3, 12, tzinfo=UTC))
    assert on_offer() == {("guide", "new")}


def test_settle__new_members_only_and_left_and_came_back__counts_as_new() -> None:
    one = partner("P1")
    gold = segment("gold", [one])
    program("guide", any=[gold], new_members_only=True, starts_on=date(2026, 3, 10))
    set_members(gold, [], at=datetime(2026, 3, 11, tzinfo=UTC))
    set_members(gold, [one], at=datetime(2026, 3, 12, tzinfo=UTC))
    settle(now=datetime(2026, 3, 12, tzinfo=UTC))
    assert on_offer() == {("guide", "P1")}


def test_settle__narrowed_to_programs__leaves_the_others_alone() -> None:
    gold = segment("gold", [partner("P1")])
    program("guide", any=[gold])
    other = program("other", any=[gold])
    assert settle(programs=[other.pk]).offered == 1
    assert on_offer() == {("other", "P1")}


def test_settle__more_programs_and_partners__same_number_of_statements() -> None:
    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            settle()
        return len(captured)

    gold = segment("gold", [partner("P0")])
    program("p0", any=[gold])
    few = statements()
    set_members(gold, [partner(f"Q{number}") for number in range(60)])
    for number in range(1, 8):
        program(f"p{number}", any=[gold])
    assert statements() == few
    assert len(on_offer()) == 60 * 8


@pytest.mark.django_db(transaction=True)
def test_settle__two_at_once__each_offer_made_once() -> None:
    gold = segment("gold", [partner(f"P{number}") for number in range(50)])
    for number in range(4):
        program(f"p{number}", any=[gold])
    results: list[Settled] = []
    barrier = threading.Barrier(2)

    def run() -> None:
        try:
            barrier.wait(timeout=30)
            results.append(settle())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(result.offered for result in results) == [0, 200]
    assert Offer.objects.count() == 200


@pytest.mark.django_db(transaction=True)
def test_settle__partner_starts_while_it_withdraws__lapses_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    one = partner("P1")
    gold = segment("gold", [one])
    program("course", kind="course", any=[gold])
    settle()
    set_members(gold, [])
    from programs import settling

    write = settling._write

    def start_just_before(*args: Any) -> Settled:
        def start() -> None:
            Offer.objects.update(started_at=timezone.now())
            connection.close()

        thread = threading.Thread(target=start)
        thread.start()
        thread.join(timeout=30)
        return write(*args)

    monkeypatch.setattr(settling, "_write", start_just_before)
    assert settle() == Settled(lapsed=1)
    assert Offer.objects.get().withdrawn_at is None


def test_settle__thousands_of_moves__history_and_counts_agree() -> None:
    crowd = [partner(f"P{number}") for number in range(300)]
    gold, silver = segment("gold", crowd[:200]), segment("silver", crowd[100:])
    for number in range(10):
        program(f"p{number}", any=[gold, silver] if number % 2 else [gold])
    assert settle().offered == 5 * 200 + 5 * 300
    set_members(gold, crowd[150:], at=LONG_AGO + timedelta(days=1))
    settled = settle()
    assert settled == Settled(offered=5 * 100, withdrawn=5 * 150 + 5 * 100, reworded=5 * 150)
    assert settle() == Settled()
