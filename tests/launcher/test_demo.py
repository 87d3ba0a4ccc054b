"""`make demo`, as a person meets it: started, hurt, killed and started again."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
import uuid
from pathlib import Path

import pytest

from prm.launcher.places import PROJECT
from tests.launcher.processes import MARK, eventually, marked

SMALL = ["--partners", "20", "--customers", "30", "--deals", "40"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Demo:
    """One launcher in a state folder of its own."""

    def __init__(self, state: Path, port: int) -> None:
        self.state, self.port, self.mark = state, port, uuid.uuid4().hex
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("PRM_", "DJANGO_", "PYTEST_"))
        }
        for service in ("DATABASE_URL", "REDIS_URL", "PORT"):
            kept.pop(service, None)
        self.env = {**kept, "PRM_STATE_DIR": str(state), MARK: self.mark}
        self.output = state.parent / f"output-{self.mark}"

    @property
    def printed(self) -> str:
        return self.output.read_text()

    def start(self) -> "Demo":
        command = [sys.executable, "-m", "prm.launcher", "demo", "--port", str(self.port), *SMALL]
        with self.output.open("wb") as output:
            self.launcher = subprocess.Popen(
                command, cwd=PROJECT, env=self.env, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )
        assert eventually(lambda: "Ready: " in self.printed or self.launcher.poll() is not None, 120)
        assert "Ready: " in self.printed, self.printed
        return self

    def refused(self, port: int, state: Path) -> str:
        """What a launcher says that cannot start."""
        env = {**self.env, "PRM_STATE_DIR": str(state)}
        command = [sys.executable, "-m", "prm.launcher", "demo", "--port", str(port)]
        done = subprocess.run(command, cwd=PROJECT, env=env, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 1
        return done.stdout + done.stderr

    def manage(self, code: str) -> str:
        """The last line that `manage.py shell -c CODE` prints, run as a person would in the same folder."""
        command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
        done = subprocess.run(
            command, cwd=PROJECT, env=self.env, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip().splitlines()[-1]

    def processes(self) -> dict[int, str]:
        return marked(self.mark, self.state)

    def worker(self) -> set[int]:
        return {
            pid
            for pid, words in self.processes().items()
            if "celery" in words and " worker" in words and "leash" not in words
        }

    def get(self, path: str) -> dict:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return json.load(answer)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    state = tmp_path_factory.mktemp("demo") / "state"
    it = Demo(state, free_port()).start()
    yield it
    it.launcher.kill()
    it.launcher.wait()
    eventually(lambda: not it.processes())


def test_demo__started__product_is_ready_and_commands_beside_it_find_it(demo):
    assert demo.get("/healthz") == {"status": "ok"}
    assert demo.get("/readyz")["status"] in {"ready", "degraded"}
    found = demo.manage("from django.conf import settings as s; print(s.DATABASES['default']['HOST'], s.DEBUG)")
    assert found == f"{demo.state / 'run'} False"
    secret = demo.manage("from django.conf import settings as s; print(s.SECRET_KEY)")
    assert secret == (demo.state / "secret-key").read_text()


def test_demo__second_one_in_the_same_folder__says_so_and_leaves_the_first_alone(demo):
    assert "already runs in this folder" in demo.refused(free_port(), demo.state)
    assert demo.get("/healthz") == {"status": "ok"}


def test_demo__port_taken__says_so_and_how_to_choose_another(demo, tmp_path):
    said = demo.refused(demo.port, tmp_path / "other")
    assert f"Port {demo.port}" in said
    assert "make demo PORT=" in said


def test_demo__worker_killed__is_back_by_itself(demo):
    before = demo.worker()
    assert before, demo.printed
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    assert eventually(lambda: demo.worker() and not demo.worker() & before)
    assert eventually(lambda: "worker ended" in demo.printed)
    ask = "from prm.celery import app; print(any(app.control.ping(timeout=2, limit=1) for _ in range(10)))"
    assert demo.manage(ask) == "True"


def test_demo__killed_outright_and_started_again__leaves_nothing_and_keeps_the_data(demo):
    key = uuid.uuid4().hex
    demo.manage(
        "from django.contrib.sessions.models import Session; from django.utils import timezone;"
        f"Session.objects.create(session_key='{key}', session_data='x', expire_date=timezone.now()); print(1)"
    )
    demo.launcher.send_signal(signal.SIGKILL)
    demo.launcher.wait()
    assert eventually(lambda: not demo.processes(), 12), demo.processes()

    demo.start()
    assert "up to date" in demo.printed
    assert "made a new data folder" not in demo.printed
    found = demo.manage(
        f"from django.contrib.sessions.models import Session; print(Session.objects.filter(session_key='{key}').count())"
    )
    assert found == "1"


def test_demo__asked_to_stop__stops_all_and_says_so(demo):
    demo.launcher.terminate()
    assert demo.launcher.wait(60) == 0
    assert demo.processes() == {}
    assert not (demo.state / "addresses.json").exists()
    assert "nothing is left running" in demo.printed
