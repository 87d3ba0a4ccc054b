"""The feed under writers: a reader that walks it while ten commit at once gets every change exactly once, in order."""

from __future__ import annotations

import random
import threading
import time
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from segments.locks import lock_members
from segments.models import Change
from tests import callers
from tests.programs import world

WRITERS = 10


@pytest.mark.django_db(transaction=True)
def test_changes__ten_writers_commit_while_one_reads__each_exactly_once_in_order(
    request: pytest.FixtureRequest, broker: Any, settings: Any
) -> None:
    settings.API_RATE = 10_000_000
    seconds = request.config.getoption("--feed-seconds")
    partners = [world.partner(f"P-{number}") for number in range(50)]
    segments = [world.segment(f"segment-{number}") for number in range(5)]
    stop = threading.Event()
    written: list[list[int]] = []
    failures: list[BaseException] = []
    note = threading.Lock()

    def write(seed: int) -> None:
        dice = random.Random(seed)
        try:
            while not stop.is_set():
                kept = dice.random() > 0.1
                with transaction.atomic():
                    lock_members()  # as every writer of the ledger does
                    rows = [
                        Change(
                            segment=dice.choice(segments), subject_id=dice.choice(partners).pk,
                            kind=dice.choice(["entered", "left"]), at=timezone.now(), version=1,
                        )
                        for _ in range(dice.randint(1, 30))
                    ]  # fmt: skip
                    made = [each.pk for each in Change.objects.bulk_create(rows)]
                    time.sleep(dice.random() * 0.01)
                    transaction.set_rollback(not kept)
                if kept:
                    with note:
                        written.append(made)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=[seed]) for seed in range(WRITERS)]
    for thread in threads:
        thread.start()
    caller, seen, pages = callers.key("read"), [], 0
    until, address = time.monotonic() + seconds, "changes/?wait=1&page_size=37"
    while True:
        over = time.monotonic() >= until
        if over and not stop.is_set():
            stop.set()
            for thread in threads:
                thread.join()
        body = caller.get(address).json()
        seen += [change["id"] for change in body["results"]]
        pages += 1
        address = body["next"]
        if stop.is_set() and not body["results"]:
            break
    assert not failures
    assert seen == sorted(seen) and len(set(seen)) == len(seen)
    assert seen == sorted(pk for made in written for pk in made)
    print(f"\n{seconds} s, {WRITERS} writers: {len(written)} commits, {len(seen)} changes, {pages} pages")
    assert len(written) > WRITERS
