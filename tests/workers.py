"""A real Celery worker in a process of its own, on the test's database and broker."""

import os
import sys
import time
from pathlib import Path
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection

from prm.launcher.processes import Program


def database_url() -> str:
    """The address of the database that the tests are connected to (not of the one it was made beside)."""
    database = connection.settings_dict
    host, name = str(database["HOST"]), quote(str(database["NAME"]), safe="")
    user = ":".join(quote(str(part), safe="") for part in (database["USER"], database["PASSWORD"]) if part)
    login = f"{user}@" if user else ""
    options = {key: value for key, value in database.get("OPTIONS", {}).items() if isinstance(value, str | int)}
    query = f"?{urlencode(options)}" if options else ""
    if host.startswith("/"):
        return f"postgres://{login}/{host}/{name}{query}"
    port = f":{database['PORT']}" if database["PORT"] else ""
    return f"postgres://{login}{host}{port}/{name}{query}"


class CeleryWorker:
    """`celery -A prm worker`, started, killed and started again at a test's will."""

    def __init__(self, log: Path, *, concurrency: int = 1, more: dict[str, str] | None = None) -> None:
        self.log = log
        env = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "REDIS_URL": settings.REDIS_URL,
            "PRM_DEBUG": "0",
            **(more or {}),
        }
        command = [sys.executable, "-m", "celery", "-A", "prm", "worker", "--loglevel=INFO", "--without-gossip"]
        command += ["--without-mingle", "--without-heartbeat", f"--concurrency={concurrency}"]
        self.program = Program(name="worker", command=command, env=env, cwd=settings.BASE_DIR, log=log)

    def start(self) -> None:
        """Start it; returns when it takes tasks."""
        self.program.start()
        deadline = time.monotonic() + 60
        while b" ready." not in self.program.output_of_this_run():
            assert self.program.poll() is None, f"The worker ended:\n{self.program.last_lines()}"
            assert time.monotonic() < deadline, f"The worker is not ready:\n{self.program.last_lines()}"
            time.sleep(0.05)

    def kill(self) -> None:
        """SIGKILL to the worker and its children, in the middle of whatever they do."""
        self.program.kill()

    def restart(self) -> None:
        """Kill it if it runs, and start it anew."""
        self.kill()
        self.start()
