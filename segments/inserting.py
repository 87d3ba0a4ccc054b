"""Rows of many subjects and segments on their way into the database, by COPY in PostgreSQL's binary form."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from django.db import connection
from pyroaring import BitMap64

from partners.tables import Ints
from segments.bitmaps import ids_of
from segments.instants import micros

_PG_EPOCH = micros(datetime(2000, 1, 1, tzinfo=UTC))
_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_CHUNK = 250_000
"""Rows that are handed over at a time."""
_MANY = 100_000
"""From so many rows into an empty table, indexes are built afterwards."""

Array = npt.NDArray[Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rows:
    """Subjects in segments, by subject first and segment second."""

    keys: Ints
    """Ascending, shape (n,): a subject's id and, in the lower bits, the place of the segment."""
    shift: int
    """How many bits that are."""
    segments: Array
    moments: Array
    """In PostgreSQL's microseconds."""
    versions: Array

    @classmethod
    def of(
        cls,
        sets: Sequence[BitMap64],
        *,
        segments: Sequence[int],
        moments: Sequence[datetime],
        versions: Sequence[int],
    ) -> Rows:
        """The subjects of each set, in the segment of its place, at its moment and by its version."""
        shift = max(len(sets) - 1, 1).bit_length()
        keys = np.empty(sum(map(len, sets)), dtype=np.int64)
        start = 0
        for place, members in enumerate(sets):
            ids = ids_of(members)
            if len(ids) and int(ids[-1]) >> (62 - shift):
                raise OverflowError("an id is too large")
            np.left_shift(ids, shift, out=ids)
            ids |= place
            keys[start : start + len(ids)] = ids
            start += len(ids)
        keys.sort()
        return cls(
            keys,
            shift,
            np.array(segments, dtype=np.int64),
            np.array([micros(moment) - _PG_EPOCH for moment in moments], dtype=np.int64),
            np.array(versions, dtype=np.int32),
        )

    def __len__(self) -> int:
        return len(self.keys)

    def columns(self, start: int, stop: int) -> dict[str, Array]:
        """Some of the rows, as columns."""
        keys = self.keys[start:stop]
        places = keys & ((1 << self.shift) - 1)
        return {
            "subject_id": keys >> self.shift,
            "segment_id": self.segments[places],
            "at": self.moments[places],
            "version": self.versions[places],
        }


def insert(table: str, rows: Rows, *, at: str = "at", numbered: bool = True, **same: int | str | None) -> None:
    """COPY rows into a table. `at`: what it calls the moment; `same`: further columns, of one value (or null) each.

    `numbered`: ids are taken from the table's sequence all at once, by the one writer that there is at a time.
    """
    first = _reserved(table, len(rows)) if numbered else 0

    def made(start: int) -> tuple[list[str], bytes]:
        columns = rows.columns(start, start + _CHUNK)
        columns[at] = columns.pop("at")
        size = len(columns["subject_id"])
        if numbered:
            columns["id"] = np.arange(first + start, first + start + size, dtype=np.int64)
        for name, value in same.items():
            if isinstance(value, str):
                columns[name] = np.full(size, value.encode(), dtype=f"S{len(value)}")
            elif value is not None:
                columns[name] = np.full(size, value, dtype=np.int64)
        return list(columns), _HEADER + _binary(columns) + _TRAILER

    with connection.cursor() as cursor, connection.wrap_database_errors:
        for names, data in _ahead(made, range(0, len(rows), _CHUNK)):
            statement = f"COPY {table} ({', '.join(names)}) FROM STDIN (FORMAT binary)"
            cursor.cursor.copy_expert(statement, io.BytesIO(data), 2**20)


def _ahead(make: Callable[[int], T], starts: Sequence[int]) -> Iterator[T]:
    """What is made of each, in order; the next one while the caller deals with this one."""
    if len(starts) < 2:
        yield from map(make, starts)
        return
    with ThreadPoolExecutor(1, thread_name_prefix="rows") as pool:
        coming = pool.submit(make, starts[0])
        for start in starts[1:]:
            here, coming = coming, pool.submit(make, start)
            yield here.result()
        yield coming.result()


def _reserved(table: str, count: int) -> int:
    """The first of so many ids that are a table's next."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(s, nextval(s) + %s - 1) FROM pg_get_serial_sequence(%s, 'id') s", [max(count, 1), table]
        )
        return int(cursor.fetchone()[0]) - max(count, 1) + 1


def _binary(columns: dict[str, Array]) -> bytes:
    layout: list[tuple[str, str]] = [("fields", ">i2")]
    for name, values in columns.items():
        layout += [(f"{name} size", ">i4"), (name, values.dtype.newbyteorder(">").str)]
    rows = np.empty(len(columns["subject_id"]), dtype=np.dtype(layout))
    rows["fields"] = len(columns)
    for name, values in columns.items():
        rows[f"{name} size"] = values.dtype.itemsize
        rows[name] = values
    return rows.tobytes()


@contextmanager
def built_afterwards(table: str, count: int) -> Iterator[None]:
    """Where nothing is there yet and much comes, a table's indexes are built once, afterwards: a first build.

    In the same transaction, so nobody meets the table without them; its readers wait meanwhile.
    """
    if count < _MANY or not _is_empty(table):
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.conname, pg_get_constraintdef(c.oid), i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)"
            " FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.conrelid = i.indrelid"
            " WHERE i.indrelid = %s::regclass ORDER BY i.indisprimary DESC, i.indexrelid",
            [table],
        )
        known = cursor.fetchall()
        for constraint, _, index, _ in known:
            drop = f'ALTER TABLE {table} DROP CONSTRAINT "{constraint}"' if constraint else f"DROP INDEX {index}"
            cursor.execute(drop)
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        for constraint, words, _, definition in known:
            cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{constraint}" {words}' if constraint else definition)


def _is_empty(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT NOT EXISTS (SELECT 1 FROM {table})")  # noqa: S608 - our own tables
        return bool(cursor.fetchone()[0])
