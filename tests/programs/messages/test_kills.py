"""Processes killed at random instants while they send and walk journeys: nothing is lost, nothing happens twice.

`TEST_KILLS` says how many kills (a longer run takes 200). Time is not waited for: after a kill the lease of the killed
process is ended by hand, as the clock would.
"""

from __future__ import annotations

import os
import random
import signal
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.core.mail.utils import DNS_NAME
from django.db import connection, connections
from django.urls import reverse
from django.utils import timezone

from programs.journeys import acting, authoring, following
from programs.journeys.authoring import JourneyDraft, StepDraft
from programs.messages import composing, sending
from programs.messages.composing import MessageDraft
from programs.models import Delivery, Journey, JourneyAct, JourneyEntry, JourneyGrant, ManagerTask, Offer
from programs.settling import settle
from programs.targeting import Targeting
from segments.models import Change, Segment
from tests.mailbox import Mailbox
from tests.programs.world import colleague, partner, program, segment, staff
from tests.workers import CeleryWorker

pytestmark = pytest.mark.django_db(transaction=True)
KILLS = int(os.environ.get("TEST_KILLS", "25"))
SEED = int(os.environ.get("TEST_SEED", "20261121"))
PARTNERS = 40


@pytest.fixture
def worker(broker: Any, mailbox: Mailbox, tmp_path: Path) -> Iterator[CeleryWorker]:
    more = {"PRM_EMAIL_URL": mailbox.url, "PRM_QUIET_HOURS": ""}
    found = CeleryWorker(tmp_path / "worker.log", concurrency=2, more=more)
    found.start()
    yield found
    found.kill()


def process_at(work: Callable[[], object]) -> int:
    """A process of its own that does the work over and over; its pid."""
    connection.close()  # each side opens its own
    pid = os.fork()
    if pid:
        return pid
    try:
        # A connection of the parent's that is not seen there (beside a running event loop Django keeps two) is open here:
        # two processes on one socket read each other's rows. Letting go of it does not close it for the parent.
        for inherited in connections.all(initialized_only=True):
            inherited.connection = None
        # What would wake a worker is not needed here, and the parent's connection to the broker is not this process's.
        current_app.send_task = lambda *_, **__: None
        while True:
            work()
            time.sleep(0.005)
    except BaseException:
        os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(1)


def end_leases() -> None:
    """What the clock does in time, to rows that a killed process held."""
    Delivery.objects.exclude(lease_until=None).update(lease_until=timezone.now() - timedelta(seconds=1))


def killed_again_and_again(work: Callable[[], object], is_done: Callable[[], bool], more: Callable[[], None]) -> int:
    """Two processes do the work at once and are killed at a random instant, `KILLS` times; then it is let finish.

    Gives how many kills met work. `more` makes more of it when all is done too early.
    """
    dice = random.Random(SEED)
    # Looked up and loaded once, here: it takes longer than a process lives.
    str(DNS_NAME)
    reverse("home")
    met = 0
    for _ in range(0, KILLS, 2):
        if is_done():
            more()
        pids = [process_at(work), process_at(work)]
        for pid in pids:
            time.sleep(dice.uniform(0.0, 0.5))
            os.kill(pid, signal.SIGKILL)
        for pid in pids:
            assert os.WIFSIGNALED(os.waitpid(pid, 0)[1]), "It ended by itself"
        met += 2 * (not is_done())
        end_leases()
    for _ in range(1000):
        if is_done():
            break
        work()
        end_leases()
    assert is_done()
    return met


def people_to_tell() -> tuple[Any, list[Any], Segment]:
    manager = staff()
    companies = [partner(f"P{number}", channel_manager=manager) for number in range(PARTNERS)]
    for company in companies:
        colleague(company)
    return manager, companies, segment("gold", companies)


def tell_gold(manager: Any) -> None:
    draft = MessageDraft(subject="News", body="Hello {{ name }}", targeting=Targeting(any=("gold",)))
    composing.send_off(message=composing.create_message(draft=draft, author=manager))


