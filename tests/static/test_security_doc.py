"""docs/security.md names tests; each of them exists, and each line has one."""

from __future__ import annotations

import re

from tests.conftest import PROJECT

TEXT = (PROJECT / "docs" / "security.md").read_text()


def test_security_doc__tests_it_names__all_exist() -> None:
    there = {
        name
        for path in (PROJECT / "tests").rglob("test_*.py")
        for name in re.findall(r"^\s*def (test_\w+)", path.read_text(), re.MULTILINE)
    }
    named = set(re.findall(r"`(test_\w+)`", TEXT))
    assert len(named) > 60
    assert named <= there, sorted(named - there)


def test_security_doc__every_line_of_its_tables__names_a_test() -> None:
    rows = [line for line in TEXT.splitlines() if re.match(r"\| \d|\| V", line)]
    assert len(rows) > 30
    assert [line for line in rows if "`test_" not in line] == []
