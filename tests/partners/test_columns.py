"""What is read in bulk equals what is stored, exactly, type by type."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import DataError, transaction

from partners.columns import read_table
from partners.coverage import coverage, value_counts
from partners.facts import instants, vocabulary
from partners.models import Activity, Attribute, Customer, Deal, Partner
from partners.tables import Codes, Scalars, Sets
from partners.vocabulary import FieldKind, Subject
from people.models import User

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)


def partner(external_id: str, **values: Any) -> Partner:
    return Partner.objects.create(external_id=external_id, name=values.pop("name", external_id), **values)


def listed(column: Any) -> list[Any]:
    """A column as plain values, None where missing."""
    if isinstance(column, Scalars):
        return [int(value) if present else None for value, present in zip(column.values, column.present, strict=True)]
    if isinstance(column, Codes):
        return [column.dictionary[code] if code >= 0 else None for code in column.codes]
    assert isinstance(column, Sets)
    rows = [column.codes[a:b] for a, b in zip(column.offsets, column.offsets[1:], strict=False)]
    return [{column.dictionary[code] for code in row} for row in rows]


def test_read_table__built_in_fields__exact_and_missing_told_apart() -> None:
    manager = User.objects.create_user("ann@example.com", role="channel_manager")
    a = partner(
        "A",
        tier="gold",
        employees=Decimal("0.1"),
        annual_revenue=Decimal("9999999999999999.99"),
        verticals=["retail", "energy"],
        joined_on=date(1969, 12, 31),
        channel_manager=manager,
        city='Zürich, "Old"\nTown',
    )
    partner("B", employees=0, parent=a, city="   ", annual_revenue=Decimal("-0.01"))
    gone = partner("C")
    Partner.objects.filter(pk=gone.pk).update(deleted_at=NOW)
    names = [
        "external_id",
        "tier",
        "employees",
        "annual_revenue",
        "verticals",
        "joined_on",
        "channel_manager",
        "city",
        "parent",
        "certifications",
    ]
    table = read_table(Subject.PARTNER, names, as_of=NOW)
    assert len(table) == 2
    assert {name: listed(column) for name, column in table.columns.items()} == {
        "external_id": ["A", "B"],
        "tier": ["gold", None],
        "employees": [100_000, 0],
        "annual_revenue": [999_999_999_999_999_999, -1],
        "verticals": [{"retail", "energy"}, set()],
        "joined_on": [-1, None],
        "channel_manager": ["ann@example.com", None],
        "city": ['Zürich, "Old"\nTown', None],
        "parent": [None, "A"],
        "certifications": [set(), set()],
    }


def test_read_table__custom_attributes__every_type_works() -> None:
    values = {
        "text": ("text", "007"),
        "number": ("number", "-12.000001"),
        "money": ("money", "1.10"),
        "boolean": ("boolean", False),
        "date": ("date", "2024-02-29"),
        "datetime": ("datetime", "2024-02-29T10:00:00.000001+02:00"),
        "choice": ("choice", "x"),
        "ordered": ("ordered_choice", "low"),
        "multi": ("multi_choice", ["a", "b"]),
    }
    for name, (kind, _) in values.items():
        Attribute.objects.create(subject="partner", name=f"my_{name}", label=name, type=kind)
    partner("A", custom={f"my_{name}": value for name, (_, value) in values.items()})
    partner("B", custom={"my_text": " ", "my_multi": []})
    table = read_table(Subject.PARTNER, [f"my_{name}" for name in values], as_of=NOW)
    found = {name.removeprefix("my_"): listed(column) for name, column in table.columns.items()}
    instant = int(datetime(2024, 2, 29, 8, tzinfo=UTC).timestamp()) * 10**6 + 1
    assert found == {
        "text": ["007", None],
        "number": [-12_000_001, None],
        "money": [110, None],
        "boolean": [0, None],
        "date": [(date(2024, 2, 29) - date(1970, 1, 1)).days, None],
        "datetime": [instant, None],
        "choice": ["x", None],
        "ordered": ["low", None],
        "multi": [{"a", "b"}, set()],
    }


def test_read_table__deals_on_the_windows_edges__counted_in_the_right_year() -> None:
    seller = partner("A")
    idle = partner("B")
    for number, (day, stage, amount) in enumerate(
        [
            (date(2026, 6, 15), "won", "1"),  # today
            (date(2026, 6, 16), "won", "1000"),  # the future is never in "last"
            (date(2025, 6, 15), "won", "2"),  # the first day that the last 12 months touch
            (date(2025, 6, 14), "won", "4"),  # the last of the 12 before
            (date(2024, 6, 14), "won", "8000"),  # before both
            (date(2026, 1, 1), "lost", "16"),
            (None, "open", None),
        ]
    ):
        Deal.objects.create(external_id=str(number), partner=seller, stage=stage, amount=amount, closed_on=day)
    names = [name for name, field in vocabulary(Subject.PARTNER).items() if field.kind is FieldKind.COMPUTED]
    table = read_table(Subject.PARTNER, names, as_of=NOW)
    found = {name: listed(column) for name, column in table.columns.items()}
    assert list(table.ids) == [seller.pk, idle.pk]
    assert found == {
        "won_revenue_12m": [300, 0],
        "won_revenue_prior_12m": [400, 0],
        "revenue_growth": [-250_000, None],
        "deals_open": [1_000_000, 0],
        "deals_won": [4_000_000, 0],
        "win_rate": [800_000, None],
        "last_deal_on": [(date(2026, 6, 15) - date(1970, 1, 1)).days, None],
        "customers_count": [0, 0],
        "trainings_completed": [0, 0],
        "courses_started": [0, 0],
        "last_training_on": [None, None],
        "certificates_valid": [0, 0],
        "last_sign_in_at": [None, None],
    }


def test_instants__midnight__the_day_that_begins_is_outside() -> None:
    found = instants(datetime(2020, 6, 1, tzinfo=UTC))
    assert (found["year_start"], found["day_end"]) == (date(2019, 6, 1), date(2020, 6, 1))


def test_instants__leap_day__clips_to_the_month() -> None:
    assert instants(datetime(2024, 2, 29, tzinfo=UTC))["year_start"] == date(2023, 2, 28)


def test_read_table__customers_and_activity__folded_per_subject() -> None:
    first, second = partner("A"), partner("B")
    gone = partner("C")
    Partner.objects.filter(pk=gone.pk).update(deleted_at=NOW)
    customer = Customer.objects.create(external_id="K", name="K")
    customer.partners.set([first, second, gone])
    for kind, about, day in [
        ("course_completed", "x", 1),
        ("course_completed", "x", 2),
        ("sign_in", "", 3),
        ("sign_in", "", 30),
    ]:
        Activity.objects.create(partner=first, kind=kind, about=about, at=datetime(2026, 6, day, tzinfo=UTC))
    table = read_table(
        Subject.PARTNER, ["customers_count", "trainings_completed", "last_sign_in_at"], as_of=NOW, ids=[first.pk]
    )
    at = int(datetime(2026, 6, 3, tzinfo=UTC).timestamp()) * 10**6
    assert [listed(column) for column in table.columns.values()] == [[1_000_000], [1_000_000], [at]]
    served = read_table(Subject.CUSTOMER, ["partners", "partners_count"], as_of=NOW)
    assert [listed(column) for column in served.columns.values()] == [[{"A", "B"}], [2_000_000]]


def test_read_table__no_rows__empty_columns_of_the_right_kind() -> None:
    table = read_table(Subject.CUSTOMER, ["name", "employees", "needs"], as_of=NOW)
    assert len(table) == 0
    assert [listed(column) for column in table.columns.values()] == [[], [], []]


def test_read_table__unknown_field__named() -> None:
    with pytest.raises(KeyError, match="shoe_size"):
        read_table(Subject.PARTNER, ["name", "shoe_size"], as_of=NOW)


@pytest.mark.parametrize("subject", list(Subject))
def test_read_table__every_field_at_once__reads(subject: Subject) -> None:
    assert set(read_table(subject, list(vocabulary(subject)), as_of=NOW).columns) == set(vocabulary(subject))


def test_coverage__some_filled__counts_present_values_in_three_queries(django_assert_max_num_queries: Any) -> None:
    Attribute.objects.create(subject="partner", name="colour", label="Colour", type="text")
    partner("A", tier="gold", employees=0, custom={"colour": "red"})
    partner("B", verticals=["retail"])
    everyone = User.objects.create_user("a@example.com", role="administrator")
    with django_assert_max_num_queries(3):  # the fields, where columns may be kept, the counts
        found = coverage(Subject.PARTNER, everyone)
    assert {name: found[name] for name in ("name", "tier", "employees", "verticals", "colour", "city")} == {
        "name": 2,
        "tier": 1,
        "employees": 1,
        "verticals": 1,
        "colour": 1,
        "city": 0,
    }


def test_coverage__scoped_viewer__counts_only_what_they_see() -> None:
    partner("A", region="EMEA", tier="gold")
    partner("B", region="NA", tier="gold")
    manager = User.objects.create_user("m@example.com", role="channel_manager", regions=["EMEA"])
    found = coverage(Subject.PARTNER, manager)
    assert (found["external_id"], found["tier"], found["city"]) == (1, 1, 0)
    assert coverage(Subject.PARTNER, User(email="x@example.com", role=""))["tier"] == 0


def test_value_counts__scoped_viewer__counts_only_what_they_see() -> None:
    partner("A", region="EMEA", verticals=["retail", "energy"])
    partner("B", region="EMEA", verticals=["retail"])
    partner("C", region="NA", verticals=["retail"])
    manager = User.objects.create_user("m@example.com", role="channel_manager", regions=["EMEA"])
    everyone = User.objects.create_user("a@example.com", role="administrator")
    nobody = User(email="x@example.com", role="")
    assert value_counts(Subject.PARTNER, "verticals", manager) == [("retail", 2), ("energy", 1)]
    assert value_counts(Subject.PARTNER, "verticals", everyone, search="RET") == [("retail", 3)]
    assert value_counts(Subject.PARTNER, "verticals", nobody) == []


def test_read_table__numbers_of_every_kind_of_writing__exact() -> None:
    """Numbers travel as text and are cast in bulk; whatever a double cannot hold is cast by PostgreSQL."""
    Attribute.objects.create(subject="partner", name="score", label="Score", type="number")
    Attribute.objects.create(subject="partner", name="price", label="Price", type="money")
    Attribute.objects.create(subject="partner", name="seen_on", label="Seen", type="date")
    scores = [
        "12",
        "-0.000001",
        " 7 ",
        "",
        "   ",
        "999999999999.999999",
        "123456789.123457",
        "0.0000005",
        None,
        "1e3",
        "70368744.177665",
    ]
    prices = ["12", "0.1", "9999999999999999.99", "", "2.005", "-2.005", "0", None, "1.10", "-0.01", "70368744177.66"]
    days = [
        "2026-02-28",
        "",
        "19700102",
        "1969-12-31",
        None,
        " 2026-01-01 ",
        "0001-01-01",
        "9999-12-31",
        "",
        "2024-02-29",
        "",
    ]
    for number, (score, price, day) in enumerate(zip(scores, prices, days, strict=True)):
        partner(
            f"P{number}",
            custom={"score": score, "price": price, "seen_on": day},
            employees=score if number < 2 else None,
        )

    table = read_table(Subject.PARTNER, ["score", "price", "seen_on", "employees"], as_of=NOW)

    def units(texts: list[str | None], scale: int) -> list[int | None]:
        plain = [text.strip() if text else "" for text in texts]
        return [int((Decimal(text) * scale).to_integral_value("ROUND_HALF_UP")) if text else None for text in plain]

    assert listed(table.columns["score"]) == units(scores, 10**6)
    assert listed(table.columns["price"]) == units(prices, 100)
    assert listed(table.columns["employees"])[:3] == [12_000_000, -1, None]
    epoch = date(1970, 1, 1)
    read = [
        date(2026, 2, 28),
        None,
        date(1970, 1, 2),
        date(1969, 12, 31),
        None,
        date(2026, 1, 1),
        date.min,
        date.max,
        None,
    ]
    wanted = [(day - epoch).days if day else None for day in [*read, date(2024, 2, 29), None]]
    assert listed(table.columns["seen_on"]) == wanted


@pytest.mark.parametrize("text", ["five", "NaN", "Infinity", "12,5", "true", "1e400", "99999999999999999999"])
def test_read_table__no_number__an_error_never_a_value(text: str) -> None:
    Attribute.objects.create(subject="partner", name="score", label="Score", type="number")
    partner("A", custom={"score": "1"})
    partner("B", custom={"score": text})
    with pytest.raises(DataError), transaction.atomic():
        read_table(Subject.PARTNER, ["score"], as_of=NOW)


def test_read_table__text_of_digits_alone__keeps_its_zeros() -> None:
    Attribute.objects.create(subject="partner", name="postal_code", label="Postal code", type="text")
    partner("007", custom={"postal_code": "01234"})
    partner("1e3", custom={"postal_code": "1.50"})
    table = read_table(Subject.PARTNER, ["external_id", "postal_code"], as_of=NOW)
    assert listed(table.columns["external_id"]) == ["007", "1e3"]
    assert listed(table.columns["postal_code"]) == ["01234", "1.50"]
