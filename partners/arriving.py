"""Arrays out of the CSV that PostgreSQL sends, piece by piece. Pure values."""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from partners.casting import ABSENT, days, scaled
from partners.tables import MISSING_CODE, SCALE, CodeArray, Codes, Column, Ints, Scalars, Sets, Table
from partners.vocabulary import Field, FieldType

TEXTS = frozenset({FieldType.TEXT, FieldType.CHOICE, FieldType.ORDERED_CHOICE})
"""What becomes codes."""
SEPARATOR = "\x1f"
"""Between the values of a multi-choice on the way; import and API refuse control characters in values."""

_ID = "id"


@dataclass(frozen=True, slots=True)
class Words:
    """A column of text of a piece: places in a list of the distinct ones."""

    places: npt.NDArray[Any]
    distinct: list[str]


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column of integers of a piece; `odd` rows are not cast yet, and `texts` is what stands there."""

    values: Ints
    odd: Ints
    texts: list[str]


Part = Words | Numbers
Piece = dict[str, Part]
"""Some rows: every column of them, and the ids under "id"."""


class Arrival:
    """What is expected: an id and these fields in this order; of `raw` ones the text that is stored."""

    def __init__(self, fields: Mapping[str, Field], raw: Collection[str]) -> None:
        self._fields = fields
        self._raw = set(raw)
        self._places = {name: f"{place}" for place, name in enumerate(fields, start=1)}
        self._names = [_ID, *self._places.values()]
        self._words = {name for name, about in fields.items() if self._is_words(name, about)}
        self._kinds: dict[str, Any] = {_ID: np.int64}
        for name in fields:
            if name in self._words:
                self._kinds[self._places[name]] = "category"
            elif name not in self._raw:
                self._kinds[self._places[name]] = np.int64
        # A row before all others, with no text in it: categories that are numbers one and all would be read as numbers,
        # and 007 become 7.
        first = ["0", *("" if name in self._words else "0" for name in fields)]
        self._first = ",".join(first).encode() + b"\n"

    def _is_words(self, name: str, about: Field) -> bool:
        if about.type in TEXTS or about.type is FieldType.MULTI_CHOICE:
            return True
        return name in self._raw and about.type is FieldType.DATE

    def piece(self, rows: bytes) -> Piece:
        """Whole rows of CSV."""
        frame = self._frame(rows, self._kinds).iloc[1:]
        found: Piece = {_ID: Numbers(frame[_ID].to_numpy(dtype=np.int64), np.empty(0, dtype=np.int64), [])}
        for name, about in self._fields.items():
            series = frame[self._places[name]]
            if name in self._words:
                found[name] = Words(series.cat.codes.to_numpy(), [str(text) for text in series.cat.categories])
            elif name in self._raw:
                values, odd = scaled(series.to_numpy(), SCALE[about.type])
                found[name] = Numbers(values, odd, self._texts(rows, name, odd) if len(odd) else [])
            else:
                found[name] = Numbers(series.to_numpy(dtype=np.int64), np.empty(0, dtype=np.int64), [])
        return found

    def _frame(self, rows: bytes, kinds: dict[str, Any], **options: Any) -> pd.DataFrame:
        return pd.read_csv(
            io.BytesIO(self._first + rows),
            header=None, dtype=kinds, na_filter=False, low_memory=False, encoding="utf-8", names=self._names, **options,
        )  # fmt: skip

    def _texts(self, rows: bytes, name: str, odd: Ints) -> list[str]:
        """What really stands in some rows of a column of numbers; nothing where it is missing."""
        place = self._places[name]
        texts = self._frame(rows, {place: str}, usecols=[place])[place].iloc[1:].iloc[odd].tolist()
        return ["" if text == str(ABSENT) else text for text in texts]

    def table(self, pieces: Sequence[Piece], cast: Callable[[FieldType, Sequence[str]], list[int]]) -> Table:
        """All pieces, in order, as one. `cast` gives the integers of odd texts of a type."""
        columns: dict[str, Column] = {}
        for name, about in self._fields.items():
            parts = [piece.pop(name) for piece in pieces]
            if name not in self._words:
                columns[name] = _numbers(parts, about.type, cast)
                continue
            places, distinct = _united(parts)
            if about.type is FieldType.DATE:
                columns[name] = _days(places, distinct, cast)
            elif about.type is FieldType.MULTI_CHOICE:
                columns[name] = _sets(places, distinct)
            else:
                columns[name] = _coded(places, distinct)
        ids = _numbers([piece[_ID] for piece in pieces], FieldType.NUMBER, cast)
        return Table(ids.values, columns)


def _numbers(parts: Sequence[Part], kind: FieldType, cast: Callable[[FieldType, Sequence[str]], list[int]]) -> Scalars:
    found = [part for part in parts if isinstance(part, Numbers)]
    texts = [text for part in found for text in part.texts]
    if texts:
        apart = {text: place for place, text in enumerate(dict.fromkeys(texts))}
        known = np.array(cast(kind, list(apart)), dtype=np.int64)
        for part in found:
            part.values[part.odd] = known[[apart[text] for text in part.texts]]
    values = found[0].values if len(found) == 1 else np.concatenate([part.values for part in found])
    return Scalars(values, values != ABSENT)


def _united(parts: Sequence[Part]) -> tuple[npt.NDArray[Any], list[str]]:
    """Columns of text of several pieces as one; a place may be -1, pandas' own "none"."""
    found = [part for part in parts if isinstance(part, Words)]
    if len(found) == 1:
        return found[0].places, found[0].distinct
    known: dict[str, int] = {}
    joined = []
    for part in found:
        lookup = np.array([*(known.setdefault(text, len(known)) for text in part.distinct), -1], dtype=np.int32)
        joined.append(lookup[part.places])
    return np.concatenate(joined), list(known)


