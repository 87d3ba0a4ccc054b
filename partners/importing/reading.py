"""A file as rows of text cells, each with the physical line it begins on: CSV in whatever encoding and delimiter, XLSX."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import accumulate, islice
from pathlib import Path
from typing import IO, Any

from partners.importing.workbooks import FileProblem, unpack

DELIMITERS = ",;\t|"
CELL_LIMIT = 16 * 2**20
"""Characters of one cell; a longer one is a quote that was never closed."""
MOST_COLUMNS = 900
"""Columns of a file: each is asked about on one page."""
BLOCK = 2**20
_BREAK = re.compile(r"\r\n|\r|\n")
csv.field_size_limit(CELL_LIMIT)


@dataclass(frozen=True, slots=True)
class Row:
    """One record of the file: `line` is where it begins, counted from 1; `problem` says why it cannot be read."""

    line: int
    cells: list[str]
    problem: str = ""


@dataclass(slots=True)
class Chunk:
    """Some consecutive records: those that can be read, and those that cannot; blank ones are left out."""

    lines: Sequence[int]
    """Where each of `rows` begins."""
    rows: list[list[str]]
    unreadable: list[Row] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.rows) + len(self.unreadable)


class Source:
    """A file that can be read over and over, a row at a time. Memory does not grow with the file."""

    def __init__(
        self, path_or_bytes: str | Path | bytes, *, encoding: str = "", delimiter: str = "", header_row: int = 0
    ) -> None:
        """`header_row`: the line, or row of the sheet, that names the columns; 0: the first that is not blank."""
        self._given = path_or_bytes
        self.kind = _kind(self._open)
        self._sheet: IO[str] | None = None
        self._skip = 0
        if self.kind == "xlsx":
            self.encoding, self.delimiter = "", ""
            self._sheet = unpack(self._open)
        else:
            self.encoding = find_encoding(self._open, encoding)
            sample = self._sample()
            self.delimiter, self._skip = find_delimiter(sample, delimiter)
            if header_row > 1 and not self._skip:  # what stands above the header tells nothing of the delimiter
                self.delimiter, _ = find_delimiter("\n".join(sample.split("\n")[header_row - 1 :]), delimiter)
        self.header_line, self.header = self._find_header(header_row)

    def rows(self) -> Iterator[Row]:
        """The rows below the header; blank ones are left out."""
        return (row for row in self._all() if row.line > self.header_line)

    def chunks(self, size: int) -> Iterator[Chunk]:
        """The same rows, so many at a time: many times faster for a large file."""
        if self._sheet is None:
            yield from filter(len, self._text_chunks(size))
            return
        rows = self.rows()
        while some := list(islice(rows, size)):
            good = [row for row in some if not row.problem]
            yield Chunk([row.line for row in good], [row.cells for row in good], [row for row in some if row.problem])

    def _open(self) -> IO[bytes]:
        if isinstance(self._given, bytes):
            return io.BytesIO(self._given)
        try:
            return Path(self._given).open("rb")
        except OSError as error:
            raise FileProblem(f"{self._given} cannot be opened: {error.strerror or error}.") from error

    def _sample(self) -> str:
        with io.TextIOWrapper(self._open(), encoding=self.encoding, newline="") as text:
            return text.read(BLOCK // 4)

    def _find_header(self, first: int) -> tuple[int, list[str]]:
        for row in self._all():
            if row.line < first:
                continue
            if row.problem:
                raise FileProblem(f"The header on line {row.line} cannot be read: it {row.problem}.")
            header = [cell.strip().strip("\ufeff").strip() for cell in row.cells]
            while header and not header[-1]:
                header.pop()
            if len(header) > MOST_COLUMNS:
                raise FileProblem(
                    f"The header on line {row.line} names {len(header)} columns; at most {MOST_COLUMNS} can be taken in. "
                    "Leave out those that are not needed, or split the file."
                )
            return row.line, header
        if first > 1:
            raise FileProblem(f"There is nothing in row {first:,} or below. Say in which row the columns are named.")
        raise FileProblem("The file is empty: it has no header row. The first row must name the columns.")

    def _all(self) -> Iterator[Row]:
        return self._sheet_rows() if self._sheet is not None else self._text_rows()

    def _sheet_rows(self) -> Iterator[Row]:
        assert self._sheet is not None  # noqa: S101 — for the type checker
        self._sheet.seek(0)
        for text in self._sheet:
            yield Row(*json.loads(text))

    def _text_chunks(self, size: int) -> Iterator[Chunk]:
        with io.TextIOWrapper(self._open(), encoding=self.encoding, newline="") as text:
            for _ in range(self._skip):
                text.readline()
            reader = csv.reader(text, delimiter=self.delimiter, strict=True)
            while self._skip + reader.line_num < self.header_line:
                with suppress(csv.Error):  # above the header anything may stand
                    next(reader)
            goes_on = True
            while goes_on:
                before, rows, bad = reader.line_num, list[list[str]](), list[Row]()
                error = None
                try:
                    rows.extend(islice(reader, size))  # what came before an error stays
                    goes_on = len(rows) == size
                except csv.Error as raised:
                    error = raised
                lines: Sequence[int] = range(self._skip + before + 1, self._skip + before + 1 + len(rows))
                if error or reader.line_num - before != len(rows):
                    *lines, line = accumulate((1 + _breaks(cells) for cells in rows), initial=self._skip + before + 1)
                    bad = [_unreadable(error, line)] if error else []
                if not all(rows) or not all(map(str.strip, next(zip(*rows, strict=False), ()))):
                    full = [at for at, cells in enumerate(rows) if "".join(cells).strip()]
                    lines, rows = [lines[at] for at in full], [rows[at] for at in full]
                yield Chunk(lines, rows, bad)

    def _text_rows(self) -> Iterator[Row]:
        with io.TextIOWrapper(self._open(), encoding=self.encoding, newline="") as text:
            for _ in range(self._skip):
                text.readline()
            reader = csv.reader(text, delimiter=self.delimiter, strict=True)
            while True:
                line = self._skip + reader.line_num + 1
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    yield _unreadable(error, line)
                    continue
                # The first cell nearly always says that the row is not blank; then the others need no look.
                if cells and ((cells[0] and not cells[0].isspace()) or "".join(cells).strip()):
                    yield Row(line, cells)


def _breaks(cells: list[str]) -> int:
    """Line breaks inside the cells of a record."""
    return sum(len(_BREAK.findall(cell)) for cell in cells)


def _unreadable(error: csv.Error, line: int) -> Row:
    if "unexpected end" in str(error) or "field limit" in str(error):
        raise FileProblem(
            f"A quote that opens on or after line {line} is never closed, so what follows cannot be told apart. "
            "Close it, or double quotes that belong to the text."
        ) from error
    return Row(line, [], "has a quote inside a quoted cell that is not doubled")


def _kind(open_file: Any) -> str:
    with open_file() as file:
        start = file.read(8)
    if start.startswith(b"PK\x03\x04"):
        return "xlsx"
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileProblem(
            "This is an Excel file of the old kind (.xls), or protected. Save it as .xlsx or CSV, unprotected."
        )
    return "csv"


def find_encoding(open_file: Any, said: str = "") -> str:
    """The encoding of the whole file: the one said, else by its mark, UTF-8, else Windows-1252.

    FileProblem names line and byte when the file does not decode, or holds NUL bytes.
    """
    with open_file() as file:
        start = file.read(4)
    if said:
        candidates = [said]
        if codecs.lookup(said).name == "utf-8":
            candidates = ["utf-8-sig"]
    elif start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    elif start.startswith(codecs.BOM_UTF8):
        candidates = ["utf-8-sig"]
    else:
        candidates = ["utf-8", "cp1252"]
    problem = ""
    for candidate in candidates:
        found = _undecodable(open_file, candidate)
        if not found:
            return candidate
        problem = problem or found
    remedy = "Name the encoding it was saved in (--encoding), or save the file as UTF-8."
    raise FileProblem(f"{problem} {remedy} Nothing was imported.")


def _undecodable(open_file: Any, encoding: str) -> str:
    """Why the file is not in an encoding: line and byte; empty when it is."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line, offset = 1, 0
    with open_file() as file:
        while block := file.read(BLOCK):
            held = len(decoder.getstate()[0])
            try:
                text = decoder.decode(block)
            except UnicodeDecodeError as error:
                at = error.start
                byte = error.object[at]
                line += error.object[:at].count(b"\n")
                return f"Line {line} is not {_name(encoding)}: byte {offset - held + at + 1} (0x{byte:02X}) does not decode."
            except UnicodeError as error:
                return f"The file is not {_name(encoding)}: {error}."
            if "\x00" in text:
                line += text[: text.index("\x00")].count("\n")
                raise FileProblem(
                    f"Line {line} contains a NUL byte: this is not a text file, or it is UTF-16 without its mark. "
                    "Save it as CSV in UTF-8. Nothing was imported."
                )
            line += text.count("\n")
            offset += len(block)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return f"Line {line} is not {_name(encoding)}: the file ends within a character (0x{error.object[error.start]:02X})."
    return ""


def _name(encoding: str) -> str:
    return {"utf-8-sig": "UTF-8", "utf-8": "UTF-8", "cp1252": "Windows-1252"}.get(encoding, encoding)


def find_delimiter(sample: str, said: str = "") -> tuple[str, int]:
    """The delimiter, and how many leading lines say so (Excel's `sep=;`).

    Of comma, semicolon, tab and bar, the one that cuts the most rows into as many cells as the header has.
    """
    first, *_ = sample.split("\n", 1)
    hint = first.strip().strip("\ufeff")
    if len(hint) == 5 and hint.lower().startswith("sep=") and hint[4] != '"':
        return said or hint[4], 1
    if said:
        return said, 0
    best, best_score = ",", 0.0
    for candidate in DELIMITERS:
        counts: list[int] = []
        try:
            for cells in csv.reader(io.StringIO(sample, newline=""), delimiter=candidate):
                if any(cells):
                    counts.append(len(cells))
                if len(counts) == 100:
                    break
        except csv.Error:
            continue
        if not counts or counts[0] < 2:
            continue
        alike = sum(count == counts[0] for count in counts) / len(counts)
        score = alike * (1 + counts[0] / 1000)
        if score > best_score:
            best, best_score = candidate, score
    return best, 0
