"""Files in: framing, mapping, upsert, rejects. Each test is one thing that real exports do."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from partners.attributes import create_attribute
from partners.facts import vocabulary
from partners.importing import FileProblem, ImportResult, Options, import_file, parse_mapping
from partners.models import Attribute, Customer, Deal, Origin, Partner
from partners.vocabulary import FieldType, Subject

pytestmark = pytest.mark.django_db
CREATE = Options(create_fields=True)


def take(
    text: str | bytes, options: Options | None = None, subject: Subject = Subject.PARTNER, **more: Any
) -> ImportResult:
    data = text.encode() if isinstance(text, str) else text
    origin = Origin(kind=Origin.Kind.IMPORT, label="file.csv")
    return import_file(subject=subject, path_or_bytes=data, options=options, origin=origin, **more)


def told(result: ImportResult) -> tuple[int, int, int, int, int]:
    return (result.rows, result.created, result.updated, result.unchanged, result.rejected)


def places(result: ImportResult) -> list[tuple[int, str, str]]:
    return [(reject.line, reject.column, reject.value) for reject in result.rejects]


def values(*names: str, model: Any = Partner) -> list[tuple[Any, ...]]:
    return list(model.objects.order_by("external_id").values_list(*names))


# --- the real files -----------------------------------------------------------------------------------------------
def test_import_file__real_channel_twice__all_land_once_and_nothing_changes(shared_data: Path) -> None:
    folder = shared_data / "adventureworks"
    for subject, name, rows in ((Subject.PARTNER, "partners.csv", 701), (Subject.DEAL, "deals.csv", 3616)):
        data = (folder / name).read_bytes()
        assert told(take(data, CREATE, subject)) == (rows, rows, 0, 0, 0)
        stamps = Origin.objects.count(), Attribute.objects.count()
        assert told(take(data, CREATE, subject)) == (rows, 0, 0, rows, 0)
        assert (Origin.objects.count(), Attribute.objects.count()) == stamps
    words = vocabulary(Subject.PARTNER)
    kinds = {n: str(words[n].type) for n in ("postal_code", "territory_group", "annual_sales", "year_opened", "state")}
    assert kinds == {
        "postal_code": "text",
        "territory_group": "choice",
        "annual_sales": "number",
        "year_opened": "number",
        "state": "text",
    }
    first = Partner.objects.get(external_id="AW00000001")
    assert (first.partner_type, first.employees, first.annual_revenue) == ("Value Added Reseller", 2, 30000)
    assert (first.custom["annual_sales"], first.custom["postal_code"]) == ("300000", "98104")
    deal = Deal.objects.get(external_id="SO43659")
    assert (deal.stage, deal.amount, deal.closed_on) == ("won", Decimal("20565.60"), date(2017, 7, 1))
    assert deal.partner.external_id == "AW00000676"
    assert sum(Deal.objects.values_list("amount", flat=True)) == Decimal("77548570.20")


def test_import_file__real_channel_without_create_fields__unknown_columns_and_choices_are_rejects(
    shared_data: Path,
) -> None:
    result = take((shared_data / "adventureworks" / "partners.csv").read_bytes())
    assert (result.rows, result.created, result.rejected) == (701, 0, 701)
    header = [reject for reject in result.rejects if reject.line == 1]
    assert "territory_group" in {reject.column for reject in header}
    assert all("--create-fields" in reject.reason for reject in result.rejects)
    assert Attribute.objects.count() == 0


# --- framing --------------------------------------------------------------------------------------------------------
def test_import_file__windows_1252_far_into_the_file__read() -> None:
    rows = "".join(f"P{n},Firm {n}\n" for n in range(2000))
    result = take(b"id,name\n" + rows.encode() + "Z,Müller €\n".encode("cp1252"))
    assert told(result) == (2001, 2001, 0, 0, 0)
    assert Partner.objects.get(external_id="Z").name == "Müller €"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_import_file__encodings_and_delimiters__guessed(encoding: str, delimiter: str) -> None:
    text = "id,name,city\r\n1,Ünal & Söhne,Köln\n2,Béla,Győr".replace(",", delimiter)
    text = text.replace("ő", "ö")  # Windows-1252 has no ő
    assert told(take(text.encode(encoding))) == (2, 2, 0, 0, 0)
    assert values("external_id", "name", "city") == [("1", "Ünal & Söhne", "Köln"), ("2", "Béla", "Györ")]


def test_import_file__said_encoding_does_not_decode__nothing_lands_and_the_place_is_named() -> None:
    data = b"id,name\n1,Ok\n2,M\xfcller\n"
    with pytest.raises(FileProblem, match=r"Line 3 is not UTF-8: byte 17 \(0xFC\).*--encoding.*Nothing was imported"):
        take(data, Options(encoding="utf-8"))
    assert Partner.objects.count() == 0
    assert told(take(data, Options(encoding="latin-1"))) == (2, 2, 0, 0, 0)


def test_import_file__nul_bytes__refused_by_line() -> None:
    with pytest.raises(FileProblem, match="Line 2 contains a NUL byte"):
        take(b"id,name\n1,a\x00b\n")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"colour,name\nred,A\n", "No column holds the external id.*colour, name.*--map"),
        (b'id,name\n1,"A\n2,B\n', "quote that opens on or after line 2 is never closed"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", r"old kind \(.xls\)"),
        (b"PK\x03\x04 nonsense", "workbook cannot be read"),
    ],
)
def test_import_file__no_table__says_what_to_do(data: bytes, message: str) -> None:
    with pytest.raises(FileProblem, match=message):
        take(data)


def test_import_file__quoted_line_breaks_and_blank_rows__line_is_where_the_row_begins() -> None:
    result = take('id,name,joined_on\r\n1,"A\r\nB",2020-01-01\n\n,,\n2,C,soon\r\n3,"D ""x"", y",\n')
    assert told(result) == (3, 2, 0, 0, 1)
    assert places(result) == [(6, "joined_on", "soon")]
    assert "accepted are 2024-03-31" in result.rejects[0].reason
    assert values("name") == [("A\r\nB",), ('D "x", y',)]


def test_import_file__ragged_rows__rejected_with_the_counts() -> None:
    result = take("id,name,city,,\n1,A,Rome,,\n2,A, Inc,Rome\n3,B\n4,C,Oslo\n")
    assert [(reject.line, reject.reason.split(";")[0]) for reject in result.rejects] == [
        (3, "has 4 cells where the header has 3"),
        (4, "has 2 cells where the header has 3"),
    ]
    assert values("external_id", "city") == [("1", "Rome"), ("4", "Oslo")]


def test_import_file__quote_in_a_quoted_cell__costs_that_row_only() -> None:
    result = take('id,name\n1,"A "b" c"\n2,D\n')
    assert (told(result), result.rejects[0].line) == ((2, 1, 0, 0, 1), 2)


def test_import_file__nameless_column_with_values__reported_once_and_left_out() -> None:
    result = take("id,name,,city\n1,A,x,Rome\n2,B,y,Oslo\n")
    assert told(result) == (2, 2, 0, 0, 0)
    assert places(result) == [(1, "column 3", "")]


def test_import_file__huge_cell__kept_whole_in_a_custom_attribute() -> None:
    assert told(take("id,name,notes\n1,A," + "x" * 800_000 + "\n2,B,\n", CREATE)) == (2, 2, 0, 0, 0)
    assert len(Partner.objects.get(external_id="1").custom["notes"]) == 800_000


def test_import_file__workbook__like_the_same_csv() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["id", "name", "employees", "joined_on", "active", "postal_code"])
    sheet.append([1, "A", 0.1 + 0.2, datetime(2020, 5, 6), True, "08174"])
    sheet.append([])
    sheet.append(["2", "B", "x", None, False, None])
    sheet.append(["3", "C"])
    out = io.BytesIO()
    book.save(out)
    result = take(out.getvalue(), CREATE)
    assert told(result) == (3, 2, 0, 0, 1)
    assert places(result) == [(4, "employees", "x")]
    first = Partner.objects.get(external_id="1")
    assert (first.employees, first.joined_on) == (Decimal("0.3"), date(2020, 5, 6))
    assert first.custom == {"active": True, "postal_code": "08174"}
    assert told(take(out.getvalue(), CREATE)) == (3, 0, 0, 2, 1)


def test_import_file__workbook_with_formulas_never_worked_out__those_rows_come_back() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["id", "name", "city"])
    sheet.append(["1", "A", '=UPPER("paris")'])
    sheet.append(["2", "B", "Rome"])
    out = io.BytesIO()
    book.save(out)
    result = take(out.getvalue())
    assert told(result) == (2, 1, 0, 0, 1)
    assert result.rejects[0].line == 2
    assert "formula in column 3" in result.rejects[0].reason
    assert values("external_id", "city") == [("2", "Rome")]


def test_import_file__merged_cells__the_first_holds_the_value() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["id", "name", "city"])
    sheet.append(["1", "A", "Rome"])
    sheet.append(["2", "B", None])
    sheet.merge_cells("C2:C3")
    out = io.BytesIO()
    book.save(out)
    assert told(take(out.getvalue())) == (2, 2, 0, 0, 0)
    assert values("external_id", "city") == [("1", "Rome"), ("2", "")]


def test_import_file__mixed_line_ends__every_row_read_at_its_line() -> None:
    result = take(b"id,name\r\n1,A\n2,B\r3,\r\n4,D")
    assert told(result) == (4, 3, 0, 0, 1)
    assert places(result) == [(4, "name", "")]


EVERY_TYPE = (
    "id;name;a_text;a_number;a_flag;a_date;an_instant;verticals\n"
    '1;A;"two\nlines";1.500;yes;2024-02-29;2024-03-31T10:00:00+02:00;"retail|energy"\n'
    "2;B;007;-0;no;;2024-03-31 10:00:00;\n"
)


def test_import_file__every_type_twice__the_second_time_changes_nothing() -> None:
    first = take(EVERY_TYPE, CREATE)
    assert told(first) == (2, 2, 0, 0, 0), first.rejects
    before = list(Partner.objects.order_by("pk").values("custom", "provenance", "updated_at", "verticals"))
    assert told(take(EVERY_TYPE, CREATE)) == (2, 0, 0, 2, 0)
    assert list(Partner.objects.order_by("pk").values("custom", "provenance", "updated_at", "verticals")) == before
    assert {a.type for a in Attribute.objects.filter(built_in=False)} >= {
        "text",
        "number",
        "boolean",
        "date",
        "datetime",
    }


def test_import_file__two_columns_of_one_name__each_keeps_its_own_attribute() -> None:
    text = "id,name,Note,note\n1,A,x,y\n"
    take(text, CREATE)
    assert Partner.objects.get().custom == {"note": "x", "note_2": "y"}
    assert told(take(text, CREATE)) == (1, 0, 0, 1, 0)


def test_import_file__two_columns_of_one_name__said_by_their_places() -> None:
    text = "id,name,Note,Note\n1,A,x,y\n"
    take(text, Options(mapping={"Note (column 3)": "", "Note (column 4)": "city"}))
    assert values("city", "custom") == [("y", {})]
    with pytest.raises(
        FileProblem, match=r"more than once \(columns 3, 4\); rename one, or say which: “Note \(column 3\)”"
    ):
        take(text, Options(mapping={"Note": "city"}))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_import_file__names_of_the_columns_further_down__read_from_the_row_that_is_said(encoding: str) -> None:
    text = 'Partners of autumn\n"A ""broken" title\nGroup;;Size;\nid;name;employees;city\n1;A;5;Rome\n2;B;x;Oslo\n'
    result = take(text.encode(encoding), Options(header_row=4))
    assert told(result) == (2, 1, 0, 0, 1)
    assert places(result) == [(6, "employees", "x")]
    assert values("external_id", "name", "city") == [("1", "A", "Rome")]
    with pytest.raises(FileProblem, match="nothing in row 9 or below"):
        take(text.encode(encoding), Options(header_row=9))


def test_import_file__workbook_with_a_row_of_groups_above__read_from_the_row_that_is_said() -> None:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for cells in (["Company", None, "Numbers"], ["External ID", "Name", "Employees"], ["X", "Alder", 5]):
        book.active.append(cells)
    book.active.merge_cells("A1:B1")
    book.save(out)
    assert told(take(out.getvalue(), Options(header_row=2))) == (1, 1, 0, 0, 0)
    assert values("external_id", "name", "employees") == [("X", "Alder", 5)]


def test_import_file__column_called_segment__never_an_attribute_of_that_name() -> None:
    take("id,name,segment\n1,A,gold\n", CREATE)
    assert Partner.objects.get().custom == {"imported_segment": "gold"}
    with pytest.raises(FileProblem, match="cannot be made one"):
        take("id,name,x\n1,A,gold\n", Options(mapping={"x": "segment"}, create_fields=True))


# --- mapping --------------------------------------------------------------------------------------------------------
def test_import_file__headers_as_crms_write_them__recognised() -> None:
    take(
        " Account ID ,Company Name,NumberOfEmployees,Annual Revenue [EUR],Partner_Type__c,Städte (alt)\n7,A,5,1.50,VAR,x\n"
    )
    assert values("external_id", "name", "employees", "annual_revenue", "partner_type") == [
        ("7", "A", 5, Decimal("1.50"), "var")
    ]


def test_import_file__map__goes_before_guesses_and_may_leave_out() -> None:
    options = Options(mapping=parse_mapping('"Firm, legal"=name,Ref=external_id,name='), create_fields=True)
    take('Ref,name,"Firm, legal"\nX,nick,Legal Ltd\n', options)
    assert values("external_id", "name", "custom") == [("X", "Legal Ltd", {})]


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"Nope": "name"}, "There is no column “Nope” to map. The header has: id, name"),
        ({"id": "external_id", "name": "external_id"}, "Two columns are mapped to external_id"),
        ({"name": "deals_won"}, "worked out from other records"),
        ({"name": "Bad Name"}, "cannot be made one"),
    ],
)
def test_import_file__map_that_cannot_be__refused(mapping: dict[str, str], message: str) -> None:
    with pytest.raises(FileProblem, match=message):
        take("id,name\n1,A\n", Options(mapping=mapping))


def test_parse_mapping__no_equals_sign__refused() -> None:
    with pytest.raises(ValueError, match="Column=field"):
        parse_mapping("id")


def test_import_file__unknown_column__rows_land_without_it() -> None:
    result = take("id,name,colour\n1,A,red\n")
    assert told(result) == (1, 1, 0, 0, 0)
    assert places(result) == [(1, "colour", "")]
    assert "--create-fields" in result.rejects[0].reason
    assert values("custom") == [({},)]


def test_import_file__column_named_like_a_computed_fact__kept_beside_it_under_another_name() -> None:
    for _ in range(2):
        result = take("id,name,deals_won\n1,A,5\n", CREATE)
    assert told(result) == (1, 0, 0, 1, 0)
    assert values("custom") == [({"imported_deals_won": "5"},)]


def test_import_file__unknown_choice__rejected_or_added_as_used() -> None:
    text = "id,name,tier\n1,A,gold\n2,B,Diamond\n3,C,diamond \n4,,Bronze\n"
    result = take(text)
    assert (told(result), {place[1] for place in places(result)}) == ((4, 1, 0, 0, 3), {"tier", "name"})
    assert told(take(text, CREATE)) == (4, 2, 0, 1, 1)
    assert values("external_id", "tier") == [("1", "gold"), ("2", "Diamond"), ("3", "Diamond")]
    known = [choice.value for choice in vocabulary(Subject.PARTNER)["tier"].choices]
    assert known == ["registered", "silver", "gold", "platinum", "Diamond"]  # Bronze only stood in a rejected row


# --- upsert ---------------------------------------------------------------------------------------------------------
def test_import_file__duplicate_id__first_lands_later_ones_name_it() -> None:
    result = take("id,name\n1,A\n2,B\n 1 ,C\n")
    assert told(result) == (3, 2, 0, 0, 1)
    assert places(result) == [(4, "id", "1")]
    assert "on line 2" in result.rejects[0].reason
    assert Partner.objects.get(external_id="1").name == "A"


def test_import_file__first_of_a_pair_is_bad__the_good_one_lands() -> None:
    assert told(take("id,name,joined_on\n1,A,soon\n1,B,2020-01-01\n")) == (2, 1, 0, 0, 1)
    assert values("name") == [("B",)]


def test_import_file__several_bad_cells__each_reported_row_counted_once() -> None:
    result = take("id,name,employees,joined_on\n1,,many,soon\n")
    assert result.rejected == 1
    assert [reject.column for reject in result.rejects] == ["id"] * 0 + ["name", "employees", "joined_on"]


def test_import_file__empty_cell_clears_absent_column_stays__only_changes_are_stamped() -> None:
    take("id,name,tier,city,colour\n1,A,gold,Rome,red\n2,B,gold,Oslo,\n", CREATE)
    before = {p.external_id: p for p in Partner.objects.all()}
    result = take("id,name,tier,colour\n1,A,,\n2,B,gold,\n", CREATE)
    assert told(result) == (2, 0, 1, 1, 0)
    after = {p.external_id: p for p in Partner.objects.all()}
    assert (after["1"].tier, after["1"].city, after["1"].custom) == ("", "Rome", {})
    assert after["2"].updated_at == before["2"].updated_at
    assert after["1"].updated_at > before["1"].updated_at
    first, second = Origin.objects.order_by("pk").values_list("pk", flat=True)
    assert after["1"].provenance == {"name": first, "city": first, "tier": second, "colour": second}
    assert after["2"].provenance == {"name": first, "tier": first, "city": first}


def test_import_file__new_row_without_a_name__rejected_known_one_changed() -> None:
    take("id,name\n1,A\n")
    result = take("id,city\n1,Rome\n2,Oslo\n")
    assert told(result) == (2, 0, 1, 0, 1)
    assert result.rejects[0].reason == "is new, and a new partner needs a name"


def test_import_file__deleted_record_comes_again__revived() -> None:
    take("id,name\n1,A\n")
    Partner.objects.update(deleted_at=datetime.now(UTC))
    assert told(take("id,name\n1,A\n")) == (1, 0, 1, 0, 0)
    assert Partner.objects.present().count() == 1


def test_import_file__parent_in_a_later_row__linked_and_missing_ones_refused() -> None:
    text = "id,name,parent\n1,A,2\n2,B,\n3,C,9\n4,D,3\n5,E,5\n"
    result = take(text)
    assert told(result) == (5, 2, 0, 0, 3)
    assert places(result) == [(4, "parent", "9"), (5, "parent", "3"), (6, "parent", "5")]
    assert values("external_id", "parent__external_id") == [("1", "2"), ("2", None)]
    assert told(take(text)) == (5, 0, 0, 2, 3)
    assert told(take("id,parent\n2,1\n1,\n6,1\n")) == (3, 0, 2, 0, 1)
    assert values("external_id", "parent__external_id") == [("1", None), ("2", "1")]


def test_import_file__parents_in_a_circle__refused_whichever_way_it_closes() -> None:
    result = take("id,name,parent\n1,A,2\n2,B,3\n3,C,1\n4,D,1\n5,E,\n")
    assert told(result) == (5, 1, 0, 0, 4)
    assert [(line, value) for line, _, value in places(result)] == [(2, "2"), (3, "3"), (4, "1"), (5, "1")]
    assert told(take("id,name,parent\n1,A,\n2,B,1\n3,C,2\n")) == (3, 3, 0, 0, 0)
    closing = take("id,parent\n1,3\n")  # over the records' parents: 3 → 2 → 1
    assert told(closing) == (1, 0, 0, 0, 1)
    assert "above itself" in closing.rejects[0].reason
    assert told(take("id,parent\n1,3\n3,\n")) == (2, 0, 2, 0, 0)  # opened in the same file


def test_import_file__customers_partners__kept_by_difference() -> None:
    take("id,name\nP1,A\nP2,B\nP3,C\n")
    first = "id,name,partner ids\nK1,X,P1;P2\nK2,Y,\n"
    assert told(take(first, subject=Subject.CUSTOMER)) == (2, 2, 0, 0, 0)
    assert told(take(first, subject=Subject.CUSTOMER)) == (2, 0, 0, 2, 0)
    result = take("id,partners\nK1,P3|P2\nK2,P9\n", subject=Subject.CUSTOMER)
    assert told(result) == (2, 0, 1, 0, 1)
    assert "there is no partner “P9”" in result.rejects[0].reason
    served = Customer.objects.get(external_id="K1")
    assert sorted(p.external_id for p in served.partners.all()) == ["P2", "P3"]
    assert Customer.objects.get(external_id="K2").partners.count() == 0


def test_import_file__deals__open_by_default_and_of_known_partners_only() -> None:
    take("id,name\nP1,A\n")
    Partner.objects.create(external_id="GONE", name="G", deleted_at=datetime.now(UTC))
    result = take("deal_id,partner_id,amount\nD1,P1,\nD2,P9,1\nD3,GONE,1\nD4,,1\n", subject=Subject.DEAL)
    assert told(result) == (4, 1, 0, 0, 3)
    assert places(result) == [(3, "partner_id", "P9"), (4, "partner_id", "GONE"), (5, "partner_id", "")]
    assert values("external_id", "stage", "amount", model=Deal) == [("D1", "open", None)]


def test_import_file__multi_choices__a_set_in_whatever_order() -> None:
    assert told(take("id,name,verticals\n1,A,Retail; energy\n2,B,\n")) == (2, 2, 0, 0, 0)
    assert told(take("id,name,verticals\n1,A,energy|retail\n2,B,Energy\n")) == (2, 0, 1, 1, 0)
    assert values("verticals") == [(["energy", "retail"],), (["energy"],)]


def test_import_file__formulas_and_null_words__ordinary_data() -> None:
    take("id,name,city,region\n1,=1+1,@home,NA\n2,-x,NULL,#N/A\n")
    assert values("name", "city", "region") == [("=1+1", "@home", "NA"), ("-x", "", "")]


def test_import_file__decimal_comma__guessed_by_column_or_said() -> None:
    text = "id;name;employees;annual_revenue\n1;A;1.058;10124,97\n2;B;1.058;1.058,00\n"
    take(text)
    assert values("employees", "annual_revenue") == [
        (Decimal("1.058"), Decimal("10124.97")),
        (Decimal("1.058"), Decimal("1058.00")),
    ]
    take(text, Options(decimal=","))
    assert values("employees") == [(1058,), (1058,)]


def test_import_file__ambiguous_dates__rejected_until_said() -> None:
    text = "id,name,joined_on\n1,A,05/06/2020\n"
    assert "--date-format" in take(text).rejects[0].reason
    take(text, Options(date_format="dmy"))
    assert values("joined_on") == [(date(2020, 6, 5),)]


def test_import_file__dry_run__tells_the_same_and_keeps_nothing() -> None:
    text = "id,name,tier,colour\n1,A,Diamond,red\n2,,gold,\n"
    assert told(take(text, CREATE, dry_run=True)) == (2, 1, 0, 0, 1)
    assert (Partner.objects.count(), Attribute.objects.count(), Origin.objects.count()) == (0, 0, 0)
    assert told(take(text, CREATE)) == (2, 1, 0, 0, 1)


def test_import_file__existing_attribute__keeps_its_type() -> None:
    create_attribute(subject=Subject.PARTNER, name="score", type=FieldType.NUMBER)
    result = take("id,name,Score\n1,A,high\n2,B,3\n", CREATE)
    assert (told(result), places(result)) == ((2, 1, 0, 0, 1), [(2, "Score", "high")])


def test_import_file__every_chunk__progress_told() -> None:
    seen: list[tuple[int, int]] = []
    take("id,name\n" + "".join(f"{n},A\n" for n in range(50_001)), on_progress=lambda *at: seen.append(at))
    assert seen == [(50_000, 50_001), (50_001, 50_001)]


def test_import_file__error_in_the_middle__nothing_half_written() -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take("id,name,colour\n1,A,red\n", CREATE, on_progress=stop)
    assert (Partner.objects.count(), Attribute.objects.count(), Origin.objects.count()) == (0, 0, 0)
