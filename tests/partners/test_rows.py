"""Cells to values: what is read, what is missing, what is refused and why."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from partners.rows import Dates, Formats, Numbers, accept, check_date_format, fold, infer_type, read, stored
from partners.rows.cells import harmless
from partners.vocabulary import Field, FieldKind, FieldType, Subject, choices

REGION = choices(("EMEA", "Europe, Middle East and Africa"), ("NA", "North America"), ("AF", "Æfrica"))


def field(kind: FieldType, **more: object) -> Field:
    return Field(Subject.PARTNER, "f", "F", kind, FieldKind.CUSTOM, **more)  # type: ignore[arg-type]


NUMBER, MONEY, DATE, DATETIME = (
    field(kind) for kind in (FieldType.NUMBER, FieldType.MONEY, FieldType.DATE, FieldType.DATETIME)
)
TEXT, BOOLEAN = field(FieldType.TEXT), field(FieldType.BOOLEAN)
CHOICE, MANY = (field(kind, choices=REGION) for kind in (FieldType.CHOICE, FieldType.MULTI_CHOICE))


@pytest.mark.parametrize(
    ("text", "value"),
    [("", None), ("  ", None), ("NULL", None), ("#N/A", None), ("NA", "NA"), ("null", "null"), (" 08174 ", "08174")],
)
def test_read__words_for_missing__only_the_exact_ones(text: str, value: str | None) -> None:
    assert read(TEXT, text) == value


def test_read__null_words_said__replace_the_usual_ones() -> None:
    formats = Formats(null_words=frozenset({"-", "n/a"}))
    assert [read(TEXT, text, formats) for text in ("-", "n/a", "NULL")] == [None, None, "NULL"]


def test_read__text__trimmed_and_composed() -> None:
    assert read(TEXT, "\ufeff\u00a0Cafe\u0301 \u200b") == "Café"


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("0", "", "0"),
        ("-5", "", "-5"),
        ("\u22125", "", "-5"),
        ("300000.0000", "", "300000"),
        ("1,234.5", "", "1234.5"),
        ("1,234,567", "", "1234567"),
        ("1,058", ".", "1058"),
        ("1,058", ",", "1.058"),
        ("1.058", ",", "1058"),
        ("10124,97", ",", "10124.97"),
        ("1 234,5", ",", "1234.5"),
        ("1E+05", "", "100000"),
        ("999999999999.999999", "", "999999999999.999999"),
        ("0.1234567", "", "0.123457"),
    ],
)
def test_read__number__exact(text: str, decimal: str, value: str) -> None:
    assert read(NUMBER, text, Formats(decimal=decimal)) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "decimal", "reason"),
    [
        ("1,058", "", "could be 1058 or 1.058"),
        ("18.3 MM", "", "is not a number"),
        ("five", "", "is not a number"),
        ("1,23,456", "", "is not a number"),
        ("12.5", ",", "decimal comma"),
        ("1000000000000", "", "too large"),
        ("999999999999.9999999", "", "too large"),
        ("1e999", "", "too large"),
        ("NaN", "", "is not a number"),
        ("inf", "", "is not a number"),
    ],
)
def test_read__no_number__says_why(text: str, decimal: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read(NUMBER, text, Formats(decimal=decimal))


def test_read__money__two_places_and_sixteen_digits() -> None:
    assert read(MONEY, "€ 9999999999999999.99") == Decimal("9999999999999999.99")
    assert read(MONEY, "12.5000") == Decimal("12.50")
    for text, reason in (("12.345", "more than 2 decimal places"), ("10000000000000000", "too large")):
        with pytest.raises(ValueError, match=reason):
            read(MONEY, text)


def test_numbers__column_seen_as_a_whole__mark_only_when_unambiguous() -> None:
    def mark(*texts: str) -> str:
        numbers = Numbers()
        for text in texts:
            numbers.see(text)
        return numbers.decimal

    assert mark("10124,97", "1.058") == ","
    assert mark("10124.97", "1,058") == "."
    assert mark("1,058", "2,310") == ""
    assert mark("12,5", "12.5") == ""
    assert mark("7", "8") == ""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2024-02-29", date(2024, 2, 29)),
        ("0001-01-01", date(1, 1, 1)),
        ("9999-12-31", date(9999, 12, 31)),
        ("31.3.2024", date(2024, 3, 31)),
        ("31 Mar 2024", date(2024, 3, 31)),
        ("March 3rd, 2024", date(2024, 3, 3)),
        ("11/14/2003 0:00", date(2003, 11, 14)),
        ("2024-03-31T23:30:00Z", date(2024, 3, 31)),
    ],
)
def test_read__date__read(text: str, value: date) -> None:
    assert read(DATE, text) == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2023-02-29", "not a day of the calendar"),
        ("05/06/2020", "2020-05-06 or 2020-06-05"),
        ("20-10-16", "2016-10-20 or 2020-10-16"),
        ("00:00.0", "accepted are 2024-03-31"),
        ("yesterday", "accepted are 2024-03-31"),
        ("43831", "accepted are 2024-03-31"),
    ],
)
def test_read__no_date__says_what_would_be_right(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read(DATE, text)


def test_dates__one_month_first_value__decides_for_the_column_in_both_spellings() -> None:
    dates = Dates()
    for text in ("11/14/2003 0:00", "11-12-03 0:00", "01/02/2003"):
        dates.see(text)
    assert [read(DATE, t, orders=dates.orders) for t in ("11-12-03 0:00", "01/02/2003")] == [
        date(2003, 11, 12),
        date(2003, 1, 2),
    ]


def test_dates__a_slip_among_many__is_refused_not_followed() -> None:
    dates = Dates()
    for day in range(1, 29):
        dates.see(f"{day:02}/02/2020")
    dates.see("02/28/2020")
    assert {order.value for order in dates.orders} == {"dmy"}
    with pytest.raises(ValueError, match="in the order dmy"):
        read(DATE, "02/28/2020", orders=dates.orders)


@pytest.mark.parametrize("given", ["dmy", "DMY", "%d/%m/%Y", "DD/MM/YYYY"])
def test_read__date_format_said__decides(given: str) -> None:
    formats = Formats(date_format=check_date_format(given))
    assert read(DATE, "05/06/2020", formats) == date(2020, 6, 5)
    assert read(DATE, "05/06/2020 13:05", formats) == date(2020, 6, 5)
    assert read(DATE, "2020-06-05", formats) == date(2020, 6, 5)


@pytest.mark.parametrize("given", ["%Y", "day first", "%Q"])
def test_check_date_format__nonsense__refused(given: str) -> None:
    with pytest.raises(ValueError, match="must name day, month and year"):
        check_date_format(given)


def test_read__datetime__an_instant_in_the_zone_of_the_file() -> None:
    berlin = Formats(zone=ZoneInfo("Europe/Berlin"))
    assert read(DATETIME, "2024-07-01 10:00", berlin) == datetime(2024, 7, 1, 8, tzinfo=UTC)
    assert read(DATETIME, "2024-07-01", berlin) == datetime(2024, 6, 30, 22, tzinfo=UTC)
    assert read(DATETIME, "2024-07-01T10:00:00.5+02:00") == datetime(2024, 7, 1, 8, 0, 0, 500_000, tzinfo=UTC)
    assert read(DATE, "2024-07-01T23:30:00Z", berlin) == date(2024, 7, 2)
    with pytest.raises(ValueError, match="after year 9999"):
        read(DATETIME, "9999-12-31T23:00:00-05:00")


@pytest.mark.parametrize(("text", "value"), [("TRUE", True), ("1", True), ("Yes", True), ("n", False), ("0", False)])
def test_read__boolean__in_its_usual_words(text: str, value: bool) -> None:
    assert read(BOOLEAN, text) is value


@pytest.mark.parametrize(
    ("text", "value"),
    [("emea", "EMEA"), ("north america ", "NA"), ("NORTH AMERICA", "NA"), ("Europe, Middle East and Africa", "EMEA")],
)
def test_read__choice__by_value_or_label_in_whatever_case(text: str, value: str) -> None:
    assert read(CHOICE, text) == value


def test_read__unknown_choice__lists_some_and_the_remedy() -> None:
    with pytest.raises(ValueError, match=r"“Ware House” is not a choice of f .*EMEA.*--create-fields"):
        read(CHOICE, "Ware House")


@pytest.mark.parametrize("text", ["NA; EMEA", "na|emea|NA", "NA,EMEA", '["EMEA", "NA"]', "EMEA\nNA"])
def test_read__multi_choice__one_order_whatever_the_spelling(text: str) -> None:
    assert read(MANY, text) == ["EMEA", "NA"]


def test_read__multi_choice_whose_label_holds_a_comma__taken_whole() -> None:
    assert read(MANY, "Europe, Middle East and Africa") == ["EMEA"]


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [
        (NUMBER, 5, "5"),
        (NUMBER, "5.50", "5.5"),
        (NUMBER, 0.1, "0.1"),
        (NUMBER, 0, "0"),
        (MONEY, Decimal("1E+3"), "1000"),
        (BOOLEAN, False, False),
        (DATE, "2024-01-31", "2024-01-31"),
        (DATETIME, "2024-01-31T10:00:00+01:00", "2024-01-31T09:00:00Z"),
        (MANY, ["NA", "emea", "NA"], ["EMEA", "NA"]),
        (MANY, [], None),
        (TEXT, " ", None),
        (TEXT, "NULL", "NULL"),
        (TEXT, None, None),
    ],
)
def test_accept__json__stored_in_one_spelling(kind: Field, value: object, kept: object) -> None:
    assert stored(accept(kind, value)) == kept


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        (TEXT, 5, "must be a text, not a number"),
        (NUMBER, True, "must be a number.*not true or false"),
        (NUMBER, [1], "not a list"),
        (NUMBER, float("nan"), "finite"),
        (BOOLEAN, 1, "must be true or false"),
        (MANY, ["NA", 1], "list of texts"),
        (DATE, {"y": 1}, "not an object"),
        (TEXT, "a\x00b", "NUL"),
        (TEXT, "\ud800", "surrogate"),
    ],
)
def test_accept__wrong_type__says_what_was_expected(kind: Field, value: object, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        accept(kind, value)


@pytest.mark.parametrize("text", ["a/b", "a\nb", "x" * 101, ".", "..", "a\\b"])
def test_read__id_that_cannot_stand_in_an_address__refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"id|characters"):
        read(Field(Subject.PARTNER, "external_id", "External id", FieldType.TEXT), text)


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (["1", "2", ""], "number"),
        (["1.5", "2,000.25"], "number"),
        (["12,5", "1.000,25"], "number"),
        (["1,058"], "text"),
        (["08174", "98104"], "text"),
        (["+49123"], "text"),
        (["1" * 13], "text"),
        (["2020-01-01", ""], "date"),
        (["2020-01-01 00:00"], "date"),
        (["2020-01-01 10:00"], "datetime"),
        (["14/02/2020", "05/06/2020"], "date"),
        (["05/06/2020"], "text"),
        (["TRUE", "false"], "boolean"),
        (["yes"], "boolean"),
        (["a", "b"] * 20, "choice"),
        (["a", "b"] * 9, "text"),
        ([str(n) + "x" for n in range(40)], "text"),
        (["1", "x"], "text"),
        ([], "text"),
        (["", "NULL"], "text"),
    ],
)
def test_infer_type__what_the_values_show(texts: list[str], kind: str) -> None:
    assert infer_type(texts) == kind


def test_fold__case_and_accents__alike() -> None:
    assert fold(" ÉCOLE ") == fold("e\u0301cole") == "ecole"


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\n=1", "--1", "+-1", "-1e5x", "\uff1d1+1", "\uff20x"],
)
def test_harmless__begins_like_a_formula__quoted(text: str) -> None:
    assert harmless(text) == "'" + text


@pytest.mark.parametrize("text", ["", "a=b", "-5", "+4.5", "-1,25", "2024-01-01", "'=1"])
def test_harmless__anything_else__as_it_is(text: str) -> None:
    assert harmless(text) == text