def _days(
    places: npt.NDArray[Any], distinct: list[str], cast: Callable[[FieldType, Sequence[str]], list[int]]
) -> Scalars:
    known, odd = days(distinct)
    for place, value in zip(odd, cast(FieldType.DATE, [distinct[place] for place in odd]), strict=True):
        known[place] = value
    values = np.array([*known, ABSENT], dtype=np.int64)[places]
    return Scalars(values, values != ABSENT)


def _coded(places: npt.NDArray[Any], distinct: list[str]) -> Codes:
    """Blank is missing, values that differ only in outer blanks are one."""
    dictionary: dict[str, int] = {}
    texts = [text.strip() for text in distinct]
    new = [dictionary.setdefault(text, len(dictionary)) if text else MISSING_CODE for text in texts]
    lookup = np.array([*new, MISSING_CODE], dtype=np.int32)
    codes: CodeArray = lookup[places]
    return Codes(codes, list(dictionary))


def _sets(places: npt.NDArray[Any], distinct: list[str]) -> Sets:
    """Rows of many values: each distinct combination is taken apart once, then repeated."""
    dictionary: dict[str, int] = {}
    combinations = [
        sorted({dictionary.setdefault(v, len(dictionary)) for v in map(str.strip, joined.split(SEPARATOR)) if v})
        for joined in distinct
    ]
    combinations.append([])
    lengths = np.array([len(combination) for combination in combinations], dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)
    flat = np.array([code for combination in combinations for code in combination], dtype=np.int32)
    which = places.astype(np.int64)  # -1 picks the empty combination at the end
    offsets: Ints = np.concatenate([[0], np.cumsum(lengths[which])]).astype(np.int64)
    within = np.arange(offsets[-1], dtype=np.int64) - np.repeat(offsets[:-1], lengths[which])
    return Sets(offsets, flat[np.repeat(starts[which], lengths[which]) + within], list(dictionary))
