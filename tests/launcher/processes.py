"""Looking at the processes of this machine."""

import contextlib
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

MARK = "LAUNCHER_TEST_MARK"


def marked(mark: str, folder: Path) -> dict[int, str]:
    """{pid: command line} of all that carry the mark in their environment, or work in the folder, or name it."""
    if not Path("/proc/self").exists():
        listed = subprocess.run(["ps", "-axEww", "-o", "pid=,command="], capture_output=True, text=True, check=True)
        lines = [
            line.strip().partition(" ") for line in listed.stdout.splitlines() if mark in line or str(folder) in line
        ]
        return {int(pid): command for pid, _, command in lines if int(pid) != os.getpid()}
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            environment = (entry / "environ").read_bytes().decode(errors="replace")
            here = (entry / "cwd").readlink()
            if mark in environment or str(folder) in words or here.is_relative_to(folder):
                found[int(entry.name)] = words
    found.pop(os.getpid(), None)
    return found


def eventually(claim: Callable[[], object], seconds: float = 20.0) -> bool:
    """True as soon as the claim holds; False when it does not within so many seconds."""
    deadline = time.monotonic() + seconds
    while not claim():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
