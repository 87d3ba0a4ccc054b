"""A program on a leash ends with its launcher, and everything it started ends with it."""

import os
import signal
import sys
import uuid
from pathlib import Path

import pytest

from prm.launcher.processes import Failed, Program, Supervisor
from tests.launcher.processes import MARK, eventually, marked

STUBBORN_FAMILY = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for escape in (lambda: None, os.setsid):
    if os.fork() == 0:
        escape()
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        time.sleep(600)
print("up", flush=True)
time.sleep(600)
"""


def program(tmp_path: Path, code: str, **more) -> Program:
    env = {**os.environ, MARK: uuid.uuid4().hex}
    return Program(name="it", command=[sys.executable, "-c", code], env=env, log=tmp_path / "log", **more)


def family(it: Program, tmp_path: Path) -> dict[int, str]:
    return marked(it.env[MARK], tmp_path / "nowhere")


@pytest.fixture
def stubborn(tmp_path):
    it = program(tmp_path, STUBBORN_FAMILY, grace=0.2)
    it.start()
    assert eventually(lambda: it.last_lines().strip() == "up")
    assert len(family(it, tmp_path)) == 4  # the leash, the program, a child of its group and one that left it
    yield it
    it.kill()


def test_stop__program_ignores_the_request__it_and_its_children_are_killed(stubborn, tmp_path):
    stubborn.stop()
    assert family(stubborn, tmp_path) == {}


def test_kill__children_left_the_group__nothing_stays(stubborn, tmp_path):
    stubborn.kill()
    assert family(stubborn, tmp_path) == {}


def test_leash__leash_itself_is_killed__the_program_dies(tmp_path):
    it = program(tmp_path, "import time; print('up', flush=True); time.sleep(600)")
    it.start()
    assert eventually(lambda: it.last_lines().strip() == "up")
    (leash,) = [pid for pid, words in family(it, tmp_path).items() if "leash.py" in words]
    if sys.platform.startswith("linux"):
        os.kill(leash, signal.SIGKILL)
        assert eventually(lambda: family(it, tmp_path) == {})
    it.kill()


@pytest.mark.parametrize(
    ("code", "expected"), [("raise SystemExit(7)", 7), ("import os; os.kill(os.getpid(), 9)", 137)]
)
def test_wait__program_ends__its_exit_code_is_told(tmp_path, code, expected):
    it = program(tmp_path, code)
    it.start()
    assert it.wait() == expected


def test_run__program_fails__error_shows_the_end_of_its_log(tmp_path):
    with pytest.raises(Failed, match=r"(?s)exit code 3.*the reason"):
        program(tmp_path, "print('the reason'); raise SystemExit(3)").run()


def test_supervisor__program_dies_again_and_again__restarts_with_growing_pauses(tmp_path):
    supervisor = Supervisor()
    supervisor.first_pause = 0.01
    supervisor.add(program(tmp_path, "print('run', flush=True)"))
    (item,) = supervisor.watched
    item.pause = 0.01
    log = tmp_path / "log"

    def runs() -> int:
        supervisor.tick()
        return log.read_text().count("run")

    assert eventually(lambda: runs() >= 3)
    assert item.pause >= 0.04
    supervisor.stop()
