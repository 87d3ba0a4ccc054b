"""A file's rows as columns, each row fitted to the header: a value is then looked at beside its like, many at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from partners.importing.reading import Chunk, Row, Source

READ = 500
"""Rows held one by one before they become part of columns: fewer than wake the garbage collector, which would otherwise
walk through every row again and again and take several times as long as the reading itself."""


@dataclass(slots=True)
class Block:
    """Some consecutive records, column by column, and those that do not fit the header, with what is wrong with each."""

    columns: list[list[str]]
    """As many as the header has, each with a cell for every one of `lines`."""
    lines: list[int] = field(default_factory=list)
    """Where each record begins."""
    unfit: list[Row] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.lines) + len(self.unfit)

    def add(self, chunk: Chunk, source: Source) -> None:
        """Take the rows of a chunk."""
        width = len(source.header)
        lines, rows = chunk.lines, chunk.rows
        self.unfit += chunk.unreadable
        if set(map(len, rows)) != {width}:
            fitted = [(line, _fitted(cells, width, source)) for line, cells in zip(lines, rows, strict=True)]
            self.unfit += [_misfit(line, cells, source) for line, cells in fitted if len(cells) != width]
            lines = [line for line, cells in fitted if len(cells) == width]
            rows = [cells for _, cells in fitted if len(cells) == width]
        self.lines += lines
        for column, cells in zip(self.columns, zip(*rows, strict=True), strict=bool(rows)):
            column.extend(cells)


def blocks(source: Source, size: int) -> Iterator[Block]:
    """All rows below the header, about so many at a time."""
    block = _empty(source)
    for chunk in source.chunks(READ):
        block.add(chunk, source)
        if len(block) >= size:
            yield block
            block = _empty(source)
    if len(block):
        yield block


def _empty(source: Source) -> Block:
    return Block([[] for _ in source.header])


def _fitted(cells: list[str], width: int, source: Source) -> list[str]:
    """The row without blank cells beyond the header, and with those that a sheet leaves out at its end."""
    if source.kind == "xlsx":
        cells = cells + [""] * (width - len(cells))
    while len(cells) > width and not cells[-1].strip():
        cells = cells[:-1]
    return cells


def _misfit(line: int, cells: list[str], source: Source) -> Row:
    return Row(
        line,
        cells,
        f"has {len(cells)} cells where the header has {len(source.header)};"
        " a cell that holds the delimiter must stand in quotes",
    )
