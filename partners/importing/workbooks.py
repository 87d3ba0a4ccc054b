"""The first sheet of an XLSX workbook as rows of text cells."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import IO, Any

LARGEST_UNPACKED = 4 * 2**30
"""Bytes of all parts of a workbook; far more than a million wide rows need."""
LARGEST_PART_HELD = 512 * 2**20
"""Bytes of a part that is read at once: the shared texts, styles and the like. Sheets are read row by row."""
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
"""What any spreadsheet program can hold."""
MOST_GAPS = 50_000_000
"""Places of cells that are not there, in all rows: a few cells far to the right make many."""
_FORMULA = b"<f"
"""How a cell with a formula begins in a sheet's XML (as do a few rarer elements: then it is looked at for nothing)."""


class FileProblem(ValueError):
    """The file as a whole cannot be read; the message names the place and the remedy. Nothing is imported."""


def unpack(open_file: Any) -> IO[str]:
    """The first visible sheet, in a temporary file of JSON lines: [row number, cells, why the row cannot be read or ""]."""
    out = tempfile.SpooledTemporaryFile(max_size=64 * 2**20, mode="w+", encoding="utf-8", newline="\n")  # noqa: SIM115
    try:
        with open_file() as file:
            formulas = _rows(file, data_only=False) if _has_formulas(file) else None
            for number, values in _rows(file, data_only=True):
                _, written = next(formulas, (0, ())) if formulas else (0, ())
                cells = [_text(value) for value in values]
                problem = _uncalculated(values, written)
                if problem or any(cell and not cell.isspace() for cell in cells):
                    out.write(json.dumps([number, cells, problem]) + "\n")
    except FileProblem:
        raise
    except (Exception, RecursionError) as error:  # a damaged file breaks the reader in ways that it does not name
        raise FileProblem(
            "The workbook cannot be read: it is damaged or no .xlsx file. Save it again, or as CSV."
        ) from error
    return out


def _has_formulas(file: IO[bytes]) -> bool:
    with zipfile.ZipFile(file) as parts:
        _check_size(parts)
        return any(_holds(parts, name) for name in parts.namelist() if name.startswith("xl/worksheets/"))


def _check_size(parts: zipfile.ZipFile) -> None:
    """Refuse a small file that would fill memory or go on for hours. No part gives more than it says it holds."""
    sizes = [(part.file_size, part.filename.startswith("xl/worksheets/")) for part in parts.infolist()]
    if sum(size for size, _ in sizes) > LARGEST_UNPACKED or any(
        size > LARGEST_PART_HELD and not is_sheet for size, is_sheet in sizes
    ):
        raise FileProblem("The workbook unpacks to more than can be handled. Save its first sheet as CSV, or split it.")


def _holds(parts: zipfile.ZipFile, name: str) -> bool:
    rest = b""
    with parts.open(name) as part:
        while block := part.read(2**20):
            if _FORMULA in rest + block:
                return True
            rest = block[-len(_FORMULA) :]
    return False


def _rows(file: IO[bytes], *, data_only: bool) -> Iterator[tuple[int, list[Any]]]:
    """The rows' numbers and values; of formulas the last result (`data_only`), else their text.

    Read as the sheet numbers them: rows that are not there are not made up, and none that is there is passed over.
    """
    import openpyxl  # only workbooks need it

    book = openpyxl.load_workbook(file, read_only=True, data_only=data_only)
    try:
        sheet = next((s for s in book.worksheets if s.sheet_state == "visible"), None)
        if sheet is None:
            raise FileProblem("The workbook has no visible sheet of cells.")
        last, gaps = 0, 0
        for number, cells in _parsed(sheet):
            if not last < number <= LAST_ROW:
                raise FileProblem(
                    f"Row {number} of the sheet comes behind row {last}, so which row is which cannot be told. "
                    "Open the workbook in a spreadsheet program and save it again."
                )
            last = number
            values, doubled = _placed(cells)
            gaps += len(values) - len(cells)
            if doubled or gaps > MOST_GAPS:
                raise FileProblem(
                    f"Row {number} of the sheet has {'a cell twice' if doubled else 'cells too far apart'}. "
                    "Open the workbook in a spreadsheet program and save it again, or save it as CSV."
                )
            yield number, values
    finally:
        book.close()


def _parsed(sheet: Any) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """The rows as the library parses them, without its filling of gaps, which a row number may make endless."""
    from openpyxl.worksheet._reader import WorkSheetParser

    book = sheet.parent
    with sheet._get_source() as source:
        parser: Any = WorkSheetParser(
            source,
            sheet._shared_strings,
            data_only=book.data_only,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        yield from parser.parse()


def _placed(cells: list[dict[str, Any]]) -> tuple[list[Any], bool]:
    """The values of a row at their places; whether two claim one place."""
    width = max((cell["column"] for cell in cells), default=0)
    if width > LAST_COLUMN:
        raise FileProblem("The sheet has a cell further to the right than any can be. Save the workbook again.")
    values: list[Any] = [None] * width
    for cell in cells:
        values[cell["column"] - 1] = cell["value"]
    return values, len({cell["column"] for cell in cells}) < len(cells)


def _uncalculated(values: tuple[Any, ...], written: tuple[Any, ...]) -> str:
    """Why a row's values are not all known: a program wrote a formula, and none has worked it out since."""
    for place, (value, formula) in enumerate(zip(values, written, strict=False), start=1):
        if value is None and formula is not None:
            return (
                f"holds a formula in column {place} that was never worked out; open the workbook in a spreadsheet program "
                "and save it, or put the value itself there"
            )
    return ""


def _text(value: object) -> str:
    """A workbook's value as the text a CSV would hold."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            text = f"{value:.15g}"  # what the program itself shows: 0.1 + 0.2 is 0.3
            return (
                text
                if "e" not in text
                else format(value, ".15f").rstrip("0").rstrip(".")
                if abs(value) < 1
                else f"{value:.0f}"
            )
        case datetime():
            return value.date().isoformat() if value.time() == time(0) else value.isoformat(sep=" ")
        case date() | time():
            return value.isoformat()
        case _:
            return str(value)
