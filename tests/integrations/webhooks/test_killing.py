"""Processes killed with -9 while they tell webhooks: every change arrives, in order, and again only under its own id.

`TEST_KILLS` says how many kills. Time is not waited for: leases and waits are ended by hand, as the clock would.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.db import connection, connections, transaction

from integrations.models import Webhook, WebhookAttempt, WebhookDelivery
from integrations.webhooks import collecting, sending
from partners.models import OutboxEvent, Partner
from partners.outbox import announce
from segments.locks import lock_members
from segments.models import Change, Segment
from tests.integrations.webhooks.making import let_time_pass, move, webhook
from tests.programs import world
from tests.receiver import Receiver
from tests.workers import CeleryWorker

pytestmark = pytest.mark.django_db(transaction=True)
KILLS = int(os.environ.get("TEST_KILLS", "20"))
SEED = int(os.environ.get("TEST_SEED", "20261122"))


def happen(gold: Segment, partners: list[Partner], dice: random.Random) -> None:
    """Somebody moves, and something else happens."""
    with transaction.atomic():
        lock_members()
        move(gold, dice.sample(partners, 7), dice.choice(["entered", "left"]))
        announce(type="segment.published", payload={"number": dice.random()})


def process() -> int:
    """A process of its own that makes and sends messages over and over; its pid."""
    connection.close()
    pid = os.fork()
    if pid:
        return pid
    try:
        for inherited in connections.all(initialized_only=True):
            inherited.connection = None
        current_app.send_task = lambda *_, **__: None
        while True:
            collecting.collect()
            sending.send_due()
    except BaseException:
        os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(1)


def all_told() -> bool:
    collecting.collect()
    return not WebhookDelivery.objects.exclude(state="delivered").exists()


def assert_each_once_in_order(receiver: Receiver) -> int:
    """Every line of the ledger and every event arrived, in order; how many messages came again under their own id."""
    first: dict[str, Any] = {}
    arrived = list(receiver.requests)
    for request in arrived:
        assert first.setdefault(request.id, request.body) == request.body
    events = [json.loads(body) for body in first.values()]
    told = [change["id"] for event in events for change in event["data"].get("changes", [])]
    assert told == list(Change.objects.order_by("pk").values_list("pk", flat=True))
    numbers = [event["data"]["number"] for event in events if "number" in event["data"]]
    noted = OutboxEvent.objects.filter(payload__has_key="number").order_by("position")
    assert numbers == [row.payload["number"] for row in noted]
    assert len(first) == WebhookDelivery.objects.count() == WebhookDelivery.objects.filter(state="delivered").count()
    return len(arrived) - len(first)


def test_tell__killed_at_random__nothing_lost_and_nothing_twice_but_under_its_own_id(
    receiver: Receiver, monkeypatch: Any
) -> None:
    monkeypatch.setattr(collecting, "BATCH", 5)
    dice = random.Random(SEED)
    partners, gold = [world.partner(f"P-{number}") for number in range(20)], world.segment("gold")
    webhook(receiver.url)
    receiver.delay = 0.004
    met = 0
    for _ in range(KILLS):
        for _ in range(5):
            happen(gold, partners, dice)
        receiver.answers = [dice.choice([204, 204, 500]) for _ in range(4)]
        pids = [process(), process()]
        time.sleep(dice.uniform(0.02, 0.25))
        met += not all_told()
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        let_time_pass()
    receiver.answers, receiver.delay = [], 0.0
    for _ in range(1000):
        if all_told():
            break
        let_time_pass()
        sending.send_due()
    again = assert_each_once_in_order(receiver)
    failed = WebhookAttempt.objects.exclude(status=204).count()
    print(
        f"\n{KILLS} kills of two processes, {met} in the middle: {len(set(receiver.ids()))} messages, {again} came again"
    )
    assert met
    assert again <= failed + 2 * KILLS


@pytest.fixture
def worker(broker: Any, receiver: Receiver, tmp_path: Path) -> Iterator[CeleryWorker]:
    more = {"PRM_WEBHOOK_HTTP": "1", "PRM_WEBHOOK_NETWORKS": "127.0.0.0/8"}
    found = CeleryWorker(tmp_path / "worker.log", concurrency=2, more=more)
    found.start()
    yield found
    found.kill()


def test_celery_worker__killed_in_the_middle__another_carries_on_in_order(
    worker: CeleryWorker, receiver: Receiver
) -> None:
    dice = random.Random(SEED)
    partners, gold = [world.partner(f"P-{number}") for number in range(20)], world.segment("gold")
    webhook(receiver.url)
    receiver.delay = 0.05
    for _ in range(15):
        happen(gold, partners, dice)
    current_app.send_task("integrations.tell_webhooks")
    for _ in range(1200):
        if len(receiver.requests) >= 3:
            break
        time.sleep(0.05)
    assert len(receiver.requests) >= 3
    worker.kill()
    assert not all_told()
    assert Webhook.objects.get().lease is not None
    receiver.delay = 0.0
    worker.start()
    for _ in range(240):
        let_time_pass()
        current_app.send_task("integrations.tell_webhooks")
        time.sleep(0.5)
        if all_told():
            break
    assert assert_each_once_in_order(receiver) <= 1
