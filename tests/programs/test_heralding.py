"""News of offers: one message for each person and day, of what came the day before and nobody has opened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from people import roles
from programs.heralding import tell_of_offers
from programs.messages import sending
from programs.models import Delivery, Offer, Program
from programs.settling import settle
from tests.programs.world import colleague, partner, program, segment

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 3, 5, 6, 40, tzinfo=UTC)
YESTERDAY = datetime(2026, 3, 4, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(broker: Any, settings: Any, time_machine: Any) -> Any:
    settings.TIME_ZONE = "UTC"
    settings.QUIET_HOURS = (20, 8)
    time_machine.move_to(YESTERDAY, tick=False)
    return time_machine


@pytest.fixture
def acme() -> Any:
    return partner("P1", name="Acme")


@pytest.fixture
def gold(acme: Any) -> Any:
    return segment("gold", [acme, partner("P2")])


def words() -> list[tuple[str, str]]:
    return list(Delivery.objects.order_by("pk").values_list("user__email", "words__offers"))


def test_tell__several_offers__one_message_each_with_the_weightiest_first(acme: Any, gold: Any):
    colleague(acme, "a@p1.example")
    colleague(acme, "b@p1.example", roles.PARTNER_ADMIN)
    for number in range(6):
        program(f"kit-{number}", any=[gold], priority=number)
    settle()
    assert [tell_of_offers(now=MORNING), tell_of_offers(now=MORNING + timedelta(hours=3))] == [2, 0]
    said = "“Kit 5”, “Kit 4”, “Kit 3”, “Kit 2” and 2 more"
    assert words() == [("a@p1.example", said), ("b@p1.example", said)]


def test_tell__opened_withdrawn_today_or_long_ago__is_not_news(acme: Any, gold: Any):
    colleague(acme)
    for slug in ("opened", "withdrawn", "lapsed", "today", "old", "archived", "fresh"):
        program(slug, any=[gold])
    settle()
    mine = Offer.objects.filter(partner=acme)
    mine.filter(program__slug="opened").update(opened_at=YESTERDAY)
    mine.filter(program__slug="withdrawn").update(withdrawn_at=YESTERDAY)
    mine.filter(program__slug="lapsed").update(started_at=YESTERDAY, lapsed_at=YESTERDAY)
    mine.filter(program__slug="today").update(offered_at=MORNING)
    mine.filter(program__slug="old").update(offered_at=YESTERDAY - timedelta(days=3))
    Program.objects.filter(slug="archived").update(status="archived")
    assert tell_of_offers(now=MORNING) == 1
    assert [said for _, said in words()] == ["“Fresh”"]


def test_tell__a_morning_missed__is_made_good_and_each_day_is_its_own(acme: Any, gold: Any):
    colleague(acme)
    program("kit", any=[gold])
    settle()
    assert tell_of_offers(now=MORNING + timedelta(days=1)) == 1
    program("course", kind="course", any=[gold])
    settle(now=YESTERDAY + timedelta(days=1))
    assert tell_of_offers(now=MORNING + timedelta(days=1)) == 1
    assert [said for _, said in words()] == ["“Kit”", "“Course”"]
    assert tell_of_offers(now=MORNING + timedelta(days=3)) == 0


def test_tell__mail__waits_for_the_morning_and_names_what_is_new(acme: Any, gold: Any, mailoutbox: Any, clock: Any):
    colleague(acme, "a@p1.example")
    program("focus-kit", any=[gold])
    settle()
    clock.move_to(MORNING, tick=False)
    tell_of_offers()
    assert sending.send_due().put_off == 1
    clock.move_to(MORNING + timedelta(hours=2), tick=False)
    assert sending.send_due().sent == 1
    [mail] = mailoutbox
    assert mail.subject == "New for Acme: “Focus Kit”"
    assert "List-Unsubscribe" in mail.extra_headers


def test_tell__switched_off_by_the_vendor__nobody(acme: Any, gold: Any, settings: Any):
    settings.TELL_OF_OFFERS = False
    colleague(acme)
    program("kit", any=[gold])
    settle()
    assert tell_of_offers(now=MORNING) == 0
