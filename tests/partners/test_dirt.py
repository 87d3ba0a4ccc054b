"""What real exports hold, kind by kind, as CSV and, where it can be, as XLSX. Framing is in test_importing."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from partners.facts import vocabulary
from partners.importing import FileProblem, ImportResult, Options, Source, import_file
from partners.importing.runs import rejects_csv
from partners.models import Deal, Origin, Partner
from partners.vocabulary import FieldType, Subject

pytestmark = pytest.mark.django_db
CREATE = Options(create_fields=True)
both = pytest.mark.parametrize("kind", ["csv", "xlsx"])


def file(kind: str, *rows: Sequence[Any]) -> bytes:
    """The rows as a file of the kind."""
    if kind == "xlsx":
        book = openpyxl.Workbook()
        sheet: Any = book.active
        for number, row in enumerate(rows, 1):
            for place, value in enumerate(row, 1):
                cell = sheet.cell(number, place)
                cell.value = value if value != "" else None
                cell.data_type = "s" if isinstance(value, str) and value else cell.data_type  # "=…" is a text here
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def take(data: bytes, options: Options | None = None, subject: Subject = Subject.PARTNER) -> ImportResult:
    origin = Origin(kind=Origin.Kind.IMPORT, label="file")
    return import_file(subject=subject, path_or_bytes=data, options=options, origin=origin)


def told(result: ImportResult) -> tuple[int, int, int, int, int]:
    return (result.rows, result.created, result.updated, result.unchanged, result.rejected)


def back(result: ImportResult) -> list[tuple[int, str, str]]:
    return [(reject.line, reject.column, reject.value) for reject in result.rejects]


def values(*names: str, model: Any = Partner) -> list[Any]:
    flat = len(names) == 1
    return list(model.objects.order_by("external_id").values_list(*names, flat=flat))


# --- framing ----------------------------------------------------------------------------------------------------------
@both
def test_dirt__no_header_row__nothing_lands_and_the_remedy_is_told(kind: str) -> None:
    with pytest.raises(FileProblem, match=r"No column holds the external id.*has: 1, Alder.*no header row, add one"):
        take(file(kind, ["1", "Alder"], ["2", "Birch"]))


@both
def test_dirt__pivot_table__nothing_lands_and_the_first_row_is_shown(kind: str) -> None:
    pivot = file(
        kind, ["Sum of sales", "Column Labels"], ["Row Labels", "2003"], ["France", "100"], ["Grand Total", "100"]
    )
    with pytest.raises(FileProblem, match="header on line 1 has: Sum of sales, Column Labels"):
        take(pivot, CREATE)
    assert not Partner.objects.exists()


@both
def test_dirt__sixty_thousand_rows_of_nothing__are_no_rows(kind: str) -> None:
    nothing = [["", "", ""]] * (60_000 if kind == "csv" else 600)
    assert told(take(file(kind, ["id", "name", "city"], ["1", "A", "Rome"], *nothing, ["2", "B", "Oslo"]))) == (
        2,
        2,
        0,
        0,
        0,
    )


def test_dirt__unquoted_commas_shift_columns__those_rows_come_back_whole() -> None:
    rows = "".join(f"{n},Firm{', Inc' if n % 4 == 0 else ''},{n:05},Italy\n" for n in range(1, 93))
    result = take(f"id,name,postal code,country\n{rows}".encode(), CREATE)
    assert told(result) == (92, 69, 0, 0, 23)
    assert back(result)[0] == (5, "", "4,Firm, Inc,00004,Italy")
    assert set(values("country")) == {"Italy"}


@both
def test_dirt__nine_hundred_columns_and_more__refused_with_the_number(kind: str) -> None:
    wide = ["id", "name", *(f"c{n}" for n in range(1_500))]
    with pytest.raises(FileProblem, match="names 1502 columns; at most 900"):
        take(file(kind, wide, ["1", "A", *["x"] * 1_500]), CREATE)


# --- values -----------------------------------------------------------------------------------------------------------
@both
def test_dirt__na_is_north_america__null_words_and_empty_are_missing(kind: str) -> None:
    words = ["NA", "NULL", "#N/A", "", "null"]
    result = take(file(kind, ["id", "name", "region"], *([n, f"F{n}", word] for n, word in enumerate(words))))
    assert back(result) == [(6, "region", "null")]  # a value like any other, and no region
    assert values("region") == ["NA", "", "", ""]


@both
def test_dirt__two_spellings_of_dates_in_a_column__month_first_in_both(kind: str) -> None:
    result = take(file(kind, ["id", "name", "joined on"], ["1", "A", "11/14/2003 0:00"], ["2", "B", "11-12-03 0:00"]))
    assert told(result) == (2, 2, 0, 0, 0), result.rejects
    assert values("joined_on") == [date(2003, 11, 14), date(2003, 11, 12)]


@both
def test_dirt__dates_far_off_short_or_none__kept_or_back_with_the_value(kind: str) -> None:
    texts = ["20-10-16", "00:00.0", "9999-12-31", "2050-01-01"]
    result = take(file(kind, ["id", "name", "joined on"], *([str(n), "A", text] for n, text in enumerate(texts))))
    assert back(result) == [(2, "joined on", "20-10-16"), (3, "joined on", "00:00.0")]
    assert "could be 2016-10-20 or 2020-10-16" in result.rejects[0].reason
    assert values("joined_on") == [date(9999, 12, 31), date(2050, 1, 1)]


@both
def test_dirt__numbers_in_many_spellings__exact_or_back_never_guessed(kind: str) -> None:
    texts = ["2,024,994", "18.3 MM", "30000.0000", "-12.5", "1,058", "1058"]
    rows = [[str(n), "A", text] for n, text in enumerate(texts)]
    result = take(file(kind, ["id", "name", "employees"], *rows))
    assert back(result) == [(3, "employees", "18.3 MM")]
    assert values("employees") == [Decimal(2024994), Decimal(30000), Decimal("-12.5"), Decimal(1058), Decimal(1058)]


@both
def test_dirt__decimal_comma_beside_what_could_be_either__one_mark_for_the_column(kind: str) -> None:
    take(file(kind, ["id", "name", "employees"], ["1", "A", "10124,97"], ["2", "B", "1,058"]))
    assert values("employees") == [Decimal("10124.97"), Decimal("1.058")]
    result = take(file(kind, ["id", "name", "employees"], ["3", "C", "1,058"]))  # nothing says which
    assert back(result) == [(2, "employees", "1,058")]
    assert "could be 1058 or 1.058" in result.rejects[0].reason


@both
def test_dirt__unit_in_the_header_or_manual__kept_as_written(kind: str) -> None:
    take(file(kind, ["id", "name", "Annual Revenue (EUR millions)"], ["1", "A", "4.20"]))
    assert values("annual_revenue") == [Decimal("4.20")]


@both
def test_dirt__codes_with_leading_zeros__stay_text(kind: str) -> None:
    take(
        file(kind, ["id", "name", "postal code", "plant"], ["007", "A", "08174", "0012"], ["7", "B", "98104", "0400"]),
        CREATE,
    )
    assert values("external_id", "custom") == [
        ("007", {"postal_code": "08174", "plant": "0012"}),
        ("7", {"postal_code": "98104", "plant": "0400"}),
    ]


@both
def test_dirt__choices_misspelt__back_with_the_value_and_what_is_known(kind: str) -> None:
    data = file(
        kind,
        ["id", "name", "verticals", "country"],
        ["1", "A", "retial", "United states"],
        ["2", "B", "Retail", "Philipines"],
    )
    result = take(data)
    assert (told(result), back(result)) == ((2, 1, 0, 0, 1), [(2, "verticals", "retial")])
    assert "“retial” is not a choice of verticals" in result.rejects[0].reason
    assert values("country") == ["Philipines"]  # a free text is as it came


@both
def test_dirt__one_choice_in_two_spellings__case_is_one_words_are_two(kind: str) -> None:
    rows = [[str(n), "A", ["Warehouse", "WAREHOUSE ", "Ware House"][n % 3]] for n in range(60)]
    take(file(kind, ["id", "name", "kind of site"], *rows), CREATE)
    field = vocabulary(Subject.PARTNER)["kind_of_site"]
    assert field.type is FieldType.CHOICE
    assert sorted(choice.value for choice in field.choices) == ["Ware House", "Warehouse"]


@both
def test_dirt__deals_of_no_product_and_of_blank_accounts__back_the_others_land(kind: str) -> None:
    Partner.objects.create(external_id="P1", name="A")
    take(file(kind, ["deal_id", "partner_id", "product"], ["D0", "P1", "GTX Pro"]), CREATE, Subject.DEAL)
    rows = [["D1", "P1", "GTX Pro"], ["D2", "P1", "GTXPro"], ["D3", "", "GTX Pro"]]
    result = take(file(kind, ["deal_id", "partner_id", "product"], *rows), subject=Subject.DEAL)
    assert told(result)[0] == sum(told(result)[1:])
    assert (4, "partner_id", "") in back(result)
    assert {"D0", "D1"} <= set(values("external_id", model=Deal))
    assert "D3" not in values("external_id", model=Deal)


@both
def test_dirt__names_that_repeat_and_full_duplicates__ids_decide(kind: str) -> None:
    result = take(file(kind, ["id", "name"], ["1", "Bike Shop"], ["2", "Bike Shop"], ["1", "Bike Shop"]))
    assert (told(result), back(result)) == ((3, 2, 0, 0, 1), [(4, "id", "1")])
    assert "given before, on line 2" in result.rejects[0].reason


@both
def test_dirt__keys_changed_between_exports__further_records_and_nothing_overwritten(kind: str) -> None:
    take(file(kind, ["id", "name", "city"], ["A-1", "Alder", "Rome"]))
    assert told(take(file(kind, ["id", "name", "city"], ["0001", "Alder", "Oslo"]))) == (1, 1, 0, 0, 0)
    assert values("external_id", "city") == [("0001", "Oslo"), ("A-1", "Rome")]


@both
def test_dirt__spaces_typographic_quotes_commas_and_accents__kept_but_the_spaces(kind: str) -> None:
    names = ["Alder  ", "“Birch” & Co’s", 'Çelik, "the" Ltd', "\u00a0Dub\u200b"]
    take(file(kind, ["id", "name", " City "], *([str(n), name, "Kraków"] for n, name in enumerate(names))))
    assert values("name") == ["Alder", "“Birch” & Co’s", 'Çelik, "the" Ltd', "Dub"]
    assert set(values("city")) == {"Kraków"}


@both
def test_dirt__truth_in_many_words__one_boolean(kind: str) -> None:
    take(file(kind, ["id", "name", "active"], ["1", "A", "TRUE"], ["2", "B", "false"]), CREATE)
    assert vocabulary(Subject.PARTNER)["active"].type is FieldType.BOOLEAN
    words = ["TRUE", "true", "1", "No", "0"]
    take(file(kind, ["id", "name", "active"], *([str(n), "A", word] for n, word in enumerate(words))))
    assert [custom["active"] for custom in values("custom")] == [True, True, True, False, False]


@both
def test_dirt__number_beyond_sense__kept_exactly(kind: str) -> None:
    take(file(kind, ["id", "name", "probability"], ["1", "A", "1000"], ["2", "B", "55"]), CREATE)
    assert [custom["probability"] for custom in values("custom")] == ["1000", "55"]


@both
def test_dirt__open_and_lost_deals__empty_is_not_zero(kind: str) -> None:
    Partner.objects.create(external_id="P1", name="A")
    rows = [["D1", "P1", "open", "", ""], ["D2", "P1", "lost", "0", "2020-01-01"]]
    take(file(kind, ["deal_id", "partner_id", "stage", "amount", "close_date"], *rows), subject=Subject.DEAL)
    assert values("stage", "amount", "closed_on", model=Deal) == [("open", None, None), ("lost", 0, date(2020, 1, 1))]


@both
def test_dirt__cells_like_formulas__kept_and_harmless_in_the_rejects(kind: str) -> None:
    data = file(kind, ["id", "name", "joined on"], ["1", "=1+1", ""], ["2", "@home", ""], ["3", "-x", "+soon"])
    result = take(data)
    assert told(result) == (3, 2, 0, 0, 1)
    assert values("name") == ["=1+1", "@home"]
    rows = list(csv.reader(io.StringIO(rejects_csv(result.rejects, Source(data)))))
    assert [row[0:3] + row[4:] for row in rows[1:]] == [["4", "joined on", "'+soon", "3", "'-x", "'+soon"]]
