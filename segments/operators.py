"""The one table of operators: which type has which, what operand each takes, and what is the complement of what.

A negative operator is never worked out by itself: it is the complement of its positive, missing values included.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum

from partners.vocabulary import FieldType


class Operand(StrEnum):
    """What stands in a leaf's `value`."""

    NONE = "none"
    ONE = "one"
    MANY = "many"
    PAIR = "pair"
    LAST = "last"
    NEXT = "next"
    PERCENT = "percent"


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator. `positive` names the operator it is the complement of; its own name when it is positive itself."""

    name: str
    words: str
    """As it reads between a field and a value: "is at least"."""
    date_words: str
    """The same for dates and instants: "is on or after"."""
    operand: Operand
    types: frozenset[FieldType]
    positive: str

    @property
    def is_negative(self) -> bool:
        """The complement of another operator."""
        return self.positive != self.name

    def words_for(self, kind: FieldType) -> str:
        """The words that suit a field of the type."""
        return self.date_words if kind in DATES else self.words


_T = FieldType
DATES = frozenset({_T.DATE, _T.DATETIME})
_TEXT = frozenset({_T.TEXT})
_ANY = frozenset(FieldType)
_SINGLE = _ANY - {_T.MULTI_CHOICE}
_ORDERED = frozenset({_T.ORDERED_CHOICE, _T.NUMBER, _T.MONEY, _T.DATE, _T.DATETIME})
_MULTI = frozenset({_T.MULTI_CHOICE})
_AMOUNTS = frozenset({_T.NUMBER, _T.MONEY})

# positive · its words · (for dates) · negative · its words · operand · types
_TABLE: tuple[tuple[str, str, str, str, str, Operand, Set[FieldType]], ...] = (
    ("=", "is", "is", "!=", "is not", Operand.ONE, _SINGLE),
    ("in", "is one of", "is one of", "notIn", "is none of", Operand.MANY, _SINGLE),
    ("contains", "contains", "", "doesNotContain", "does not contain", Operand.ONE, _TEXT),
    ("beginsWith", "begins with", "", "doesNotBeginWith", "does not begin with", Operand.ONE, _TEXT),
    ("endsWith", "ends with", "", "doesNotEndWith", "does not end with", Operand.ONE, _TEXT),
    ("<", "is below", "is before", "", "", Operand.ONE, _ORDERED),
    ("<=", "is at most", "is on or before", "", "", Operand.ONE, _ORDERED),
    (">", "is above", "is after", "", "", Operand.ONE, _ORDERED),
    (">=", "is at least", "is on or after", "", "", Operand.ONE, _ORDERED),
    ("between", "is between", "is between", "notBetween", "is not between", Operand.PAIR, _ORDERED),
    ("inLast", "is in the last", "is in the last", "notInLast", "is not in the last", Operand.LAST, DATES),
    ("inNext", "is in the next", "is in the next", "notInNext", "is not in the next", Operand.NEXT, DATES),
    ("anniversaryInNext", "has its anniversary in the next", "", "", "", Operand.NEXT, DATES),
    ("topPercent", "is in the top", "", "", "", Operand.PERCENT, _AMOUNTS),
    ("bottomPercent", "is in the bottom", "", "", "", Operand.PERCENT, _AMOUNTS),
    ("containsAny", "has any of", "", "containsNone", "has none of", Operand.MANY, _MULTI),
    ("containsAll", "has all of", "", "", "", Operand.MANY, _MULTI),
    ("equalsSet", "is exactly", "", "", "", Operand.MANY, _MULTI),
    ("notNull", "is set", "is set", "null", "is not set", Operand.NONE, _ANY),
)


def _table() -> dict[str, Operator]:
    table: dict[str, Operator] = {}
    for positive, words, date_words, negative, negative_words, operand, types in _TABLE:
        table[positive] = Operator(positive, words, date_words or words, operand, frozenset(types), positive)
        if negative:
            table[negative] = Operator(negative, negative_words, negative_words, operand, frozenset(types), positive)
    return table


OPERATORS: dict[str, Operator] = _table()
"""Every operator of a field, by name."""

SEGMENT_FIELD = "segment"
"""The word that refers to other segments; no attribute may take it."""
SEGMENT_OPERATORS: dict[str, str] = {"in": "is in any of", "inAll": "is in all of", "notIn": "is in none of"}
"""What a segment reference can say, and how it reads; `notIn` is the complement of `in`."""

PERCENTILES = frozenset({"topPercent", "bottomPercent"})
"""Whether they are true of a subject depends on all the others."""


def operators_of(kind: FieldType) -> tuple[Operator, ...]:
    """The operators of a type, in the order of the table."""
    return tuple(operator for operator in OPERATORS.values() if kind in operator.types)
