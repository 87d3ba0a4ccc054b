"""Workbooks that no program saved as they are: damaged, numbered anyhow, or far larger than their file."""

from __future__ import annotations

import re
from typing import Any

import pytest

from partners.importing import FileProblem, Source, workbooks
from tests.mutations.mutating import workbook, zipped

SHEET = "xl/worksheets/sheet1.xml"


def changed(pattern: str, by: str, part: str = SHEET) -> bytes:
    """The good workbook with the first place in a part changed."""
    data, count = re.subn(pattern.encode(), by.encode(), workbook()[part], count=1)
    assert count
    return zipped({**workbook(), part: data})


def read(data: bytes) -> list[tuple[int, str]]:
    """Line and id of each row."""
    return [(row.line, row.cells[0]) for row in Source(data).rows()]


def test_workbook__good__six_rows() -> None:
    assert read(zipped(workbook())) == [(n + 1, f"M{n}") for n in range(1, 7)]


def test_workbook__rows_that_are_not_there__others_keep_their_numbers() -> None:
    assert read(changed('<row r="7"', '<row r="1048576"'))[-1] == (1_048_576, "M6")


@pytest.mark.parametrize("number", ["2", "1", "0", "1000000000", "1000000000000000"])
def test_workbook__row_numbers_out_of_order_or_reach__refused_with_the_row(number: str) -> None:
    with pytest.raises(FileProblem, match=f"Row {number} of the sheet comes behind row 3"):
        read(changed('<row r="4"', f'<row r="{number}"'))


def test_workbook__two_cells_in_one_place__refused_with_the_row() -> None:
    with pytest.raises(FileProblem, match="Row 3 of the sheet has a cell twice"):
        read(changed('r="B3"', 'r="A3"'))


def test_workbook__cells_far_to_the_right__refused_before_they_fill_the_memory(monkeypatch: Any) -> None:
    monkeypatch.setattr(workbooks, "MOST_GAPS", 10_000)
    with pytest.raises(FileProblem, match="Row 3 of the sheet has cells too far apart"):
        read(changed('r="F3"', 'r="XFD3"'))
    with pytest.raises(FileProblem, match="further to the right than any can be"):
        read(changed('r="F3"', 'r="XFE3"'))


@pytest.mark.parametrize(("limit", "part"), [("LARGEST_UNPACKED", SHEET), ("LARGEST_PART_HELD", "xl/styles.xml")])
def test_workbook__unpacks_to_far_more__refused_before_it_is_read(monkeypatch: Any, limit: str, part: str) -> None:
    data = zipped({**workbook(), part: workbook()[part] + b" " * 1_000_000})
    assert len(data) < 20_000
    monkeypatch.setattr(workbooks, limit, 500_000)
    with pytest.raises(FileProblem, match="unpacks to more than can be handled"):
        read(data)


@pytest.mark.parametrize(
    ("part", "data"),
    [
        ("xl/workbook.xml", b"<?xml version='1.0' encoding='no-such'?><workbook/>"),
        ("xl/workbook.xml", workbook()["xl/workbook.xml"].replace(b"sheetId", b"otherId")),
        (SHEET, b""),
        (SHEET, b"<a>" * 50_000),
        ("xl/styles.xml", b"<styleSheet"),
        ("[Content_Types].xml", b"<Types/>"),
        (
            SHEET,
            b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaaaaaaaaaaaa">'
            + b"".join(
                b'<!ENTITY a%d "%s">' % (n, b"&a%s;" % (b"" if n == 0 else b"%d" % (n - 1)) * 20) for n in range(8)
            )
            + b"]><worksheet><sheetData><row><c><v>&a7;</v></c></row></sheetData></worksheet>",
        ),
    ],
)
def test_workbook__part_that_is_none__refused_with_the_remedy(part: str, data: bytes) -> None:
    with pytest.raises(FileProblem, match=r"damaged or no \.xlsx file|has no visible sheet|is empty"):
        read(zipped({**workbook(), part: data}))
