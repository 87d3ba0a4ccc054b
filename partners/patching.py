"""Columns with some rows read again: changed ones replaced, new ones put in by their id, gone ones left out. Pure values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from partners.tables import CodeArray, Codes, Column, Ints, Scalars, Sets

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Patch:
    """Where each row of the patched table comes from."""

    ids: Ints
    """Ascending ids of the patched table, shape (n,)."""
    changed: Ints
    """Ascending ids that were read again; those that are gone are among them."""
    source: Ints | None
    """Per row its place in base and fresh rows put after one another; None: as the base, but for `places`."""
    places: Ints
    """Without `source`: the rows of the base that the fresh ones take."""

    @classmethod
    def of(cls, base: Ints, changed: Ints, fresh: Ints) -> Patch:
        """`changed` were read again, and `fresh` of them are there; all ascending."""
        at = np.searchsorted(base, changed)
        here = np.zeros(len(changed), dtype=np.bool_)
        inside = at < len(base)
        here[inside] = base[at[inside]] == changed[inside]
        if len(fresh) == len(changed) and here.all():
            return cls(base, changed, None, at)
        keep = np.ones(len(base), dtype=np.bool_)
        keep[at[here]] = False
        ids = np.concatenate([base[keep], fresh])
        source = np.concatenate([np.flatnonzero(keep), len(base) + np.arange(len(fresh))])
        order = np.argsort(ids, kind="stable")
        return cls(ids[order], changed, source[order], at)

    def column(self, base: Column, fresh: Column) -> Column:
        """The column of the patched table."""
        if isinstance(base, Scalars) and isinstance(fresh, Scalars):
            return Scalars(self._rows(base.values, fresh.values), self._rows(base.present, fresh.present))
        if isinstance(base, Codes) and isinstance(fresh, Codes):
            codes, dictionary = _recoded(fresh.codes, fresh.dictionary, base.dictionary)
            return Codes(self._rows(base.codes, codes), dictionary)
        if isinstance(base, Sets) and isinstance(fresh, Sets):
            return self._sets(base, fresh)
        raise TypeError(f"{type(base).__name__} cannot be patched with {type(fresh).__name__}")

    def _rows(self, base: Array, fresh: Array) -> Array:
        if self.source is not None:
            return np.concatenate([base, fresh])[self.source]
        rows = np.array(base, dtype=np.result_type(base, fresh))  # codes may be wider than those kept
        rows[self.places] = fresh
        return rows

    def _sets(self, base: Sets, fresh: Sets) -> Sets:
        codes, dictionary = _recoded(fresh.codes, fresh.dictionary, base.dictionary)
        flat = np.concatenate([base.codes, codes])
        starts = self._rows(base.offsets[:-1], fresh.offsets[:-1] + len(base.codes))
        lengths = self._rows(np.diff(base.offsets), np.diff(fresh.offsets))
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        within = np.arange(offsets[-1], dtype=np.int64) - np.repeat(offsets[:-1], lengths)
        return Sets(offsets, flat[np.repeat(starts, lengths) + within], dictionary)


def _recoded(codes: CodeArray, words: Iterable[str], dictionary: Iterable[str]) -> tuple[CodeArray, tuple[str, ...]]:
    """Codes in terms of a dictionary, with the words that are new to it added; -1 stays."""
    places = {word: place for place, word in enumerate(dictionary)}
    lookup = np.array([*(places.setdefault(word, len(places)) for word in words), -1], dtype=np.int32)
    return lookup[codes], tuple(places)
