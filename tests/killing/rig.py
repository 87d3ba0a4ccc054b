"""PostgreSQL, the broker, two Celery workers and beat of one's own, looked after as in production and killed at will."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from prm.launcher import services
from prm.launcher.leash import children_of
from prm.launcher.places import PROJECT, Place
from prm.launcher.processes import Program, Supervisor

SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "prm.settings",
    "PRM_DEBUG": "0",
    "PRM_HTTPS": "0",
    "PRM_SECRET_KEY": "only-for-tests-" + "x" * 40,
    "PRM_LOG_LEVEL": "WARNING",
    "PRM_LEASE_SECONDS": "2",
    "PRM_SHARD_ABOVE": "-1",  # every run is spread over the workers
    "PRM_SHARDS": "12",
    "PRM_SNAPSHOT_ABOVE": "0",
}


class Patient(Supervisor):
    """Restarts whoever has died as for the first time: here nobody dies by a fault of their own."""

    steady_after = 0.0


class Rig:
    """All processes of the engine. Its own process may use Django once the services run."""

    def __init__(self, folder: Path) -> None:
        self.place = Place(folder)
        self.env = {name: value for name, value in os.environ.items() if not name.startswith("PRM_")}
        for name in ("DATABASE_URL", "REDIS_URL"):
            self.env.pop(name, None)
        self.env |= SETTINGS | {"PRM_SNAPSHOT_DIR": str(folder / "columns"), "PYTHONUNBUFFERED": "1"}
        self.supervisor = Patient()
        self.programs: dict[str, Program] = {}
        self._lock = threading.Lock()
        self._done = threading.Event()

    @contextlib.contextmanager
    def services(self) -> Iterator[None]:
        """PostgreSQL and the broker, with nothing traded for speed; everything is gone afterwards."""
        ticker = threading.Thread(target=self._look_after, daemon=True)
        try:
            services.start(self.place, self.env, self.supervisor)
            self.programs = {item.program.name: item.program for item in self.supervisor.watched}
            os.environ.update({name: self.env[name] for name in (*SETTINGS, "DATABASE_URL", "REDIS_URL")})
            ticker.start()
            yield
        finally:
            self._done.set()
            if ticker.is_alive():
                ticker.join()
            self.supervisor.stop()

    def _look_after(self) -> None:
        while not self._done.wait(0.1):
            with self._lock:
                self.supervisor.tick()

    def start_workers(self, count: int = 2, *, concurrency: int = 2) -> None:
        """Celery workers, each with children of its own, and beat."""
        celery = [sys.executable, "-m", "celery", "-A", "prm"]
        words = ["worker", "--loglevel=INFO", "--without-gossip", "--without-mingle", f"--concurrency={concurrency}"]
        commands = {f"worker-{number}": [*celery, *words, "-n", f"w{number}@%h"] for number in range(count)}
        commands["beat"] = [*celery, "beat", "--loglevel=INFO", "--pidfile=", "--max-interval=1"]
        for name, command in commands.items():
            log = self.place.logs / f"{name}.log"
            program = Program(name=name, command=command, env=self.env, cwd=PROJECT, log=log, grace=8.0)
            with self._lock:
                self.supervisor.add(program)
            self.programs[name] = program

    def ready(self, name: str) -> bool:
        """The worker takes tasks."""
        return b" ready." in self.programs[name].output_of_this_run()

    def main_pid(self, name: str) -> int:
        """The program's own process; 0 while it is down."""
        process = self.programs[name]._process
        found = children_of(process.pid) if process and process.poll() is None else []
        return found[0] if found else 0

    def kill(self, name: str, how: str, chance: random.Random) -> bool:
        """SIGKILL: to all of a program at once, to its main process, or to one of its children. False: nobody there."""
        main = self.main_pid(name)
        children = children_of(main) if main else []
        victims = {"all": [main, *children], "parent": [main], "child": chance.sample(children, min(1, len(children)))}
        hit = False
        for pid in filter(None, victims[how]):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                hit = True
        return hit


def until(claim: Callable[[], bool], seconds: float, what: str, pause: float = 0.05) -> float:
    """Seconds until the claim holds; TimeoutError when it does not in time."""
    began = time.monotonic()
    while not claim():
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"not within {seconds:g} s: {what}")
        time.sleep(pause)
    return time.monotonic() - began
