"""Rows on their way out of PostgreSQL: how values travel in a COPY, and the arrays that are made of them."""

# ruff: noqa: S608 — every name in a statement is this project's own; values travel as parameters
from __future__ import annotations

import io
import tempfile
from collections.abc import Collection, Mapping, Sequence
from typing import IO, Any, cast

import numpy as np
import pandas as pd
from django.db import connection

from partners.casting import ABSENT, days, scaled
from partners.tables import MISSING_CODE, SCALE, Codes, Column, Ints, Scalars, Sets, Table
from partners.vocabulary import Field, FieldType

SEPARATOR = "\x1f"
"""Between the values of a multi-choice on the way; import and API refuse control characters in values."""
KEPT_IN_MEMORY = 64 * 2**20
"""Bytes of a COPY held in memory before it goes to a temporary file."""
BUFFERED = 2**20
"""Bytes of it that are put there at a time."""

TEXTS = frozenset({FieldType.TEXT, FieldType.CHOICE, FieldType.ORDERED_CHOICE})


def typed(kind: FieldType, text: str) -> str:
    """Stored text as a value of the type; blank text is none."""
    cast = {
        FieldType.NUMBER: "::numeric",
        FieldType.MONEY: "::numeric",
        FieldType.BOOLEAN: "::boolean",
        FieldType.DATE: "::date",
        FieldType.DATETIME: "::timestamptz",
    }
    return f"nullif(btrim({text}), '')" + cast.get(kind, "")


def sent(kind: FieldType, value: str) -> str:
    """The expression as it travels: integers for scalars, one text for the rest."""
    match kind:
        case FieldType.NUMBER:
            return f"coalesce((({value}) * 1000000)::bigint, {ABSENT})"  # the cast rounds as round() does
        case FieldType.MONEY:
            return f"coalesce((({value}) * 100)::bigint, {ABSENT})"
        case FieldType.DATE:
            return f"coalesce((({value}) - date '1970-01-01')::bigint, {ABSENT})"
        case FieldType.DATETIME:
            return f"coalesce(round(extract(epoch FROM {value}) * 1000000)::bigint, {ABSENT})"
        case FieldType.BOOLEAN:
            return f"coalesce(({value})::int::bigint, {ABSENT})"
        case FieldType.MULTI_CHOICE:
            return f"coalesce(array_to_string({value}, chr(31)), '')"
        case _:
            return f"coalesce({value}, '')"


def copied(query: str, parameters: dict[str, Any], fields: dict[str, Field], *, raw: Collection[str] = ()) -> Table:
    """The rows of a query by COPY: an id, and the fields as `_sent` has them; `raw` ones as they are stored."""
    statement = f"COPY ({query}) TO STDOUT (FORMAT csv)"
    with tempfile.SpooledTemporaryFile(max_size=KEPT_IN_MEMORY) as file:
        with connection.cursor() as cursor:
            raw_cursor = cursor.cursor
            file.write(_first(fields, raw))
            writer = io.BufferedWriter(cast(io.RawIOBase, file), BUFFERED)  # it is handed row by row
            raw_cursor.copy_expert(raw_cursor.mogrify(statement, parameters), writer)
            writer.flush()
            writer.detach()
        return _table(file, fields, raw)


def _table(file: IO[bytes], fields: dict[str, Field], raw: Collection[str]) -> Table:
    places = {name: f"{place}" for place, name in enumerate(fields, start=1)}
    kinds: dict[str, Any] = {_ID: np.int64}
    for name, field_ in fields.items():
        as_text = field_.type in TEXTS or field_.type is FieldType.MULTI_CHOICE
        if as_text or (name in raw and field_.type is FieldType.DATE):
            kinds[places[name]] = "category"
        elif name not in raw:
            kinds[places[name]] = np.int64
    names = [_ID, *places.values()]
    frame = _parsed(file, kinds, names).iloc[1:]
    columns: dict[str, Column] = {}
    for name, field_ in fields.items():
        series = frame[places[name]]
        columns[name] = _cast(series, field_.type, file, names) if name in raw else _column(series, field_.type)
    return Table(frame[_ID].to_numpy(dtype=np.int64), columns)


_ID = "id"


