"""Custom attributes: made once, changed within their type, put away when nothing uses them."""

from __future__ import annotations

import pytest

from partners.attributes import add_choices, archive_attribute, change_attribute, create_attribute
from partners.facts import vocabulary
from partners.models import Attribute
from partners.rows import Invalid
from partners.vocabulary import FieldKind, FieldType, Subject

pytestmark = pytest.mark.django_db


def test_create_attribute__ordered_choice__in_the_vocabulary_as_given() -> None:
    create_attribute(
        subject=Subject.PARTNER,
        name="grade",
        label="Grade",
        type=FieldType.ORDERED_CHOICE,
        choices=["low", {"value": "mid", "label": "Middle"}, "high"],
        sensitive=True,
    )
    field = vocabulary(Subject.PARTNER)["grade"]
    assert (field.kind, field.label, field.sensitive) == (FieldKind.CUSTOM, "Grade", True)
    assert [(choice.value, choice.label) for choice in field.choices] == [
        ("low", "low"),
        ("mid", "Middle"),
        ("high", "high"),
    ]
    assert "grade" not in vocabulary(Subject.CUSTOMER)


@pytest.mark.parametrize("name", ["Grade", "1st", "", "a-b", "x" * 64, "tier", "deals_won", "segment", "id"])
def test_create_attribute__name_that_cannot_be__refused(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        create_attribute(subject=Subject.PARTNER, name=name, type=FieldType.TEXT)
    assert set(refused.value.errors) == {"name"}


@pytest.mark.parametrize("choices", [["a", "A "], ["a", ""], ["a\nb"]])
def test_create_attribute__choices_that_cannot_be__refused(choices: list[str]) -> None:
    with pytest.raises(Invalid) as refused:
        create_attribute(subject=Subject.PARTNER, name="grade", type=FieldType.CHOICE, choices=choices)
    assert set(refused.value.errors) == {"choices"}


def test_create_attribute__choices_of_a_text__refused() -> None:
    with pytest.raises(Invalid, match="only choice types"):
        create_attribute(subject=Subject.PARTNER, name="grade", type=FieldType.TEXT, choices=["a"])


def test_archive_attribute__out_of_the_vocabulary_and_back_with_its_choices() -> None:
    attribute = create_attribute(subject=Subject.PARTNER, name="grade", type=FieldType.CHOICE, choices=["a"])
    with pytest.raises(Invalid, match="used by Big ones"):
        archive_attribute(attribute=attribute, used_by=["Big ones"])
    archive_attribute(attribute=attribute)
    assert "grade" not in vocabulary(Subject.PARTNER)
    with pytest.raises(Invalid, match="archived attribute of type choice"):
        create_attribute(subject=Subject.PARTNER, name="grade", type=FieldType.NUMBER)
    create_attribute(subject=Subject.PARTNER, name="grade", type=FieldType.CHOICE, choices=["b"])
    assert [choice.value for choice in vocabulary(Subject.PARTNER)["grade"].choices] == ["a", "b"]
    with pytest.raises(Invalid, match="already"):
        create_attribute(subject=Subject.PARTNER, name="grade", type=FieldType.CHOICE)


def test_change_attribute__given_parts__others_stay() -> None:
    attribute = create_attribute(subject=Subject.PARTNER, name="grade", type=FieldType.CHOICE, choices=["a", "b"])
    changed = change_attribute(attribute=attribute, choices=["b", "a", "c"], sensitive=True)
    assert [choice["value"] for choice in changed.choices] == ["b", "a", "c"]
    assert (changed.label, changed.sensitive) == ("Grade", True)
    with pytest.raises(Invalid, match="1 to 200"):
        change_attribute(attribute=attribute, label=" ")


def test_add_choices__built_in_field__behind_its_own_once() -> None:
    for _ in range(2):
        add_choices(subject=Subject.PARTNER, field="tier", values=["Diamond", "diamond ", "Gold"][:1])
    values = [choice.value for choice in vocabulary(Subject.PARTNER)["tier"].choices]
    assert values == ["registered", "silver", "gold", "platinum", "Diamond"]
    assert Attribute.objects.get().built_in


def test_vocabulary__many_attributes__one_query(django_assert_num_queries: object) -> None:
    for number in range(5):
        create_attribute(subject=Subject.PARTNER, name=f"a{number}", type=FieldType.TEXT)
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert "a4" in vocabulary(Subject.PARTNER)
