"""Where the launcher keeps things, and the lock that keeps two launchers apart."""

import contextlib
import fcntl
import hashlib
import os
import re
import socket
import stat
import tempfile
import time
from pathlib import Path

from prm.launcher.processes import Failed

PROJECT = Path(__file__).resolve().parents[2]
STATE = Path(os.environ.get("PRM_STATE_DIR") or PROJECT / ".state").absolute()
SOCKET_LIMIT = 100
"""Characters a socket's path may have; the systems' limit is 104 (macOS) or 108 (Linux) with the final zero."""
LONGEST_SOCKET_NAME = "/.s.PGSQL.5432.lock"


def private_folder(path: Path) -> Path:
    """The folder, made if need be, ours and closed to everybody else (0700)."""
    path.mkdir(parents=True, exist_ok=True)
    if not is_ours(path):
        raise Failed(f"{path} belongs to another user or is a link. Remove it, then start again.")
    path.chmod(0o700)
    return path


def is_ours(path: Path) -> bool:
    """True for a real folder (no link) that belongs to who we are."""
    found = path.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()


def takes_sockets(folder: Path) -> bool:
    """True when a socket in the folder has a short, plain path and the file system knows sockets at all."""
    if len(str(folder) + LONGEST_SOCKET_NAME) > SOCKET_LIMIT or not re.fullmatch(r"[A-Za-z0-9/._-]+", str(folder)):
        return False
    probe = folder / f"probe-{os.getpid()}"
    try:
        with contextlib.closing(socket.socket(socket.AF_UNIX)) as tried:
            tried.bind(str(probe))
    except OSError:
        return False
    finally:
        probe.unlink(missing_ok=True)
    return True


class Place:
    """One state folder with its lock, logs and (elsewhere, if its path is too long for them) its sockets."""

    def __init__(self, folder: Path) -> None:
        self.folder = private_folder(folder)
        self.logs = self.folder / "logs"
        self.lock_fd: int | None = None

    def lock(self, patience: float = 0.0) -> bool:
        """Take the folder for ourselves; False when another launcher holds it for longer than `patience` seconds.

        The leashes inherit the lock: it is free only when the last process of a killed launcher is gone.
        """
        descriptor = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                if time.monotonic() >= deadline:
                    os.close(descriptor)
                    return False
                time.sleep(0.05)
            else:
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, str(os.getpid()).encode(), 0)
                self.lock_fd = descriptor
                return True

    def holder_lives(self) -> bool:
        """True when the launcher that took the lock last is alive, and not only on its way out."""
        with contextlib.suppress(OSError, ValueError):
            os.kill(int((self.folder / "lock").read_text()), 0)
            return True
        return False

    def announce_leaving(self) -> None:
        """Let whoever wants the folder know that waiting is worth while."""
        if self.lock_fd is not None:
            os.ftruncate(self.lock_fd, 0)

    def unlock(self) -> None:
        """Let the folder go."""
        if self.lock_fd is not None:
            os.close(self.lock_fd)
            self.lock_fd = None

    @property
    def inherited(self) -> tuple[int, ...]:
        """What every leash keeps open: the lock."""
        return () if self.lock_fd is None else (self.lock_fd,)

    def sockets(self) -> Path:
        """A private folder short enough for sockets: in the state folder, or else under the temporary folder."""
        inside = private_folder(self.folder / "run")
        if takes_sockets(inside):
            return inside
        name = f"prm-{os.geteuid()}-{hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]}"
        for parent in (tempfile.gettempdir(), "/tmp"):  # noqa: S108
            outside = private_folder(Path(parent) / name)
            if takes_sockets(outside):
                return outside
        raise Failed(
            f"No folder takes sockets: neither {inside} nor {outside}. Set TMPDIR to a short path on a local disk."
        )


def place_for_tests() -> Place:
    """A locked place for one test run: `.state/test`, or the next free neighbour while others run."""
    for number in range(1, 100):
        place = Place(STATE / ("test" if number == 1 else f"test-{number}"))
        if place.lock():
            return place
    raise Failed(f"Every test folder in {STATE} is in use. Stop some of the runs.")
