"""A real Celery worker and its children, killed at random instants while they settle, walk journeys, send and accrue.

As a supervisor does, the worker is started again when it is gone; its children it starts again itself. `--kills 200` (or
`TEST_KILLS=200`) makes it the long run. Time is not waited for: what the clock would send is sent more often, and the
leases of killed processes are ended by hand.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.db.models import Count, Sum
from django.utils import timezone

from partners.models import Deal, OutboxEvent, Partner
from prm.launcher.leash import children_of
from programs.journeys import authoring
from programs.journeys.authoring import JourneyDraft, StepDraft
from programs.messages import composing
from programs.messages.composing import MessageDraft
from programs.models import Delivery, JourneyAct, JourneyEntry, JourneyGrant, LedgerEntry, ManagerTask, Offer
from segments.models import Change, Segment
from tests.mailbox import Mailbox
from tests.programs.messages.test_kills import end_leases
from tests.programs.world import colleague, partner, program, segment, set_members, staff
from tests.workers import CeleryWorker

pytestmark = pytest.mark.django_db(transaction=True)
SEED = int(os.environ.get("TEST_SEED", "20261122"))
PARTNERS = 60
TASKS = ("programs.walk_journeys", "programs.settle", "programs.send_mail", "programs.accrue")
CHILDREN_OF_TEN = 9
"""Kills that take one child of the pool; of the others half take the worker's own process, half all of it at once."""


@pytest.fixture
def worker(broker: Any, mailbox: Mailbox, tmp_path: Path) -> Iterator[CeleryWorker]:
    more = {"PRM_EMAIL_URL": mailbox.url, "PRM_QUIET_HOURS": ""}
    found = CeleryWorker(tmp_path / "worker.log", concurrency=2, more=more)
    found.start()
    yield found
    found.kill()


class Work:
    """A population in which something is always to be done; who is meant to have what is known at any time."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.manager = staff()
        self.companies = [partner(f"P{number}", channel_manager=self.manager) for number in range(PARTNERS)]
        for company in self.companies:
            colleague(company)
        self.gold: Segment = segment("gold", self.companies)
        self.silver: Segment = segment("silver", [])
        self.inside: set[int] = set()
        self.page = program("page", any=[self.silver], detail={"body": "Hello"})
        program("kit", any=[segment("nobody", [])])
        self.rebate = program("rebate", kind="incentive", any=[self.gold])
        message = composing.create_message(
            draft=MessageDraft(subject="Welcome", body="Hello", for_journeys=True), author=self.manager
        )
        journey = authoring.create_journey(draft=JourneyDraft(slug="welcome", name="Welcome", segment="gold"))
        for step in (
            StepDraft("message", message=message.pk),
            StepDraft("task", text="Call"),
            StepDraft("offer", program="kit"),
            StepDraft("webhook", text="crm.welcome"),
        ):
            authoring.add_step(journey=journey, draft=step)
        authoring.start(journey=journey)

    def more(self) -> None:
        """Everybody enters again as far as the ledger tells; some move in and out of silver; some win a deal."""
        now = timezone.now()
        Change.objects.bulk_create(
            [
                Change(segment=self.gold, subject_id=each.pk, kind="entered", at=now, version=1)
                for each in self.companies
            ]
        )
        self.inside = {each.pk for each in self.companies if self.dice.random() < 0.5}
        set_members(self.silver, list(Partner.objects.filter(pk__in=self.inside)))
        made = Deal.objects.count()
        Deal.objects.bulk_create(
            [
                Deal(
                    external_id=f"D-{made + number}", partner=company, stage="won", amount="100.00", currency="EUR",
                    closed_on=timezone.localdate(),
                )
                for number, company in enumerate(self.companies)
            ]
        )  # fmt: skip

    def is_done(self) -> bool:
        """Nothing is left to do."""
        return (
            JourneyEntry.objects.count() == Change.objects.count()
            and not JourneyAct.objects.filter(state="due").exists()
            and not Delivery.objects.filter(mail="waiting").exists()
            and Offer.objects.on().filter(program__slug="kit").count() == PARTNERS
            and set(Offer.objects.on().filter(program=self.page).values_list("partner_id", flat=True)) == self.inside
            and LedgerEntry.objects.count() >= Deal.objects.count()
        )

    def tick(self) -> None:
        """What the clock does, only sooner."""
        end_leases()
        for task in TASKS:
            current_app.send_task(task)

    def check(self, mailbox: Mailbox) -> int:
        """Every entry, step, task, grant, event, message, offer and ledger line once; how many mails came again."""
        entries = Change.objects.count()
        assert JourneyEntry.objects.values("change_id").distinct().count() == JourneyEntry.objects.count() == entries
        assert JourneyAct.objects.filter(state="done").count() == 4 * entries == JourneyAct.objects.count()
        assert ManagerTask.objects.count() == ManagerTask.objects.values("act").distinct().count() == entries
        assert JourneyGrant.objects.count() == entries
        events = OutboxEvent.objects.filter(type="journey.step").values_list("payload__key", flat=True)
        assert len(events) == len(set(events)) == entries
        assert Delivery.objects.count() == entries == Delivery.objects.filter(mail="sent").count()
        doubled = Offer.objects.on().values("program", "partner").annotate(count=Count("pk")).filter(count__gt=1)
        assert not doubled.exists()
        assert set(Offer.objects.on().filter(program=self.page).values_list("partner_id", flat=True)) == self.inside
        deals = Deal.objects.count()
        assert LedgerEntry.objects.count() == LedgerEntry.objects.values("deal").distinct().count() == deals
        assert LedgerEntry.objects.aggregate(sum=Sum("amount"))["sum"] == 5 * Decimal(deals)
        arrived = Counter(mailbox.ids())
        assert len(arrived) == entries
        return sum(arrived.values()) - entries


def kill(worker: CeleryWorker, dice: random.Random) -> str:
    """SIGKILL to a child of the pool, to the worker's own process, or to all of it; what was killed."""
    leash = worker.program._process
    main = (children_of(leash.pid) or [0])[0] if leash else 0
    children = children_of(main) if main else []
    throw = dice.random() * 10
    if throw < CHILDREN_OF_TEN and children:
        what, victims = "child", [dice.choice(children)]
    elif throw < (10 + CHILDREN_OF_TEN) / 2:
        what, victims = "own process", [main]
    else:
        what, victims = "all", [main, *children]
    for pid in filter(None, victims):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    if what != "child":
        worker.restart()
    return what


def test_worker_and_children__killed_again_and_again__nothing_lost_or_doubled(
    worker: CeleryWorker, mailbox: Mailbox, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
):
    asked = request.config.getoption("--kills", default=None)
    kills = int(os.environ.get("TEST_KILLS", asked or 5))
    dice = random.Random(SEED)
    work = Work(dice)
    killed: Counter[str] = Counter()
    met = made_work = 0
    for _ in range(kills):
        if not made_work or work.is_done():
            work.more()
            made_work += 1
        work.tick()
        time.sleep(dice.uniform(0.0, 0.6))
        met += not work.is_done()
        killed[kill(worker, dice)] += 1
    for _ in range(600):
        if work.is_done():
            break
        work.tick()
        time.sleep(0.5)
    assert work.is_done()
    again = work.check(mailbox)
    with capsys.disabled():
        print(
            f"\n{dict(killed)} killed, {met} in the middle: {Change.objects.count()} entries, {JourneyAct.objects.count()}"
            f" steps, {Offer.objects.count()} offers, {LedgerEntry.objects.count()} ledger lines, {again} mails again"
        )
    assert met and Change.objects.count() >= PARTNERS
