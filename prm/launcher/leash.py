"""Holds one program on a leash: when the launcher is gone, so is the program and everything it started.

Run as a file of its own (`python -I -S leash.py OPTIONS -- COMMAND…`), it must import only the standard library.

The launcher keeps the write end of a pipe whose read end is `--pipe`. The kernel closes that end however the launcher
dies, kill -9 included, and the leash reads end-of-file. It also notices SIGTERM, the launcher's "please stop".
The other way round, should the leash itself be killed, Linux kills the program (PR_SET_PDEATHSIG).
"""

import argparse
import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def linux_prctl() -> Callable[[int, int], object] | None:
    """The prctl call where there is one; looked up before any fork, since loading a library after it is not safe."""
    if not sys.platform.startswith("linux"):
        return None
    with contextlib.suppress(OSError, AttributeError):
        prctl = ctypes.CDLL(None, use_errno=True).prctl
        return lambda option, value: prctl(option, value, 0, 0, 0)
    return None


def children_of(parent: int) -> list[int]:
    """The processes whose parent is `parent`, from /proc; none where there is no /proc."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = stat.read_text(errors="replace").rpartition(")")[2].split()
            if int(fields[1]) == parent:
                found.append(int(stat.parent.name))
    return found


class Leash:
    """One program, started, watched and ended."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.status: int | None = None
        self.asked_to_stop = False
        self.prctl = linux_prctl()
        self.wake_read, self.wake_write = os.pipe()
        for end in (self.wake_read, self.wake_write):
            os.set_blocking(end, False)

    def run(self) -> int:
        """Start the program, wait for its end or for ours, leave nothing; returns its exit code (128 + n for a signal)."""
        if self.prctl:
            self.prctl(
                PR_SET_CHILD_SUBREAPER, 1
            )  # grandchildren that lose their parent become ours, and are found below
        signal.set_wakeup_fd(self.wake_write)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, self.note)
        self.start()
        watched = [self.options.pipe, self.wake_read]
        while self.reap() is None:
            ready, _, _ = select.select(watched, [], [], 5)
            if self.options.pipe in ready:
                self.end(self.options.orphan_signal, self.options.orphan_grace)
            elif self.asked_to_stop:
                self.end(self.options.stop_signal, self.options.grace)
            elif self.wake_read in ready:
                self.drain()
        self.sweep()
        return 1 if self.status is None else os.waitstatus_to_exitcode(self.status)

    def note(self, number: int, _frame: object) -> None:
        """Remember that somebody asked for the end; SIGCHLD only wakes the loop."""
        if number == signal.SIGTERM:
            self.asked_to_stop = True

    def start(self) -> None:
        """Start the program in a session of its own, bound to this process."""
        me = os.getpid()

        def bind() -> None:
            """In the child: die with the leash, even if it died before this line."""
            if self.prctl:
                self.prctl(PR_SET_PDEATHSIG, self.options.orphan_signal)
                if os.getppid() != me:
                    os._exit(1)

        identity = {}
        if self.options.uid is not None:
            identity = {"user": self.options.uid, "group": self.options.gid, "extra_groups": []}
        try:
            self.child = subprocess.Popen(self.options.command, start_new_session=True, preexec_fn=bind, **identity)  # noqa: PLW1509
        except OSError as error:
            sys.exit(f"{self.options.command[0]}: {error.strerror}")

    def reap(self) -> int | None:
        """Collect whoever has ended; the program's wait status once it is among them."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                if self.status is None:
                    self.status = 1 << 8
                return self.status
            if pid == 0:
                return self.status
            if pid == self.child.pid:
                self.status = status
                self.child.returncode = os.waitstatus_to_exitcode(status)

    def drain(self) -> None:
        """Empty the wake-up pipe."""
        with contextlib.suppress(BlockingIOError):
            while os.read(self.wake_read, 512):
                pass

    def end(self, number: int, grace: float) -> None:
        """Signal the program, wait `grace` seconds for it, then kill what is left of its group.

        Should the launcher disappear while it waits, the wait is cut to the orphan's grace.
        """
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.child.pid, number)
        deadline = time.monotonic() + grace
        alone = number == self.options.orphan_signal
        while self.reap() is None and time.monotonic() < deadline:
            ready, _, _ = select.select(
                [self.wake_read] if alone else [self.wake_read, self.options.pipe], [], [], 0.05
            )
            self.drain()
            if self.options.pipe in ready:
                alone = True
                deadline = min(deadline, time.monotonic() + self.options.orphan_grace)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.child.pid, signal.SIGKILL)
        while self.reap() is None:
            time.sleep(0.01)

    def sweep(self) -> None:
        """Kill whatever the program left behind: its group, and (Linux) all that now have us for a parent."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.child.pid, signal.SIGKILL)
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            left = children_of(os.getpid())
            if not left:
                return
            for pid in left:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
            self.reap()
            time.sleep(0.01)


def main() -> None:
    """Read the options, run, and pass on the program's exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pipe", type=int, required=True)
    parser.add_argument("--stop-signal", type=int, default=signal.SIGTERM)
    parser.add_argument("--grace", type=float, default=10)
    parser.add_argument("--orphan-signal", type=int, default=signal.SIGKILL)
    parser.add_argument("--orphan-grace", type=float, default=0)
    parser.add_argument("--uid", type=int)
    parser.add_argument("--gid", type=int)
    parser.add_argument("command", nargs="+")
    code = Leash(parser.parse_args()).run()
    sys.exit(code if code >= 0 else 128 - code)


if __name__ == "__main__":
    main()
