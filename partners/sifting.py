"""Conditions, order and place on whole columns, as lists of records ask for them. Pure values."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

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


def worded(column: Codes | Sets, wanted: Mask) -> Mask:
    """Rows one of whose words is wanted; `wanted` goes by the dictionary, shape (words,)."""
    wanted = np.append(wanted, False)  # the last: -1, missing
    if isinstance(column, Codes):
        return wanted[column.codes]
    hits = np.concatenate([[0], np.cumsum(wanted[column.codes])])
    return hits[column.offsets[1:]] > hits[column.offsets[:-1]]


def these(dictionary: Sequence[str], words: Collection[str]) -> Mask:
    """Which words of a dictionary are among some others, letter by letter."""
    wanted = frozenset(words)
    return np.fromiter((word in wanted for word in dictionary), dtype=np.bool_, count=len(dictionary))


def like(dictionary: Sequence[str], operator: str, texts: Sequence[str]) -> Mask:
    """Which words of a dictionary are ("is"), contain or begin with ("starts") one of the texts, in whatever case.

    A million of them are looked through as one long text, which takes milliseconds; one by one it takes seconds.
    """
    wanted = np.zeros(len(dictionary), dtype=np.bool_)
    if not len(dictionary):
        return wanted
    whole = folded("\n" + "\n".join(dictionary) + "\n")
    for text in texts:
        said = folded(text).replace("\n", " ")
        sought = {"is": f"\n{said}\n", "starts": f"\n{said}", "contains": said}[operator]
        place, at = -1, whole.find(sought)
        seen = 0
        while at >= 0:
            own = at + 1 if operator != "contains" else at  # within the word itself
            place += whole.count("\n", seen, own)
            seen = own
            if place >= len(dictionary):
                break
            wanted[place] = True
            at = whole.find(sought, whole.find("\n", own))
    return wanted


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
