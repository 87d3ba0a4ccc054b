"""Asked to stop with SIGTERM: a web server answers what it has begun, a worker finishes its task. Their lines are JSON."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.conf import settings

from integrations.keys import create_key
from integrations.models import WebhookDelivery
from integrations.webhooks import collecting
from partners.outbox import announce
from prm.launcher.processes import Program
from segments import dispatch
from segments.models import Recompute
from tests.integrations.webhooks.making import webhook
from tests.receiver import Receiver
from tests.workers import CeleryWorker, database_url

pytestmark = pytest.mark.django_db(transaction=True)


def lines(log: Path) -> list[dict[str, Any]]:
    """The log's lines, each one JSON object."""
    return [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]


@pytest.fixture
def web(broker: Any, tmp_path: Path) -> Iterator[tuple[Program, str]]:
    """gunicorn as in production, on a port of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [
        f"--bind=127.0.0.1:{port}",
        "--worker-class=gthread",
        "--workers=1",
        "--threads=4",
        "--graceful-timeout=20",
    ]
    program = Program(
        name="web",
        command=[sys.executable, "-m", "gunicorn", "prm.wsgi:application", *words, "--no-control-socket"],
        env={**os.environ, "DATABASE_URL": database_url(), "REDIS_URL": settings.REDIS_URL, "PRM_LOG_LEVEL": "INFO"},
        cwd=settings.BASE_DIR,
        log=tmp_path / "web.log",
        grace=30.0,
    )
    program.start()
    address = f"http://127.0.0.1:{port}"
    for _ in range(600):
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=5).close()
            break
        except OSError:
            assert program.poll() is None, program.last_lines()
            time.sleep(0.1)
    yield program, address
    program.kill()


def test_web__sigterm_while_it_answers__the_answer_comes_and_then_it_ends(web: tuple[Program, str]) -> None:
    program, address = web
    secret = create_key(name="reader", scope="read").secret
    headers = {"Authorization": f"Bearer {secret}"}
    request = urllib.request.Request(f"{address}/api/v1/changes/?wait=4", headers=headers)
    got: list[int] = []

    def ask() -> None:
        with urllib.request.urlopen(request, timeout=60) as answer:
            answer.read()
            got.append(answer.status)

    asking = threading.Thread(target=ask)
    asking.start()
    for _ in range(300):
        if b"/changes/?wait=4" in program.output_of_this_run():
            break
        time.sleep(0.05)
    program.ask_to_stop()
    asking.join(60)
    assert got == [200]
    assert program.wait() in {0, -signal.SIGTERM, 128 + signal.SIGTERM}
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"{address}/healthz", timeout=5)
    assert program.log is not None
    mine = [line for line in lines(program.log) if "/changes/?wait=4" in line.get("request", "")]
    assert [line["event"] for line in mine] == ["request_started", "request_finished"]
    assert mine[0]["request_id"] == mine[1]["request_id"] != ""


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.stop()


@pytest.fixture
def worker(broker: Any, tmp_path: Path) -> Iterator[CeleryWorker]:
    more = {"PRM_WEBHOOK_HTTP": "1", "PRM_WEBHOOK_NETWORKS": "127.0.0.0/8", "PRM_LOG_LEVEL": "INFO"}
    found = CeleryWorker(tmp_path / "worker.log", concurrency=2, more=more)
    found.program.grace = 30.0
    found.start()
    yield found
    found.kill()


def test_worker__sigterm_in_the_middle_of_a_task__finishes_it_and_takes_no_other(
    worker: CeleryWorker, receiver: Receiver, settings: Any
) -> None:
    from ipaddress import ip_network

    settings.WEBHOOK_HTTP, settings.WEBHOOK_NETWORKS = True, [ip_network("127.0.0.0/8")]
    webhook(receiver.url)
    receiver.delay = 3.0
    announce(type="segment.published", payload={"number": 0})
    collecting.collect()
    current_app.send_task("integrations.send_webhooks")
    for _ in range(600):
        if receiver.requests:
            break
        time.sleep(0.05)
    worker.program.ask_to_stop()
    time.sleep(0.3)
    run = dispatch.recompute_soon(trigger=Recompute.Trigger.MANUAL, requested_by="test")
    worker.program.wait()
    assert [row.state for row in WebhookDelivery.objects.all()] == ["delivered"]
    assert len(receiver.requests) == 1
    assert Recompute.objects.get(pk=run.pk).status == Recompute.Status.QUEUED
    worker.start()  # what came meanwhile waited for the next one
    for _ in range(600):
        if Recompute.objects.get(pk=run.pk).settled_at:
            break
        time.sleep(0.05)
    assert Recompute.objects.get(pk=run.pk).status == Recompute.Status.SUCCEEDED


def test_worker__its_lines__are_json_with_the_ids_of_task_and_run(worker: CeleryWorker) -> None:
    run = dispatch.recompute_soon(trigger=Recompute.Trigger.MANUAL, requested_by="test")
    for _ in range(600):
        if Recompute.objects.get(pk=run.pk).settled_at:
            break
        time.sleep(0.05)
    worker.program.stop()
    told = lines(worker.log)
    done = next(line for line in told if line["event"] == "recomputed")
    assert done["run_id"] == run.pk
    assert done["task_id"]
    assert [line for line in told if line["event"] == "task_succeeded" and line["task_id"] == done["task_id"]]
    plain = [line for line in worker.log.read_text().splitlines() if not line.startswith("{")]
    assert not [line for line in plain if "ERROR" in line or "WARNING" in line or "INFO" in line], plain
