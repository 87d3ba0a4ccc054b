"""Workers, the broker and PostgreSQL are killed in the middle of runs in shares: afterwards all is as if nothing had happened.

`pytest tests/segments/test_killing.py --kills 50` makes it the long run; a fifth as many kills of the broker, and of PostgreSQL.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from prm.launcher.places import PROJECT


def test_killed_at_random__runs_in_shares__end_by_themselves_each_change_once_and_nothing_drifts(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    kills: int = request.config.getoption("--kills")
    command = [sys.executable, "-m", "tests.killing", f"--kills={kills}", f"--folder={tmp_path / 'rig'}"]
    done = subprocess.run([*command, "--customers=10000"], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.stdout.strip(), done.stderr[-4000:]
    report = json.loads(done.stdout.strip().splitlines()[-1])
    print(json.dumps(report, indent=2))
    assert report["wrong"] == dict.fromkeys(report["wrong"], 0) | {"drift": [], "unverified": []}
    assert report["clean"] is True
    assert done.returncode == 0
    by_kind = report["killed"]
    assert sum(count for what, count in by_kind.items() if what.startswith("worker")) == kills
    assert by_kind["valkey"] == by_kind["postgres"] == kills // 5
    assert report["members"] > 0
    assert report["changes"] > report["members"]
