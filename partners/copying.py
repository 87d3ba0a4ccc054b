"""Rows on their way out of PostgreSQL: how values travel in a COPY, and the arrays that are made of them."""

# ruff: noqa: S608 — every name in a statement is this project's own; values travel as parameters
from __future__ import annotations

import io
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, cast

from django.db import DataError, NotSupportedError, connection

from partners.arriving import Arrival, Piece
from partners.casting import ABSENT
from partners.tables import Table
from partners.vocabulary import Field, FieldType

PIECE = 2 * 2**20
"""Bytes of a COPY that are made into arrays while the next ones are on their way."""
BUFFERED = 2**20
"""Bytes of it that are put aside at a time."""


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


def copied(query: str, parameters: Any, fields: dict[str, Field], *, raw: Collection[str] = ()) -> Table:
    """The rows of a query by COPY: an id, and the fields as `sent` has them; `raw` ones as they are stored."""
    statement = f"COPY ({query}) TO STDOUT (FORMAT csv)"
    arrival = Arrival(fields, raw)
    with connection.cursor() as cursor, connection.wrap_database_errors, _Pieces(arrival.piece) as pieces:
        raw_cursor = cursor.cursor
        writer = io.BufferedWriter(cast(io.RawIOBase, pieces), BUFFERED)  # it is handed row by row
        raw_cursor.copy_expert(raw_cursor.mogrify(statement, parameters), writer)
        writer.flush()
        writer.detach()
        found = pieces.all()
    return arrival.table(found, _asked)


class _Pieces:
    """Takes in what a COPY sends. Whole rows of it are parsed by another thread while the next ones come."""

    def __init__(self, parse: Callable[[bytes], Piece]) -> None:
        self._parse = parse
        self._rest = bytearray()
        self._pool: ThreadPoolExecutor | None = None
        self._parsed: list[Future[Piece]] = []

    closed = False

    def __enter__(self) -> _Pieces:
        return self

    def __exit__(self, *error: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def readable(self) -> bool:
        """Never."""
        return False

    def seekable(self) -> bool:
        """Never."""
        return False

    def writable(self) -> bool:
        """Always."""
        return True

    def flush(self) -> None:
        """Nothing is held back."""

    def write(self, data: Any) -> int:
        """Take the next bytes."""
        self._rest += data
        if len(self._rest) >= PIECE:
            end = _end_of_rows(self._rest)
            if end:
                self._hand_over(bytes(self._rest[:end]))
                del self._rest[:end]
        return len(data)

    def _hand_over(self, rows: bytes) -> None:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, thread_name_prefix="columns")
        self._parsed.append(self._pool.submit(self._parse, rows))

    def all(self) -> list[Piece]:
        """Everything parsed, in order; one piece at least."""
        if self._pool is None:
            return [self._parse(bytes(self._rest))]
        self._hand_over(bytes(self._rest))
        return [future.result() for future in self._parsed]


def _end_of_rows(data: bytearray) -> int:
    """Where the last whole row of CSV ends: behind a line's end with an even number of quotes before it. 0: nowhere."""
    place = data.rfind(b"\n")
    while place >= 0 and data.count(b'"', 0, place) % 2:
        place = data.rfind(b"\n", 0, place)
    return place + 1


def _asked(kind: FieldType, texts: Sequence[str]) -> list[int]:
    """What PostgreSQL makes of texts; DataError when it can make nothing of one."""
    if not texts:
        return []
    with connection.cursor() as cursor:
        try:
            cursor.execute(
                f"SELECT {sent(kind, typed(kind, 'v'))} FROM unnest(%s::text[]) WITH ORDINALITY u (v, n) ORDER BY n",
                [list(texts)],
            )
        except NotSupportedError as error:  # its word for "NaN" and "Infinity" as integers
            raise DataError(str(error)) from error
        return [int(value) for (value,) in cursor.fetchall()]
