"""A vendor: what its partners are, what these are strong in, and what customers want; and how that is written down. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from partners import vocabulary
from partners.vocabulary import Choice


class Reach(StrEnum):
    """How a kind of partner goes to market; the demo's segments speak of these."""

    SMALL = "small"
    SERVICE = "service"
    LARGE = "large"
    MAKER = "maker"


@dataclass(frozen=True, slots=True)
class Kind:
    """A partner type: its share of the channel, the median of its head count, and its reach."""

    value: str
    label: str
    weight: float
    employees: int
    reach: Reach


@dataclass(frozen=True, slots=True)
class Word:
    """A choice and how common it is."""

    value: str
    label: str
    weight: float


@dataclass(frozen=True, slots=True)
class Line:
    """A product line, the speciality that sells it, and the median price of a deal."""

    name: str
    speciality: str
    price: int


@dataclass(frozen=True, slots=True)
class Profile:
    """A vendor. The first speciality is the one it wants to grow, the second the one that needs trust."""

    key: str
    label: str
    vendor: str
    trade: str
    """Which words the partners' names end in; "" is information technology."""
    kinds: tuple[Kind, ...]
    specialities: tuple[Word, ...]
    needs: tuple[Word, ...]
    industries: tuple[tuple[str, float], ...]
    """Industries of the customers (values of `verticals`) and how common they are."""
    lines: tuple[Line, ...]
    competitors: tuple[str, ...]

    @property
    def focus(self) -> Word:
        """The speciality the vendor wants to grow."""
        return self.specialities[0]

    @property
    def guard(self) -> Word:
        """The speciality that needs trust and compliance."""
        return self.specialities[1]

    def types_of(self, *reaches: Reach) -> list[str]:
        """The partner types of those reaches."""
        return [kind.value for kind in self.kinds if kind.reach in reaches]

    def added_choices(self) -> dict[tuple[str, str], tuple[Choice, ...]]:
        """Choices the profile needs that are not built in, by (subject, field)."""
        wanted: dict[tuple[str, str], tuple[Sequence[Kind | Word], tuple[Choice, ...]]] = {
            ("partner", "partner_type"): (self.kinds, vocabulary.PARTNER_TYPES),
            ("partner", "specialisations"): (self.specialities, vocabulary.SPECIALISATIONS),
            ("customer", "needs"): (self.needs, vocabulary.NEEDS),
        }
        added = {}
        for place, (words, built_in) in wanted.items():
            have = {choice.value for choice in built_in}
            if fresh := tuple(Choice(word.value, word.label) for word in words if word.value not in have):
                added[place] = fresh
        return added


def _kinds(text: str) -> tuple[Kind, ...]:
    rows = [row.split(":") for row in text.split()]
    return tuple(Kind(v, _label(v, vocabulary.PARTNER_TYPES), float(w), int(n), Reach(r)) for v, w, n, r in rows)


def _words(text: str, built_in: tuple[Choice, ...]) -> tuple[Word, ...]:
    return tuple(Word(v, _label(v, built_in), float(w)) for v, w in (row.split(":") for row in text.split()))


def _label(value: str, built_in: tuple[Choice, ...]) -> str:
    known = {choice.value: choice.label for choice in built_in}
    return known.get(value, value.replace("_", " ").capitalize())


def profile(
    key: str,
    label: str,
    vendor: str,
    *,
    trade: str,
    kinds: str,
    specialities: str,
    needs: str,
    industries: str,
    lines: str,
    competitors: str,
) -> Profile:
    """A vendor from words: entries apart by spaces or “|”, what belongs to one by “:”, in the order of the fields."""
    return Profile(
        key,
        label,
        vendor,
        trade,
        _kinds(kinds),
        _words(specialities, vocabulary.SPECIALISATIONS),
        _words(needs, vocabulary.NEEDS),
        tuple((name, float(weight)) for name, weight in (row.split(":") for row in industries.split())),
        tuple(Line(n, s, int(p)) for n, s, p in (row.strip().split(":") for row in lines.split("|"))),
        tuple(competitors.split("|")),
    )
