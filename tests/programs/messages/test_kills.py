"""Workers killed at random instants while they send and walk journeys: nothing is lost, nothing happens twice.

`PRM_TEST_KILLS` says how many kills (a longer run takes 200). Time is not waited for: after a kill the lease of the killed
worker is ended by hand, as the clock would.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.utils import timezone

from programs.journeys import authoring
from programs.journeys.authoring import JourneyDraft, StepDraft
from programs.messages import composing
from programs.messages.composing import MessageDraft
from programs.models import Delivery, JourneyAct, JourneyEntry, JourneyGrant, ManagerTask, Offer
from programs.targeting import Targeting
from segments.models import Change
from tests.mailbox import Mailbox
from tests.programs.world import colleague, partner, program, segment, staff
from tests.workers import CeleryWorker

pytestmark = pytest.mark.django_db(transaction=True)
KILLS = int(os.environ.get("PRM_TEST_KILLS", "6"))
SEED = int(os.environ.get("PRM_TEST_SEED", "20261121"))
PARTNERS = 40


@pytest.fixture
def worker(broker: Any, mailbox: Mailbox, tmp_path: Path) -> Iterator[CeleryWorker]:
    more = {"PRM_EMAIL_URL": mailbox.url, "PRM_QUIET_HOURS": ""}
    found = CeleryWorker(tmp_path / "worker.log", concurrency=2, more=more)
    found.start()
    yield found
    found.kill()


def killed_again_and_again(
    worker: CeleryWorker, tasks: tuple[str, ...], is_done: Callable[[], bool], more: Callable[[], None]
) -> int:
    """Let the worker work and kill it at random instants, `KILLS` times; then let it finish. How many kills met work."""
    dice = random.Random(SEED)
    met = 0
    for _ in range(KILLS):
        if is_done():
            more()
        for task in tasks:
            current_app.send_task(task)
        time.sleep(dice.uniform(0.0, 0.4))
        worker.kill()
        met += not is_done()
        Delivery.objects.exclude(lease_until=None).update(lease_until=timezone.now() - timedelta(seconds=1))
        worker.start()
    deadline = time.monotonic() + 120
    while not is_done():
        for task in tasks:
            current_app.send_task(task)
        time.sleep(0.5)
        Delivery.objects.exclude(lease_until=None).update(lease_until=timezone.now() - timedelta(seconds=1))
        assert time.monotonic() < deadline, worker.program.last_lines()
    return met


def test_send_mail__workers_killed_at_random__every_row_sent_and_none_twice_but_under_its_own_id(
    worker: CeleryWorker, mailbox: Mailbox
):
    manager = staff()
    companies = [partner(f"P{number}") for number in range(PARTNERS)]
    for company in companies:
        colleague(company)
    segment("gold", companies)

    def more() -> None:
        draft = MessageDraft(subject="News", body="Hello {{ name }}", targeting=Targeting(any=("gold",)))
        composing.send_off(message=composing.create_message(draft=draft, author=manager))

    more()
    met = killed_again_and_again(
        worker, ("programs.send_mail",), lambda: not Delivery.objects.filter(mail="waiting").exists(), more
    )
    rows = list(Delivery.objects.all())
    assert len(rows) % PARTNERS == 0 and {row.mail for row in rows} == {"sent"}
    arrived = Counter(mailbox.ids())
    expected = {f"<{row.token}@127.0.0.1>" for row in rows}
    assert set(arrived) == expected
    again = sum(arrived.values()) - len(expected)
    print(f"\n{KILLS} kills, {met} while mail waited: {len(rows)} rows, {again} mails sent again under the same id")
    assert again <= 2 * KILLS  # at most what each killed process had in hand
    assert met


def test_walk_journeys__workers_killed_at_random__each_step_exactly_once(worker: CeleryWorker, mailbox: Mailbox):
    manager = staff()
    companies = [partner(f"P{number}", channel_manager=manager) for number in range(PARTNERS)]
    for company in companies:
        colleague(company)
    gold = segment("gold", companies)
    kit = program("kit", any=[segment("nobody", [])])
    draft = MessageDraft(subject="Welcome", body="Hello", for_journeys=True)
    message = composing.create_message(draft=draft, author=manager)
    journey = authoring.create_journey(draft=JourneyDraft(slug="welcome", name="Welcome", segment="gold"))
    for step in (
        StepDraft("message", message=message.pk),
        StepDraft("task", text="Call"),
        StepDraft("offer", program=kit.slug),
    ):
        authoring.add_step(journey=journey, draft=step)
    authoring.start(journey=journey)

    def more() -> None:
        now = timezone.now()
        Change.objects.bulk_create(
            [Change(segment=gold, subject_id=each.pk, kind="entered", at=now, version=1) for each in companies]
        )

    def is_done() -> bool:
        return (
            JourneyEntry.objects.count() == Change.objects.count()
            and not JourneyAct.objects.filter(state="due").exists()
            and not Delivery.objects.filter(mail="waiting").exists()
            and Offer.objects.on().filter(program=kit).count() == PARTNERS
        )

    more()
    tasks = ("programs.walk_journeys", "programs.send_mail", "programs.settle")
    met = killed_again_and_again(worker, tasks, is_done, more)
    entries = Change.objects.count()
    assert JourneyEntry.objects.values("change_id").distinct().count() == JourneyEntry.objects.count() == entries
    assert JourneyAct.objects.filter(state="done").count() == 3 * entries == JourneyAct.objects.count()
    assert ManagerTask.objects.count() == ManagerTask.objects.values("act").distinct().count() == entries
    assert JourneyGrant.objects.count() == entries
    assert Delivery.objects.count() == entries == Delivery.objects.filter(mail="sent").count()
    assert Offer.objects.count() == PARTNERS
    arrived = Counter(mailbox.ids())
    assert len(arrived) == entries
    print(f"\n{KILLS} kills, {met} in the middle: {entries} entries, {3 * entries} steps, none lost or doubled")
    assert met
