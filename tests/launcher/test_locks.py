"""What is asked for is what is locked: a fresh machine installs from the locks alone."""

import re

import pytest

from prm.launcher.places import PROJECT

LOCKS = {
    "requirements.txt": "requirements/runtime.lock",
    "requirements/embedded.txt": "requirements/embedded.lock",
    "requirements/dev.txt": "requirements/dev.lock",
}


@pytest.mark.parametrize(("asked", "lock"), LOCKS.items())
def test_lock__compared_with_what_is_asked_for__holds_every_library(asked, lock):
    lines = (PROJECT / asked).read_text().splitlines()
    names = {found[0].lower() for line in lines if (found := re.match(r"[A-Za-z][A-Za-z0-9._-]*", line))}
    locked = {line.split("==")[0].lower() for line in (PROJECT / lock).read_text().splitlines() if "==" in line}
    assert names
    assert names <= locked
