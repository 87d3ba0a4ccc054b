"""Programs on a leash, and the supervisor that restarts those that die."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from prm.launcher.progress import say

LEASH = Path(__file__).with_name("leash.py")
LOG_LIMIT = 20_000_000
"""Bytes above which a log is begun afresh at the next start."""


class Failed(Exception):
    """The launcher cannot go on; the text says why and what to do."""


@dataclass(kw_only=True)
class Program:
    """What to run and how to end it; `start()` runs it, again and again if need be."""

    name: str
    command: Sequence[str | Path]
    env: Mapping[str, str]
    log: Path | None = None
    """Where its output goes; None = the launcher's own terminal."""
    cwd: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 10.0
    """Seconds between the request to stop and the kill."""
    orphan_signal: signal.Signals = signal.SIGKILL
    orphan_grace: float = 0.0
    user: tuple[int, int] | None = None
    """(uid, gid) to run as, when not as ourselves."""
    keep_open: Sequence[int] = ()
    """File descriptors that the leash, not the program, keeps: the folder's lock."""
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _pipe: int | None = field(default=None, repr=False)
    _log_began: int = field(default=0, repr=False)

    def start(self) -> None:
        """Start it, on a leash; the previous run, if any, must have ended."""
        read_end, write_end = os.pipe()
        options = [
            f"--pipe={read_end}",
            f"--stop-signal={int(self.stop_signal)}",
            f"--grace={self.grace}",
            f"--orphan-signal={int(self.orphan_signal)}",
            f"--orphan-grace={self.orphan_grace}",
        ]
        if self.user:
            options += [f"--uid={self.user[0]}", f"--gid={self.user[1]}"]
        with self._output() as output:
            self._log_began = output.tell() if output else 0
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", LEASH, *options, "--", *self.command],
                env=dict(self.env),
                cwd=self.cwd,
                stdin=subprocess.DEVNULL if output else None,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                pass_fds=[read_end, *self.keep_open],
                start_new_session=True,  # Ctrl-C reaches the launcher alone, which stops everything in order
            )
        os.close(read_end)
        self._close_pipe()
        self._pipe = write_end

    @contextlib.contextmanager
    def _output(self) -> Iterator[IO[bytes] | None]:
        if self.log is None:
            yield None
            return
        self.log.parent.mkdir(parents=True, exist_ok=True)
        mode = "wb" if self.log.exists() and self.log.stat().st_size > LOG_LIMIT else "ab"
        with self.log.open(mode) as output:
            output.seek(0, os.SEEK_END)
            yield output

    def _close_pipe(self) -> None:
        if self._pipe is not None:
            os.close(self._pipe)
            self._pipe = None

    def poll(self) -> int | None:
        """Its exit code, or None while it runs."""
        return self._process.poll() if self._process else 0

    def wait(self) -> int:
        """Its exit code, once it has ended. Signals to the launcher interrupt the wait."""
        while (code := self.poll()) is None:
            time.sleep(0.02)
        return code

    def pause(self, seconds: float = 0.2) -> None:
        """Return when it ends, or after so many seconds."""
        if self._process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)

    def ask_to_stop(self) -> None:
        """Send the polite signal; returns at once."""
        if self._process and self._process.poll() is None:
            self._process.terminate()

    def stop(self) -> None:
        """Ask, wait as long as the leash's grace, and leave nothing of it."""
        self.ask_to_stop()
        if self._process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(self.grace + 8)
            self.kill()

    def kill(self) -> None:
        """SIGKILL to the program and all it started, now: the leash is let go. Returns when nothing is left."""
        self._close_pipe()
        if self._process:
            try:
                self._process.wait(self.orphan_grace + 8)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def output_of_this_run(self) -> bytes:
        """What it wrote to its log since it was last started."""
        return self.log.read_bytes()[self._log_began :] if self.log else b""

    def last_lines(self, count: int = 25) -> str:
        """The end of its log, indented, for a message."""
        if not self.log or not self.log.exists():
            return ""
        return "\n".join(f"    {line}" for line in self.log.read_text(errors="replace").splitlines()[-count:])

    def run(self) -> None:
        """Start it and wait for success; raises Failed with the end of its log otherwise."""
        self.start()
        try:
            code = self.wait()
        except BaseException:
            self.stop()
            raise
        if code:
            raise Failed(f"{self.name} failed (exit code {code}).\n{self.last_lines()}")


@dataclass
class Watched:
    """One program under supervision and the state of its back-off."""

    program: Program
    started_at: float = 0.0
    restart_at: float | None = None
    pause: float = 0.5


class Supervisor:
    """Starts programs, restarts those that die, stops them together."""

    first_pause = 0.5
    longest_pause = 30.0
    steady_after = 30.0
    """A run of so many seconds counts as healthy: the back-off starts over."""

    def __init__(self) -> None:
        self.watched: list[Watched] = []

    def add(self, program: Program) -> None:
        """Start a program and look after it from now on."""
        program.start()
        self.watched.append(Watched(program, started_at=time.monotonic()))

    def tick(self) -> None:
        """Restart whoever has died, after a pause that doubles each time it dies young."""
        now = time.monotonic()
        for item in self.watched:
            if item.restart_at is not None:
                if now >= item.restart_at:
                    item.program.start()
                    item.started_at, item.restart_at = now, None
            elif (code := item.program.poll()) is not None:
                item.pause = self.first_pause if now - item.started_at > self.steady_after else item.pause
                item.restart_at = now + item.pause
                say(f"{item.program.name} ended (exit code {code}); starting it again in {item.pause:g} s")
                item.pause = min(item.pause * 2, self.longest_pause)

    def stop(self) -> None:
        """Ask all of them to stop, then see each one gone."""
        for item in reversed(self.watched):
            item.program.ask_to_stop()
        for item in reversed(self.watched):
            item.program.stop()
        self.watched.clear()
