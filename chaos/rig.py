"""The whole product with services of its own: the rig of `tests.killing`, with a web server, and things that can be withheld."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from prm.launcher.leash import children_of
from prm.launcher.places import PROJECT
from prm.launcher.processes import Program, Watched
from tests.killing.rig import Rig

SETTINGS = {
    "PRM_WEBHOOK_HTTP": "1",
    "PRM_WEBHOOK_NETWORKS": "127.0.0.0/8",
    "PRM_API_RATE": "1000000",
    "PRM_QUIET_HOURS": "",
}


class Product(Rig):
    """PostgreSQL, broker, two workers, beat and web server, each started again by a supervisor as in production."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        mine = SETTINGS | {"PRM_MEDIA_ROOT": str(folder / "media")}
        self.env |= mine
        os.environ.update(mine)
        os.environ["PRM_SNAPSHOT_DIR"] = self.env["PRM_SNAPSHOT_DIR"]

    @property
    def address(self) -> str:
        """Of the web server."""
        return f"http://127.0.0.1:{self.port}"

    def start_web(self) -> None:
        """gunicorn, as in production."""
        words = [f"--bind=127.0.0.1:{self.port}", "--worker-class=gthread", "--workers=2", "--threads=4"]
        command = [sys.executable, "-m", "gunicorn", "prm.wsgi:application", *words, "--no-control-socket"]
        program = Program(
            name="web", command=command, env=self.env, cwd=PROJECT, log=self.place.logs / "web.log", grace=8.0
        )
        with self._lock:
            self.supervisor.add(program)
        self.programs["web"] = program

    def pids(self, names: list[str]) -> list[int]:
        """All processes of these programs, each program's own first; none when one of them is down."""
        families = [(main, *children_of(main)) for main in map(self.main_pid, names) if main]
        return [pid for family in families for pid in family] if len(families) == len(names) else []

    def is_complete(self) -> bool:
        """Every program runs, and the workers take tasks."""
        return all(map(self.main_pid, self.programs)) and self.ready("worker-0") and self.ready("worker-1")

    def kill_all(self, pids: list[int]) -> None:
        """SIGKILL to each, this instant; what they left behind goes with their leash."""
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    @contextlib.contextmanager
    def without(self, name: str) -> Iterator[None]:
        """The program is killed, and nobody starts it again while the block runs."""
        program = self.programs[name]
        with self._lock:
            self.supervisor.watched = [item for item in self.supervisor.watched if item.program is not program]
            program.kill()
        try:
            yield
        finally:
            with self._lock:
                self.supervisor.watched.append(Watched(program, started_at=time.monotonic(), restart_at=0.0))


class SmallDisk:
    """A disk of a size that can be changed while it is in use. Needs root."""

    def __init__(self, folder: Path, megabytes: int = 2000) -> None:
        self.folder, self.megabytes = folder, megabytes
        self.lock = threading.Lock()

    def __enter__(self) -> SmallDisk:
        self.folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={self.megabytes}m", "tmpfs", self.folder], check=True)
        return self

    def __exit__(self, *_: object) -> None:
        subprocess.run(["umount", self.folder], check=True)

    def _resize(self, size: str) -> None:
        subprocess.run(["mount", "-o", f"remount,size={size}", self.folder], check=True)

    @contextlib.contextmanager
    def full(self, *, left: int) -> Iterator[None]:
        """So many bytes are left, and then none, while the block runs."""
        found = os.statvfs(self.folder)
        used = (found.f_blocks - found.f_bfree) * found.f_frsize
        self._resize(str(used + left))
        try:
            yield
        finally:
            self._resize(f"{self.megabytes}m")