def _first(fields: Mapping[str, Field], raw: Collection[str]) -> bytes:
    """A row before all others, with no text in it: categories that are numbers one and all would be read as numbers, and
    007 become 7."""
    texts = {*TEXTS, FieldType.MULTI_CHOICE}
    empty = ["" if f.type in texts or (name in raw and f.type is FieldType.DATE) else "0" for name, f in fields.items()]
    return ",".join(["0", *empty]).encode() + b"\n"


def _parsed(file: IO[bytes], kinds: dict[str, Any], names: list[str], **options: Any) -> pd.DataFrame:
    file.seek(0)
    return pd.read_csv(
        file, header=None, dtype=kinds, na_filter=False, low_memory=False, encoding="utf-8", names=names, **options
    )


def _cast(series: pd.Series[Any], kind: FieldType, file: IO[bytes], names: list[str]) -> Scalars:
    """A column of text as integers; what is odd about it is cast by PostgreSQL, with its errors."""
    if kind is FieldType.DATE:
        texts = [str(text) for text in series.cat.categories]
        known, odd_places = days(texts)
        for place, value in zip(odd_places, _asked(kind, [texts[place] for place in odd_places]), strict=True):
            known[place] = value
        values = np.array([*known, ABSENT], dtype=np.int64)[series.cat.codes.to_numpy()]
        return Scalars(values, values != ABSENT)
    values, odd = scaled(series.to_numpy(), SCALE[kind])
    if len(odd):
        name = str(series.name)
        stored = _parsed(file, {name: str}, names, usecols=[name])[name].iloc[1:].iloc[odd].tolist()
        texts = ["" if text == str(ABSENT) else text for text in stored]
        apart = {text: place for place, text in enumerate(dict.fromkeys(texts))}
        asked = np.array(_asked(kind, list(apart)), dtype=np.int64)
        values[odd] = asked[[apart[text] for text in texts]]
    return Scalars(values, values != ABSENT)


def _asked(kind: FieldType, texts: Sequence[str]) -> list[int]:
    """What PostgreSQL makes of texts; DataError when it can make nothing of one."""
    if not texts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {sent(kind, typed(kind, 'v'))} FROM unnest(%s::text[]) WITH ORDINALITY u (v, n) ORDER BY n",
            [list(texts)],
        )
        return [int(value) for (value,) in cursor.fetchall()]


def _column(series: pd.Series[Any], kind: FieldType) -> Column:
    if kind is FieldType.MULTI_CHOICE:
        return _sets(series)
    if kind in TEXTS:
        codes, dictionary = _coded(series)
        return Codes(codes, dictionary)
    values = series.to_numpy(dtype=np.int64)
    return Scalars(values, values != ABSENT)


def _coded(series: pd.Series[Any]) -> tuple[np.ndarray[Any, np.dtype[np.int32]], list[str]]:
    """Codes and dictionary of a column of text; blank is missing, values that differ only in outer blanks are one."""
    dictionary: dict[str, int] = {}
    categories = [str(value).strip() for value in series.cat.categories]
    new = [dictionary.setdefault(value, len(dictionary)) if value else MISSING_CODE for value in categories]
    lookup = np.array([*new, MISSING_CODE], dtype=np.int32)  # the last: pandas' own -1
    return lookup[series.cat.codes.to_numpy()], list(dictionary)


def _sets(series: pd.Series[Any]) -> Sets:
    """Rows of many values: each distinct combination is taken apart once, then repeated."""
    dictionary: dict[str, int] = {}
    combinations = [
        sorted({dictionary.setdefault(v, len(dictionary)) for v in map(str.strip, str(joined).split(SEPARATOR)) if v})
        for joined in series.cat.categories
    ]
    combinations.append([])
    lengths = np.array([len(combination) for combination in combinations], dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)
    flat = np.array([code for combination in combinations for code in combination], dtype=np.int32)
    which = series.cat.codes.to_numpy().astype(np.int64)  # -1 picks the empty combination at the end
    offsets: Ints = np.concatenate([[0], np.cumsum(lengths[which])]).astype(np.int64)
    within = np.arange(offsets[-1], dtype=np.int64) - np.repeat(offsets[:-1], lengths[which])
    return Sets(offsets, flat[np.repeat(starts[which], lengths[which]) + within], list(dictionary))
