"""What a word of the vocabulary is: its subject, type, kind and choices. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum


class Subject(StrEnum):
    """What a field, a file or a segment is about. Segments are of partners or of customers."""

    PARTNER = "partner"
    CUSTOMER = "customer"
    DEAL = "deal"


class FieldType(StrEnum):
    """The types of the rule language (segment references are a construct, not a type of field)."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    CHOICE = "choice"
    ORDERED_CHOICE = "ordered_choice"
    MULTI_CHOICE = "multi_choice"


class FieldKind(StrEnum):
    """Where a field's value lives."""

    BUILT_IN = "built_in"
    CUSTOM = "custom"
    COMPUTED = "computed"


CHOICE_TYPES = frozenset({FieldType.CHOICE, FieldType.ORDERED_CHOICE, FieldType.MULTI_CHOICE})
NUMBER_PLACES = 6
"""Numbers keep six decimal places: numeric(18, 6)."""
MONEY_PLACES = 2
"""Money keeps two: numeric(18, 2)."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value a choice field may take; the order within a field is the order of an ordered choice."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """One word of the vocabulary."""

    subject: Subject
    name: str
    label: str
    type: FieldType
    kind: FieldKind = FieldKind.BUILT_IN
    choices: tuple[Choice, ...] = ()
    description: str = ""
    sensitive: bool = False
    refers_to: str = ""
    """"partner", "customer" or "user" where the value names another record: an external id, or an e-mail address."""
    is_share: bool = False
    """A number that people say in per cent: 0.2 is stored and compared, and 20 % is read and typed."""

    @property
    def is_choice(self) -> bool:
        """Takes its values from a list."""
        return self.type in CHOICE_TYPES


Vocabulary = Mapping[str, Field]
"""Fields of one subject by name."""


def choices(*pairs: tuple[str, str]) -> tuple[Choice, ...]:
    """Choices from (value, label) pairs, in order."""
    return tuple(Choice(value, label) for value, label in pairs)


def extend(base: Field, added: tuple[Choice, ...]) -> Field:
    """A field with further choices behind its own; those it has already stay where they are."""
    have = {choice.value for choice in base.choices}
    fresh = tuple(choice for choice in added if choice.value not in have)
    if not fresh:
        return base
    return replace(base, choices=base.choices + fresh)
