"""The running API against its own schema: every operation, every check, a key of each scope.

`--contract-examples N` asks for about N examples of each operation and scope; from `LONG` on, the systematic cases come
beside them, some ten thousand in all. `--contract-paths REGEX` takes some addresses alone. The seed is fixed.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as product

from integrations.keys import create_key
from segments.api import changes
from tests.access.world import World

SEED = "20261122"
LONG = 5
"""From so many examples, the tool's systematic cases and its walks from one operation to the next come beside them."""
CONFIG = Path(__file__).with_name("schemathesis.toml")


class Clock:
    """Time that passes when somebody sleeps: a feed asked to wait for half a minute answers at once."""

    def __init__(self) -> None:
        self.slept = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.slept

    def sleep(self, seconds: float) -> None:
        self.slept += seconds


@pytest.fixture
def world(transactional_db: None, broker: Any, settings: Any, tmp_path: Path, monkeypatch: Any) -> Iterator[World]:
    """One of everything; nothing leaves this machine, and nobody is asked to slow down."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.API_RATE = 10_000_000
    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.0/8")]
    monkeypatch.setattr(changes, "time", Clock())
    yield World()


@pytest.mark.parametrize("scope", ["read", "write", "admin"])
def test_api__compared_with_its_schema__every_check_holds(
    scope: str, world: World, live_server: Any, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    secret = create_key(name=scope, scope=scope).secret
    report = tmp_path / "report.json"
    examples = request.config.getoption("--contract-examples")
    phases = "examples,coverage,fuzzing,stateful" if examples >= LONG else "examples,fuzzing"
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run"]
    command += [f"{live_server.url}/api/v1/schema/?format=json", "--header", f"Authorization: Bearer {secret}"]
    command += ["--checks", "all", "--phases", phases, "--max-examples", str(examples)]
    command += ["--seed", SEED, "--report", "json", "--report-json-path", str(report), "--continue-on-failure"]
    command += ["--generation-database", "none", "--no-color", "--warnings", "off", "--no-shrink"]
    if seconds := request.config.getoption("--contract-seconds"):
        command += ["--max-time", str(seconds)]
    if paths := request.config.getoption("--contract-paths"):
        command += ["--include-path-regex", paths]
    done = subprocess.run(command, capture_output=True, text=True, cwd=product.BASE_DIR, check=False)
    found = re.search(r"(\d[\d,]*) generated", done.stdout)
    print(f"\n{scope}: {found[0] if found else done.stdout[-500:]}")
    (tmp_path / "out.txt").write_text(done.stdout)  # for whoever looks closer
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert json.loads(report.read_text())
