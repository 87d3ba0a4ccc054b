"""The outbox: what happened is written with it, and read in the order of commits, none skipped."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from partners import outbox
from partners.models import OutboxEvent
from partners.outbox import announce, number_events
from programs.settling import settle
from tests.programs import world


def told(type_: str = "") -> Iterator[tuple[str, Any]]:
    number_events()
    for row in OutboxEvent.objects.exclude(position=None).order_by("position"):
        if row.type.startswith(type_):
            yield row.type, row.payload


@pytest.mark.django_db
def test_announce__rolled_back__was_never_there() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        announce(type="a", payload={})
        raise ZeroDivisionError
    assert not OutboxEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_number_events__earlier_id_committed_later__comes_behind_what_was_read() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            announce(type="slow", payload={})
            begun.set()
            go_on.wait(10)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    begun.wait(10)
    announce(type="quick", payload={})
    assert [name for name, _ in told()] == ["quick"]
    seen = outbox.last_position()
    go_on.set()
    thread.join()
    number_events()
    assert [row.type for row in OutboxEvent.objects.filter(position__gt=seen)] == ["slow"]


@pytest.mark.django_db(transaction=True)
def test_number_events__many_writers_and_numberers__each_event_read_once_and_positions_without_gap() -> None:
    writing = threading.Event()
    seen: list[int] = []

    def write() -> None:
        for _ in range(20):
            with transaction.atomic():
                announce(type="a", payload={})
                time.sleep(0.001)
        connection.close()

    def number() -> None:
        while not writing.is_set():
            number_events()
        connection.close()

    threads = [threading.Thread(target=write) for _ in range(4)]
    numberers = [threading.Thread(target=number) for _ in range(2)]
    for thread in threads + numberers:
        thread.start()
    last = 0
    while len(seen) < 80:
        rows = list(OutboxEvent.objects.filter(position__gt=last).order_by("position"))
        seen += [row.pk for row in rows]
        last = rows[-1].position if rows else last
    writing.set()
    for thread in threads + numberers:
        thread.join()
    assert len(set(seen)) == 80
    assert sorted(OutboxEvent.objects.values_list("position", flat=True)) == list(range(1, 81))


@pytest.mark.django_db
def test_forget_old__keeps_the_newest__so_that_numbers_go_on() -> None:
    for _ in range(3):
        announce(type="a", payload={})
    number_events()
    OutboxEvent.objects.update(created_at=timezone.now() - timedelta(days=31))
    assert outbox.forget_old() == 2
    announce(type="b", payload={})
    number_events()
    assert outbox.last_position() == 4


@pytest.mark.django_db
def test_settle__offered_then_withdrawn__each_told_once_with_its_partners() -> None:
    first, second = world.partner("P-1"), world.partner("P-2")
    gold = world.segment("gold", [first, second])
    world.program("kit", any=[gold])
    settle()
    settle()
    world.set_members(gold, [second])
    settle()
    about = {"program": "kit", "kind": "content", "name": "Kit"}
    assert list(told("offer.")) == [
        ("offer.made", {**about, "partners": ["P-1", "P-2"]}),
        ("offer.withdrawn", {**about, "partners": ["P-1"]}),
    ]