def welcome(manager: Any) -> Journey:
    program("kit", any=[segment("nobody", [])])
    draft = MessageDraft(subject="Welcome", body="Hello", for_journeys=True)
    message = composing.create_message(draft=draft, author=manager)
    journey = authoring.create_journey(draft=JourneyDraft(slug="welcome", name="Welcome", segment="gold"))
    steps = (
        StepDraft("message", message=message.pk),
        StepDraft("task", text="Call"),
        StepDraft("offer", program="kit"),
    )
    for step in steps:
        authoring.add_step(journey=journey, draft=step)
    return authoring.start(journey=journey)


def enter(gold: Segment, companies: list[Any]) -> None:
    now = timezone.now()
    Change.objects.bulk_create(
        [Change(segment=gold, subject_id=each.pk, kind="entered", at=now, version=1) for each in companies]
    )


def all_mail_left() -> bool:
    return not Delivery.objects.filter(mail="waiting").exists()


def all_walked() -> bool:
    return (
        JourneyEntry.objects.count() == Change.objects.count()
        and not JourneyAct.objects.filter(state="due").exists()
        and all_mail_left()
        and Offer.objects.on().filter(program__slug="kit").count() == PARTNERS
    )


def assert_each_once(mailbox: Mailbox) -> int:
    """Every entry, step, task, grant, offer and message is there once; how many mails came again under their own id."""
    entries = Change.objects.count()
    assert JourneyEntry.objects.values("change_id").distinct().count() == JourneyEntry.objects.count() == entries
    assert JourneyAct.objects.filter(state="done").count() == 3 * entries == JourneyAct.objects.count()
    assert ManagerTask.objects.count() == ManagerTask.objects.values("act").distinct().count() == entries
    assert JourneyGrant.objects.count() == entries
    assert Delivery.objects.count() == entries == Delivery.objects.filter(mail="sent").count()
    assert Offer.objects.count() == PARTNERS
    arrived = Counter(mailbox.ids())
    assert len(arrived) == entries
    return sum(arrived.values()) - entries


def test_send_due__killed_at_random__every_row_sent_and_none_twice_but_under_its_own_id(broker: Any, mailbox: Mailbox):
    manager, _, _ = people_to_tell()
    tell_gold(manager)
    met = killed_again_and_again(sending.send_due, all_mail_left, lambda: tell_gold(manager))
    rows = list(Delivery.objects.all())
    assert len(rows) % PARTNERS == 0 and {row.mail for row in rows} == {"sent"}
    arrived = Counter(mailbox.ids())
    assert set(arrived) == {f"<{row.token}@127.0.0.1>" for row in rows}
    again = sum(arrived.values()) - len(rows)
    print(f"\n{KILLS} kills, {met} while mail waited: {len(rows)} rows, {again} mails sent again under the same id")
    assert again <= KILLS + 1  # at most what each killed process had in hand
    assert met
    assert len(rows) > PARTNERS  # the killed ones did get somewhere


def test_walk__killed_at_random__each_step_exactly_once(broker: Any, mailbox: Mailbox):
    manager, companies, gold = people_to_tell()
    welcome(manager)
    enter(gold, companies)

    def walk() -> None:
        following.follow_all()
        acting.act_due(limit=20)
        settle()
        sending.send_due(limit=5)

    met = killed_again_and_again(walk, all_walked, lambda: enter(gold, companies))
    again = assert_each_once(mailbox)
    entries = Change.objects.count()
    print(
        f"\n{KILLS} kills, {met} in the middle: {entries} entries, {3 * entries} steps once each, {again} mails again"
    )
    assert met


def test_celery_workers__killed_in_the_middle__carry_on_after_a_restart(worker: CeleryWorker, mailbox: Mailbox):
    manager, companies, gold = people_to_tell()
    welcome(manager)
    enter(gold, companies)
    tasks = ("programs.walk_journeys", "programs.settle", "programs.send_mail")
    for task in tasks:
        current_app.send_task(task)
    while not JourneyEntry.objects.exists():
        time.sleep(0.01)
    assert not all_walked()
    worker.restart()
    for _ in range(240):
        if all_walked():
            break
        end_leases()
        for task in tasks:
            current_app.send_task(task)
        time.sleep(0.5)
    assert_each_once(mailbox)
