"""docs/security.md names every requirement, and tests; each of them exists, and each line has one."""

from __future__ import annotations

import re

from tests.conftest import PROJECT

TEXT = (PROJECT / "docs" / "security.md").read_text()

REQUIREMENTS = """
1.1.1-2 1.2.1-9 1.3.1-11 1.4.1-3 1.5.1-2 2.1.1-3 2.2.1-3 2.3.1-4 2.4.1-1 3.2.1-2 3.3.1-4 3.4.1-6 3.5.1-5 3.7.1-2
4.1.1-3 4.2.1-1 4.3.1-2 4.4.1-4 5.1.1-1 5.2.1-3 5.3.1-2 5.4.1-3 6.1.1-3 6.2.1-11 6.3.1-3 6.4.1-4 6.5.1-5 6.6.1-3 6.8.1-4
7.1.1-3 7.2.1-4 7.3.1-2 7.4.1-5 7.5.1-2 7.6.1-2 8.1.1-2 8.2.1-3 8.3.1-1 8.4.1-1 9.1.1-3 9.2.1-4
10.1.1-2 10.2.1-2 10.3.1-4 10.4.1-11 10.5.1-5 10.6.1-2 10.7.1-3 11.1.1-2 11.2.1-3 11.3.1-3 11.4.1-4 11.5.1-1 11.6.1-1
12.1.1-3 12.2.1-2 12.3.1-4 13.1.1-1 13.2.1-5 13.3.1-2 13.4.1-5 14.1.1-2 14.2.1-4 14.3.1-3 15.1.1-3 15.2.1-3 15.3.1-7
16.1.1-1 16.2.1-5 16.3.1-4 16.4.1-3 16.5.1-3 17.1.1-1 17.2.1-4 17.3.1-2
"""
"""The requirements of levels 1 and 2 in OWASP ASVS 5.0.0, by section: first and last. (In each, level 3 comes last.)"""


def named() -> set[str]:
    """The requirements that the document names, one by one or as "5.2.1 to 3"."""
    said = set(re.findall(r"\b\d+\.\d+\.\d+\b", TEXT))
    short = r"\b(\d+\.\d+)\.(\d+) to (\d+)\b"
    return said | {f"{section}.{n}" for section, a, b in re.findall(short, TEXT) for n in range(int(a), int(b) + 1)}


def test_security_doc__every_requirement_of_level_2__is_in_it() -> None:
    wanted = {
        f"{section}.{number}"
        for section, first, last in re.findall(r"(\d+\.\d+)\.(\d+)-(\d+)", REQUIREMENTS)
        for number in range(int(first), int(last) + 1)
    }
    assert len(wanted) > 250
    assert not wanted - named(), sorted(wanted - named())


def test_security_doc__tests_it_names__all_exist() -> None:
    there = {
        name
        for path in (PROJECT / "tests").rglob("test_*.py")
        for name in re.findall(r"^\s*def (test_\w+)", path.read_text(), re.MULTILINE)
    }
    tests = set(re.findall(r"`(test_\w+)`", TEXT))
    assert len(tests) > 60
    assert tests <= there, sorted(tests - there)


def test_security_doc__every_line_of_its_tables__names_a_test() -> None:
    rows = [line for line in TEXT.splitlines() if re.match(r"\| \d|\| V", line)]
    assert len(rows) > 30
    assert [line for line in rows if "`test_" not in line] == []
