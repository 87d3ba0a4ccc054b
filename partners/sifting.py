"""Conditions, order and place on whole columns, as lists of records ask for them. Pure values."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from partners.tables import Codes, Column, Ints, Mask, Scalars, Sets

Positions = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Keys:
    """What rows are sorted by: shape (n,) each. Rows that are not `present` come last, either way round."""

    values: Ints
    present: Mask


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: behind (or before) the row with this key and id."""

    key: int | None
    """None: among those without a value."""
    id: int


def present(column: Column) -> Mask:
    """Which rows have a value, shape (n,)."""
    if isinstance(column, Scalars):
        return column.present
    return column.codes >= 0 if isinstance(column, Codes) else np.diff(column.offsets) > 0


def within_range(column: Scalars, low: int | None, high: int | None) -> Mask:
    """Rows whose value is between two ends, both included; None: open."""
    found = column.present.copy()
    if low is not None:
        found &= column.values >= low
    if high is not None:
        found &= column.values <= high
    return found


def worded(column: Codes | Sets, fits: Callable[[str], bool]) -> Mask:
    """Rows one of whose words fits. Each different word is looked at once."""
    wanted = np.array([fits(word) for word in column.dictionary] + [False], dtype=np.bool_)  # the last: -1, missing
    if isinstance(column, Codes):
        return wanted[column.codes]
    hits = np.concatenate([[0], np.cumsum(wanted[column.codes])])
    return hits[column.offsets[1:]] > hits[column.offsets[:-1]]


def folded(text: str) -> str:
    """As texts are compared: without regard to case."""
    return unicodedata.normalize("NFC", text).upper()


def among(ids: Ints, some: Ints) -> Mask:
    """Which of the ids, shape (n,) ascending, are among some others."""
    if not len(ids) or not len(some):
        return np.zeros(len(ids), dtype=np.bool_)
    first, last = int(ids[0]), int(ids[-1])
    if last - first > 20 * len(ids) + 1_000_000:
        return np.isin(ids, some)
    flags = np.zeros(last - first + 1, dtype=np.bool_)
    inside = some[(some >= first) & (some <= last)]
    flags[inside - first] = True
    return flags[ids - first]


def ranked(column: Codes, ranks: Mapping[str, int]) -> Keys:
    """Texts by rank; a word without one counts as missing."""
    absent = np.iinfo(np.int64).min
    lookup = np.array([*(ranks.get(word, absent) for word in column.dictionary), absent], dtype=np.int64)
    values = lookup[column.codes]
    return Keys(values, values != absent)


def least(keys: Ints, ids: Ints, count: int) -> Positions:
    """Positions of the `count` least by (key, id), in that order."""
    chosen: Positions = np.arange(len(keys))
    if len(keys) > count:
        edge = np.partition(keys, count - 1)[count - 1]
        below, ties = np.flatnonzero(keys < edge), np.flatnonzero(keys == edge)
        missing = count - len(below)
        if len(ties) > missing:
            ties = ties[np.argpartition(ids[ties], missing - 1)[:missing]]
        chosen = np.concatenate([below, ties])
    return chosen[np.lexsort((ids[chosen], keys[chosen]))]


def in_order(
    ids: Ints, keys: Keys | None, *, is_descending: bool, place: Place | None, is_backwards: bool, count: int
) -> list[int]:
    """The first `count` ids behind a place, by key and id (descending: both), those without a key last.

    Backwards: the last ones before it, the nearest first. Without keys: by id alone.
    """
    if keys is None:
        keys = Keys(np.zeros(len(ids), dtype=np.int64), np.ones(len(ids), dtype=np.bool_))
    sign = -1 if is_descending != is_backwards else 1
    parts = [(keys.values[keys.present] * sign, ids[keys.present] * sign, False)]
    without = ids[~keys.present] * sign
    parts.append((np.zeros(len(without), dtype=np.int64), without, True))
    if is_backwards:
        parts.reverse()
    found: list[int] = []
    for values, numbers, is_without in parts:
        if len(found) >= count:
            break
        chosen: Mask | slice = slice(None)
        if place is not None:
            if is_without != (place.key is None):
                if is_without is is_backwards:
                    continue  # this part lies wholly on the other side of the place
            else:
                edge = 0 if place.key is None else place.key * sign
                chosen = (values > edge) | ((values == edge) & (numbers > place.id * sign))
        some = numbers[chosen]
        taken = some[least(values[chosen], some, count - len(found))]
        found += [int(number) * sign for number in taken]
    return found


def fits_any(operator: str, texts: Sequence[str], *, exactly: bool) -> Callable[[str], bool]:
    """The test of a word: that it is one of the texts, contains one, or begins with one."""
    if operator == "is" and exactly:
        wanted: Collection[str] = frozenset(texts)
        return lambda word: word in wanted
    given = [folded(text) for text in texts]
    tests: dict[str, Callable[[str, str], Any]] = {
        "is": lambda word, text: word == text,
        "contains": lambda word, text: text in word,
        "starts": lambda word, text: word.startswith(text),
    }
    test = tests[operator]
    return lambda word: any(test(folded(word), text) for text in given)
