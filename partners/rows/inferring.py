"""The type that a column's values show."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from partners.rows.cells import Formats, clean, is_missing
from partners.rows.dates import DateOrder, Dates, parse_moment
from partners.rows.numbers import Numbers, parse_number
from partners.rows.values import LONGEST_CHOICE
from partners.vocabulary import NUMBER_PLACES, FieldType

MOST_CHOICES = 50
CHOICE_SHARE = 0.05
FEWEST_FOR_CHOICE = 20
TRUTHS = (frozenset({"true", "false"}), frozenset({"yes", "no"}))
REMEMBERED = 10_000
_TWO = re.compile(r"\..*\.")
"""Two points in one text."""
LONGEST_PLAIN = 40
"""No number and no date is longer."""


@dataclass
class Profile:
    """One pass over a column: what its values could be. Memory is bounded, however long the column."""

    formats: Formats = field(default_factory=Formats)
    identifies: bool = False
    """The column's name says that it holds ids, codes or phone numbers: never a number."""
    expected: FieldType | None = None
    """NUMBER or DATE when the type is known and only the column's way of writing it is asked; None to find the type."""
    numbers: Numbers = field(default_factory=Numbers)
    dates: Dates = field(default_factory=Dates)
    present: int = 0
    distinct: set[str] = field(default_factory=set)
    may_be_number: bool = True
    may_be_date: bool = True
    with_time: bool = False
    may_be_choice: bool = True
    truth: set[str] = field(default_factory=set)
    _met: set[str] = field(default_factory=set)
    """Texts taken into account before, up to `REMEMBERED`: a repeated one says nothing new."""

    def see(self, texts: Iterable[str]) -> None:
        """Take further cells into account."""
        if self.expected is FieldType.NUMBER:
            texts = list(texts)
            if self._say_nothing(texts):
                return
        met = self._met
        for raw in texts:
            if raw in met:
                self.present += 1
                continue
            text = clean(raw)
            if is_missing(text, self.formats):
                continue
            self.present += 1
            if len(met) < REMEMBERED:
                met.add(raw)
            if len(self.distinct) <= MOST_CHOICES and text not in self.distinct:
                self.distinct.add(text)
                self.may_be_choice = self.may_be_choice and len(text) <= LONGEST_CHOICE and text.isprintable()
                self.truth.add(text.casefold())
            if self.expected is not FieldType.DATE and (self.may_be_number or self.expected):
                self.numbers.see(text)
            if self.expected is not FieldType.NUMBER and (self.may_be_date or self.expected):
                self.dates.see(text)
            if self.expected is None:
                self._try(text)

    def _say_nothing(self, texts: list[str]) -> bool:
        """Of a column of numbers: none of the texts says more about its decimal mark than is known. What they are beside
        numbers is not asked."""
        together = "\n".join(texts)
        return "," not in together and ("." not in together or (self.numbers.points > 0 and not _TWO.search(together)))

    def _try(self, text: str) -> None:
        """Rule out what the column cannot be."""
        if self.may_be_number:
            self.may_be_number = _looks_like_number(text)
        if self.may_be_date:
            self._try_date(text)

    def _try_date(self, text: str) -> None:
        if len(text) > LONGEST_PLAIN or text.isdecimal():
            self.may_be_date = False
            return
        try:
            moment = parse_moment(text, None, self._format)
        except ValueError as error:
            self.may_be_date = str(error).startswith("could be")
            self.with_time = self.with_time or (":" in text and "00:00" not in text and "0:00" not in text)
        else:
            self.with_time = self.with_time or (moment.at is not None and moment.at.isoformat() != "00:00:00")

    @property
    def _format(self) -> str:
        return self.formats.date_format if "%" in self.formats.date_format else ""

    @property
    def decimal(self) -> str:
        """The decimal mark: the one said, else the one the column shows."""
        return self.formats.decimal or self.numbers.decimal

    @property
    def orders(self) -> frozenset[DateOrder]:
        """The orders of day and month still possible."""
        return self.dates.orders

    @property
    def type(self) -> FieldType:
        """The type the values show; text when in doubt."""
        if not self.present:
            return FieldType.TEXT
        if len(self.distinct) <= 2 and any(self.truth <= truth for truth in TRUTHS):
            return FieldType.BOOLEAN
        if self.may_be_number and not self.identifies and (self.decimal or not self.numbers.either):
            return FieldType.NUMBER
        decided = len(self.orders) == 1 or not self.dates.three or bool(self.formats.date_format)
        if self.may_be_date and decided:
            return FieldType.DATETIME if self.with_time else FieldType.DATE
        few = len(self.distinct) <= MOST_CHOICES and len(self.distinct) <= CHOICE_SHARE * self.present
        if self.may_be_choice and few and self.present >= FEWEST_FOR_CHOICE:
            return FieldType.CHOICE
        return FieldType.TEXT


def _looks_like_number(text: str) -> bool:
    """A number with some decimal mark; not an id with leading zeros, a phone number or more digits than fit."""
    if len(text) > LONGEST_PLAIN or text[0] == "+":
        return False
    digits = text.lstrip("-\u2212")
    if len(digits) > 1 and digits[0] == "0" and digits[1] not in ".,":
        return False
    for mark in ("", ","):
        try:
            parse_number(text, places=NUMBER_PLACES, decimal=mark)
        except ValueError as error:
            if str(error).startswith("could be"):
                return True
        else:
            return True
    return False


def infer_type(values: Iterable[str], formats: Formats = Formats()) -> FieldType:  # noqa: B008 — a frozen value
    """The type that a column's texts show. Leading zeros stay text; few distinct texts among many are a choice."""
    profile = Profile(formats)
    profile.see(values)
    return profile.type
