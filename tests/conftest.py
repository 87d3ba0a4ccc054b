"""Fixtures for every app's tests."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings
from django.test import Client, RequestFactory

from people.sessions import lasting
from tests.mailbox import Mailbox
from tests.workers import CeleryWorker

PROJECT = Path(__file__).resolve().parent.parent
CHROMIUM = "/usr/bin/chromium"
CHROMIUM_FLAGS = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Hash passwords in no time; a test about hashing sets its own."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def sessions_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is signed in without a form has been there a moment: once a minute a request notes it, and few are that one."""
    sign_in = Client.force_login

    def force_login(self: Client, user: Any, backend: str | None = None) -> None:
        sign_in(self, user, backend)
        request = RequestFactory().get("/")
        request.session, request.user = self.session, user
        lasting.note_use(request)
        request.session.save()

    monkeypatch.setattr(Client, "force_login", force_login)


@pytest.fixture
def broker() -> Iterator[redis.Redis]:
    """The broker database of this test run, empty; also the cache, and the queues of `celery_worker_process`."""
    client = redis.Redis.from_url(settings.REDIS_CACHE_URL)
    client.flushdb()
    yield client
    client.flushdb()
    client.close()


@pytest.fixture
def celery_worker_process(transactional_db: None, broker: redis.Redis, tmp_path: Path) -> Iterator[CeleryWorker]:
    """A real Celery worker on the test's database and broker: `.kill()` (SIGKILL to all of it), `.restart()`."""
    worker = CeleryWorker(tmp_path / "worker.log")
    worker.start()
    yield worker
    worker.kill()


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    """A real SMTP server; mail of this process goes there, at any hour of the day."""
    box = Mailbox()
    box.controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
    settings.QUIET_HOURS = (0, 0)
    yield box
    box.controller.stop()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real records beside the project."""
    folder = PROJECT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"The real records are not here: there is no {folder}")
    return folder


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the system's Chromium, never a download."""
    found = CHROMIUM if Path(CHROMIUM).exists() else shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        pytest.skip("Chromium is not installed")
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": found, "args": CHROMIUM_FLAGS + as_root}


@pytest.fixture
def browser_page(live_server: Any, browser: Any) -> Iterator[Any]:
    """A fresh browser page at the product: `browser_page.goto("/")`. Errors of the page's scripts fail the test."""
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(15_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    under_way: set[Any] = set()
    context.on("request", lambda request: under_way.add(request))
    context.on("requestfinished", lambda request: under_way.discard(request))
    context.on("requestfailed", lambda request: under_way.discard(request))
    yield page
    for _ in range(100):  # a request that still reads when the tables are emptied would make a deadlock with that
        if not under_way or page.is_closed():
            break
        page.wait_for_timeout(50)
    context.close()
    assert not errors, errors
