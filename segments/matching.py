"""Text and choices: which of a column's distinct values a condition is true of. Pure values.

Each distinct value is looked at once, however many subjects have it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import cast

import numpy as np

from partners.tables import Ints, Mask
from partners.vocabulary import Field, FieldType
from segments.instants import Clock
from segments.normalise import exact, loose
from segments.operators import OPERATORS
from segments.ranges import inside, ranges_of
from segments.rules.nodes import Leaf

loose_cached = lru_cache(maxsize=200_000)(loose)


def terms(leaf: Leaf) -> tuple[str, ...]:
    """The values a leaf names, one or many."""
    return cast("tuple[str, ...]", leaf.value if isinstance(leaf.value, tuple) else (leaf.value,))


def forms(leaf: Leaf, about: Field) -> tuple[str, ...]:
    """The values a leaf names as they are compared, each once."""
    return _formed(terms(leaf), _form(leaf, about))


@lru_cache(maxsize=20_000)
def _formed(values: tuple[str, ...], form: Callable[[str], str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(form, values)))


def term_places(leaf: Leaf, about: Field, dictionary: Sequence[str]) -> Ints:
    """For each entry which of `forms` it equals, shape (entries,); -1 for none."""
    form = _form(leaf, about)
    places = {term: place for place, term in enumerate(forms(leaf, about))}
    return np.fromiter((places.get(form(entry), -1) for entry in dictionary), dtype=np.int64, count=len(dictionary))


def matches(leaf: Leaf, about: Field, dictionary: Sequence[str], clock: Clock) -> Mask:
    """Which entries the leaf's positive operator is true of, shape (entries,)."""
    operator = OPERATORS[leaf.operator].positive
    if about.is_choice and operator not in ("=", "in"):
        return _ranked(leaf, about, dictionary, clock)
    form = _form(leaf, about)
    test = _test(operator, forms(leaf, about))
    return np.fromiter((test(form(entry)) for entry in dictionary), dtype=np.bool_, count=len(dictionary))


def _form(leaf: Leaf, about: Field) -> Callable[[str], str]:
    """How values are read before they are compared: choices exactly, unless they name records or people."""
    if about.is_choice and not about.refers_to:
        return str
    return exact if leaf.case_sensitive else loose_cached


def _test(operator: str, wanted: tuple[str, ...]) -> Callable[[str], bool]:
    if operator in ("=", "in"):
        return frozenset(wanted).__contains__
    term = wanted[0]
    if operator == "contains":
        return lambda entry: term in entry
    if operator == "beginsWith":
        return lambda entry: entry.startswith(term)
    if operator == "endsWith":
        return lambda entry: entry.endswith(term)
    raise ValueError(f"“{operator}” does not compare text")


def _ranked(leaf: Leaf, about: Field, dictionary: Sequence[str], clock: Clock) -> Mask:
    """Ordered choices by rank. A value that is no longer on the list has no rank, so no comparison is true of it."""
    if about.type is not FieldType.ORDERED_CHOICE:
        raise ValueError(f"“{about.name}” has no order")
    ranks = {choice.value: rank for rank, choice in enumerate(about.choices)}
    places = np.fromiter((ranks.get(entry, -1) for entry in dictionary), dtype=np.int64, count=len(dictionary))
    return inside(places, ranges_of(leaf, about, clock)) & (places >= 0)
