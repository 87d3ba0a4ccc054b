"""The first sheet of an XLSX workbook as rows of text cells."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import IO, Any

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
            for number, values in enumerate(_rows(file, data_only=True), start=1):
                written = next(formulas, ()) if formulas else ()
                cells = [_text(value) for value in values]
                problem = _uncalculated(values, written)
                if problem or any(cell and not cell.isspace() for cell in cells):
                    out.write(json.dumps([number, cells, problem]) + "\n")
    except (zipfile.BadZipFile, KeyError, OSError, ValueError, SyntaxError) as error:
        if isinstance(error, FileProblem):
            raise
        raise FileProblem(
            "The workbook cannot be read: it is damaged or no .xlsx file. Save it again, or as CSV."
        ) from error
    return out


def _has_formulas(file: IO[bytes]) -> bool:
    with zipfile.ZipFile(file) as parts:
        return any(_holds(parts, name) for name in parts.namelist() if name.startswith("xl/worksheets/"))


def _holds(parts: zipfile.ZipFile, name: str) -> bool:
    rest = b""
    with parts.open(name) as part:
        while block := part.read(2**20):
            if _FORMULA in rest + block:
                return True
            rest = block[-len(_FORMULA) :]
    return False


def _rows(file: IO[bytes], *, data_only: bool) -> Iterator[tuple[Any, ...]]:
    """The rows' values; of formulas the last result (`data_only`), else their text."""
    import openpyxl  # only workbooks need it

    book = openpyxl.load_workbook(file, read_only=True, data_only=data_only)
    try:
        sheet = next((s for s in book.worksheets if s.sheet_state == "visible"), None)
        if sheet is None:
            raise FileProblem("The workbook has no visible sheet of cells.")
        if hasattr(sheet, "reset_dimensions"):
            sheet.reset_dimensions()  # some writers state a wrong extent
        yield from sheet.iter_rows(values_only=True)
    finally:
        book.close()


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
