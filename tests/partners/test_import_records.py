"""The command: its last line, its exit, its rejects file."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from partners.models import Partner

pytestmark = pytest.mark.django_db


def run(capsys: pytest.CaptureFixture[str], path: Path, *options: str) -> dict[str, Any]:
    capsys.readouterr()
    call_command("import_records", "partners", str(path), "--json", *options)
    said: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return said


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "partners.csv"
    path.write_text('id,name,joined_on,city\n1,A,2020-01-01,Rome\n2,=B,soon,"O\nslo"\n1,C,,\n')
    return path


def test_import_records__bad_rows__json_and_rejects_file_tell_all(
    capsys: pytest.CaptureFixture[str], file: Path, tmp_path: Path
) -> None:
    rejects = tmp_path / "rejects.csv"
    said = run(capsys, file, "--rejects", str(rejects))
    assert {key: said[key] for key in ("rows", "created", "updated", "unchanged", "rejected")} == {
        "rows": 3,
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "rejected": 2,
    }
    assert set(said) == {"rows", "created", "updated", "unchanged", "rejected", "rejects"}
    assert [(r["line"], r["column"], r["value"]) for r in said["rejects"]] == [(3, "joined_on", "soon"), (5, "id", "1")]
    assert set(said["rejects"][0]) == {"line", "column", "value", "reason"}
    with rejects.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.reader(opened))
    assert rows[0] == ["line", "column", "value", "reason", "id", "name", "joined_on", "city"]
    assert rows[1][4:] == ["2", "'=B", "soon", "O\nslo"]
    assert [row[0] for row in rows[1:]] == ["3", "5"]


def test_import_records__options__understood(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes("Ref\tFirm\tHeads\tSince\n7\tMüller\t1.234,5\t05/06/2020\n8\t-\t-\t-\n".encode("cp1252"))
    said = run(
        capsys, path, "--map", "Ref=external_id,Firm=name,Heads=employees,Since=joined_on", "--decimal", ",",
        "--date-format", "%d/%m/%Y", "--null=-", "--encoding", "cp1252", "--delimiter", "tab", "--dry-run",
    )  # fmt: skip
    assert (said["created"], said["rejected"], Partner.objects.count()) == (1, 1, 0)
    assert said["rejects"][0]["reason"] == "is missing; a partner needs a name"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--decimal", ";"], "decimal mark"),
        (["--date-format", "nonsense"], "no date format"),
        (["--encoding", "klingon"], "no encoding"),
        (["--map", "id"], "Column=field"),
        (["--map", "Nope=name"], "There is no column"),
        (["--encoding", "utf-16"], "is not utf-16: .*Name the encoding"),
    ],
)
def test_import_records__choice_that_makes_no_sense__fails_and_says_so(
    capsys: pytest.CaptureFixture[str], file: Path, options: list[str], message: str
) -> None:
    with pytest.raises(CommandError, match=message):
        run(capsys, file, *options)
    assert Partner.objects.count() == 0


def test_import_records__no_such_file__fails_and_names_it(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"nope\.csv cannot be opened"):
        run(capsys, tmp_path / "nope.csv")
