"""The quick ways of an import hand out what the careful ones do: runs of records, and columns that are plain already."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.importing.checking import Bad, Checker
from partners.importing.plain import NULL, Plain
from partners.importing.reading import Source
from partners.rows import Formats
from partners.vocabulary import BUILT_IN, FieldType, Subject

FIELDS = {field.name: field for field in BUILT_IN[Subject.CUSTOMER]}
CELLS = st.one_of(
    st.sampled_from(
        ["", " ", "NULL", "-0", "007", "1.058", "1,058", ".5", "5.", "a\\b", "a/b", ".", "..", "a\tb", " a", "é"]
    ),
    st.text(max_size=8),
    st.integers(-(10**17), 10**17).map(str),
    st.decimals(allow_nan=False, allow_infinity=False, places=2).map(str),
    st.decimals(allow_nan=False, allow_infinity=False, places=7).map(str),
)


@pytest.mark.parametrize(
    "name", ["external_id", "name", "city", "employees", "annual_revenue", "region", "technologies"]
)
@given(
    cells=st.lists(CELLS, min_size=1, max_size=4),
    words=st.frozensets(st.sampled_from(["", "NULL", "007", "-0", "a/b", ".", "é"])),
    decimal=st.sampled_from(["", ".", ","]),
)
def test_plain__a_column_that_passes__as_cell_by_cell(
    name: str, cells: list[str], words: frozenset[str], decimal: str
) -> None:
    field, formats = FIELDS[name], Formats(words, decimal)
    quick = Checker(field, formats)._plain(cells)
    if quick is None:
        return
    careful = Checker(field, formats)
    careful._plain = lambda cells: None  # type: ignore[assignment]
    pieces = careful.texts(cells)
    assert not any(isinstance(piece, Bad) for piece in pieces)
    if field.type in (FieldType.NUMBER, FieldType.MONEY):
        assert [p if p == NULL else Decimal(p) for p in quick] == [p if p == NULL else Decimal(str(p)) for p in pieces]
    else:
        assert quick == pieces


def test_plain__usual_columns__pass() -> None:
    for name, cells in {
        "external_id": ["c1", "C-2"],
        "name": ["Ann & Sons, Ltd.", "Bob"],
        "city": ["", "Paris"],
        "employees": ["12", "", "7.5"],
        "annual_revenue": ["1200.50", "", "-3"],
    }.items():
        assert Plain(FIELDS[name], Formats(), is_required=name == "name")(cells) == [
            cell or (NULL if name in ("employees", "annual_revenue") else "") for cell in cells
        ]
    assert Plain(FIELDS["name"], Formats(), is_required=True)(["Ann", ""]) is None
    assert Plain(FIELDS["annual_revenue"], Formats(), is_required=False)(["1.234"]) is None


LINE = st.one_of(
    st.lists(st.sampled_from(["a", "", " ", "b\nc", "d\r\ne", "f\rg", 'say "x"', "1,5"]), min_size=1, max_size=3),
    st.just(None),
)


@given(
    lines=st.lists(LINE, max_size=12),
    size=st.integers(1, 5),
    bad=st.integers(0, 11),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_chunks__any_file__the_rows_one_by_one(lines: list[list[str] | None], size: int, bad: int, end: str) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=end)
    writer.writerow(["x\ny", "z"])
    for number, cells in enumerate(lines):
        if cells is None:
            text.write(end)
        else:
            writer.writerow(cells)
        if number == bad:
            text.write('p,"q"r' + end)
    source = Source(text.getvalue().encode(), delimiter=",")
    found = [
        row
        for chunk in source.chunks(size)
        for row in [*zip(chunk.lines, chunk.rows, strict=True), *((row.line, []) for row in chunk.unreadable)]
    ]
    assert found == [(row.line, row.cells) for row in source.rows()]
