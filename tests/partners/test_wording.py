"""Values as people read them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from partners.vocabulary import Choice, Field, FieldType, Subject
from partners.wording import sentence, typed, words


def field(kind: FieldType, *choices: Choice) -> Field:
    return Field(Subject.PARTNER, "some", "Some", kind, choices=choices)


GOLD = Choice("gold", "Gold standard")
CASES = [
    (field(FieldType.TEXT), "Ærø", "Ærø"),
    (field(FieldType.NUMBER), Decimal("1234567.500000"), "1,234,567.5"),
    (field(FieldType.NUMBER), Decimal("1000.000000"), "1,000"),
    (field(FieldType.NUMBER), Decimal(0), "0"),
    (field(FieldType.MONEY), Decimal("1200.50"), "1,200.50"),
    (field(FieldType.MONEY), Decimal("1200.00"), "1,200"),
    (field(FieldType.BOOLEAN), False, "No"),
    (field(FieldType.DATE), date(2026, 3, 5), "5 March 2026"),
    (field(FieldType.DATETIME), datetime(2026, 3, 5, 9, 7, tzinfo=UTC), "5 March 2026, 09:07"),
    (field(FieldType.CHOICE, GOLD), "gold", "Gold standard"),
    (field(FieldType.CHOICE, GOLD), "silver", "silver"),
    (field(FieldType.MULTI_CHOICE, GOLD), ["gold", "tin"], "Gold standard, tin"),
    (field(FieldType.MULTI_CHOICE), [], ""),
    (field(FieldType.TEXT), "", ""),
    (field(FieldType.NUMBER), None, ""),
]


@pytest.mark.parametrize(("of", "value", "said"), CASES)
def test_words__value__reads_as_people_say_it(of, value, said):
    assert words(of, value) == said


@pytest.mark.parametrize(
    ("kind", "stored", "value"),
    [
        (FieldType.NUMBER, "0.1", Decimal("0.1")),
        (FieldType.DATE, "2026-03-05", date(2026, 3, 5)),
        (FieldType.DATETIME, "2026-03-05T09:07:00Z", datetime(2026, 3, 5, 9, 7, tzinfo=UTC)),
        (FieldType.BOOLEAN, False, False),
        (FieldType.MULTI_CHOICE, ["a"], ["a"]),
        (FieldType.TEXT, "", None),
        (FieldType.MULTI_CHOICE, [], None),
    ],
)
def test_typed__stored_custom_value__is_as_python_has_it(kind, stored, value):
    assert typed(field(kind), stored) == value


def test_sentence__reason_of_a_value__stands_alone() -> None:
    assert sentence("has 400 characters; at most 300 fit") == "Has 400 characters; at most 300 fit."
    assert sentence("“tier” has a meaning already.") == "“tier” has a meaning already."
