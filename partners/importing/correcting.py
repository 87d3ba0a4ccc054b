"""The rejects file, mended by somebody, back into rows of the file it came from.

A row with several bad values is in the rejects several times; whichever copy was mended counts, cell by cell. What the
rejects made harmless for spreadsheets goes back to what it was.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Mapping

from partners.importing.reading import FileProblem, Source
from partners.importing.runs import harmless

LEADING = ["line", "column", "value", "reason"]


def corrected(mended: bytes, source: Source) -> bytes:
    """The mended rows as a CSV with the header of the file they came from. FileProblem when they are not of that file."""
    rejects = Source(mended)
    header = [harmless(name) for name in source.header]
    if [name.lower() for name in rejects.header[:4]] != LEADING or rejects.header[4 : 4 + len(header)] != header:
        raise FileProblem(
            "This is not the rejects file of this import: its first row should be "
            f"{', '.join([*LEADING, *header])[:300]}. Mend the values and leave the columns as they are."
        )
    copies: dict[int, list[list[str]]] = defaultdict(list)
    for row in rejects.rows():
        if row.problem:
            raise FileProblem(f"Line {row.line} cannot be read: it {row.problem}.")
        line, cells = row.cells[0].strip(), [*row.cells[4:], *[""] * len(header)][: len(header)]
        if not (line.isascii() and line.isdigit() and len(line) < 10):
            raise FileProblem(f"Line {row.line} does not say which line of the file it mends; leave the first column.")
        if any(cell.strip() for cell in cells):
            copies[int(line)].append(cells)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(source.header)
    for original in source.rows():
        if original.line in copies:
            before = [*original.cells, *[""] * len(header)][: len(header)]
            writer.writerow(_merged(before, copies.pop(original.line)))
    if copies:
        lines = ", ".join(map(str, sorted(copies)[:5]))
        raise FileProblem(f"The file of this import has no line {lines}. Is this the rejects file of another import?")
    return out.getvalue().encode("utf-8-sig")


def mended(source: Source, cells: Mapping[tuple[int, str], str], *, whole: bool) -> bytes:
    """The file with these cells, named by line and column, put right. `whole`: every row; otherwise the mended ones alone.

    FileProblem when none of them is a cell of the file.
    """
    places = {name: at for at, name in reversed(list(enumerate(source.header)))}
    by_line: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for (line, column), value in cells.items():
        if column in places:
            by_line[line].append((places[column], value))
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(source.header)
    done = 0
    for row in source.rows():
        mends = by_line.get(row.line, [])
        if not (whole or mends):
            continue
        values = [*row.cells, *[""] * len(source.header)][: len(source.header)]
        for at, value in mends:
            values[at] = value
        done += len(mends)
        writer.writerow(values)
    if not done:
        raise FileProblem("No value was changed. Put at least one right, then try the rows.")
    return out.getvalue().encode("utf-8-sig")


def _merged(before: list[str], copies: list[list[str]]) -> list[str]:
    """Cell by cell the first copy that was changed."""
    merged = []
    for at, cell in enumerate(before):
        changed = (copy[at] for copy in copies if copy[at].strip() not in {cell.strip(), harmless(cell).strip()})
        merged.append(next(changed, cell))
    return merged
