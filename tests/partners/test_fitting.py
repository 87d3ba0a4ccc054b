"""Rows as columns: each fitted to the header, or told with what is wrong with it."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from partners.importing.fitting import READ, blocks
from partners.importing.reading import Source

CELLS = st.lists(st.sampled_from(["a", "", " ", "b\nc", "1,5"]), min_size=1, max_size=5).filter(
    lambda cells: any(cell.strip() for cell in cells)
)


def csv_of(rows: list[list[str]]) -> Source:
    text = io.StringIO()
    csv.writer(text).writerows([["x", "y", "z"], *rows])
    return Source(text.getvalue().encode(), delimiter=",")


def fitted(row: list[str]) -> list[str]:
    while len(row) > 3 and not row[-1].strip():
        row = row[:-1]
    return row


@given(rows=st.lists(CELLS, max_size=12), size=st.integers(1, 5))
def test_blocks__any_rows__those_that_fit_in_columns_and_the_others_told(rows: list[list[str]], size: int) -> None:
    source = csv_of(rows)
    lines = {row.line: fitted(row.cells) for row in source.rows()}
    found, told = {}, {}
    for block in blocks(source, size):
        found.update(zip(block.lines, map(list, zip(*block.columns, strict=True)), strict=True))
        told.update({row.line: (row.cells, row.problem) for row in block.unfit})
    assert found == {line: cells for line, cells in lines.items() if len(cells) == 3}
    assert told == {
        line: (
            cells,
            f"has {len(cells)} cells where the header has 3; a cell that holds the delimiter must stand in quotes",
        )
        for line, cells in lines.items()
        if len(cells) != 3
    }


def test_blocks__more_rows_than_are_held_one_by_one__all_of_them_about_so_many_at_a_time() -> None:
    count = 3 * READ + 7
    found = list(blocks(csv_of([[str(number), "", "b\nc"] for number in range(count)]), 2 * READ))
    assert [len(block) for block in found] == [2 * READ, READ + 7]
    assert [cell for block in found for cell in block.columns[0]] == [str(number) for number in range(count)]
    assert [line for block in found for line in block.lines] == [2 + 2 * number for number in range(count)]


def test_blocks__row_that_cannot_be_read__told_beside_those_that_can() -> None:
    source = Source(b'x,y\n1,2\n3,"4"5\n6,7\n', delimiter=",")
    (block,) = blocks(source, 10)
    assert (block.lines, block.columns) == ([2, 4], [["1", "6"], ["2", "7"]])
    assert [(row.line, row.cells) for row in block.unfit] == [(3, [])]
    assert len(block) == 3
