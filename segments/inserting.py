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
from django.db.models import Index, Model
from pyroaring import BitMap64

from partners.tables import Ints
from segments.bitmaps import ids_of
from segments.instants import micros

_PG_EPOCH = micros(datetime(2000, 1, 1, tzinfo=UTC))
_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_PIECE = 250_000
"""Rows that are made and handed over at a time, more or less."""
_APART = 64
"""Every so manyth id of a set is looked at to see where the pieces begin."""
_MANY = 100_000
"""From so many rows into an empty table, indexes are built afterwards."""

_MEMORY = "SET LOCAL maintenance_work_mem = '512MB'"
"""For those who build indexes of many rows."""

Array = npt.NDArray[Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rows:
    """Subjects in segments, by subject first and segment second: put in order piece by piece, on their way out."""

    ids: Sequence[Ints]
    """The subjects of each segment, ascending."""
    segments: Array
    moments: Array
    """In PostgreSQL's microseconds."""
    versions: Array
    cuts: Array
    """Shape (segments, pieces + 1): where each piece begins among the ids of a segment, and where the last one ends."""

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
        used = [place for place, members in enumerate(sets) if members]
        ids = [ids_of(sets[place]) for place in used]
        return cls(
            ids,
            np.array([segments[place] for place in used], dtype=np.int64),
            np.array([micros(moments[place]) - _PG_EPOCH for place in used], dtype=np.int64),
            np.array([versions[place] for place in used], dtype=np.int32),
            _cuts(ids),
        )

    def __len__(self) -> int:
        return int(self.cuts[:, -1].sum())

    def sizes(self) -> Ints:
        """How many rows each piece has, shape (pieces,)."""
        sizes: Ints = np.diff(self.cuts.sum(axis=0))
        return sizes

    def piece(self, number: int) -> tuple[Ints, Array]:
        """Subjects and places of their segments, shape (rows,) each: of a piece, in order."""
        starts, stops = self.cuts[:, number], self.cuts[:, number + 1]
        keys = np.concatenate([ids[a:b] for ids, a, b in zip(self.ids, starts, stops, strict=True)])
        shift = max(len(self.ids) - 1, 1).bit_length()
        first = int(keys.min())
        reach = int(keys.max()) - first
        if reach >> (62 - shift):
            raise OverflowError("an id is too large")
        keys -= first
        if not reach >> (32 - shift):  # half as much to sort
            keys = keys.astype(np.uint32)
        keys <<= keys.dtype.type(shift)
        keys |= np.repeat(np.arange(len(self.ids), dtype=keys.dtype), stops - starts)
        keys.sort()
        places = (keys & keys.dtype.type((1 << shift) - 1)).astype(np.intp)
        return (keys >> keys.dtype.type(shift)).astype(np.int64) + first, places


def _cuts(ids: Sequence[Ints]) -> Array:
    """Where pieces of about `_PIECE` rows begin, at the same subjects in each of the arrays."""
    if not ids:
        return np.zeros((0, 1), dtype=np.int64)
    seen = np.concatenate([each[::_APART] for each in ids])
    seen.sort()
    bounds = np.unique(seen[_PIECE // _APART :: _PIECE // _APART])
    return np.array([[0, *each.searchsorted(bounds), len(each)] for each in ids], dtype=np.int64)


def insert(table: str, rows: Rows, *, at: str = "at", numbered: bool = True, **same: int | str | None) -> None:
    """COPY rows into a table. `at`: what it calls the moment; `same`: further columns, of one value (or null) each.

    `numbered`: ids are taken from the table's sequence all at once, by the one writer that there is at a time.
    """
    columns: dict[str, Array] = {"subject_id": np.zeros(len(rows.ids), dtype=np.int64), "segment_id": rows.segments}
    columns |= {at: rows.moments, "version": rows.versions}
    for name, value in same.items():
        if value is not None:
            kind = f"S{len(value)}" if isinstance(value, str) else np.int64
            columns[name] = np.full(len(rows.ids), value, dtype=kind)
    first = 0
    if numbered:
        first = _reserved(table, len(rows))
        columns["id"] = columns["subject_id"]
    by_place = _laid_out(columns)
    ends = rows.sizes().cumsum()

    def made(number: int) -> bytes:
        subjects, places = rows.piece(number)
        found = by_place.take(places)
        found["subject_id"] = subjects
        if numbered:
            last = first + int(ends[number])
            found["id"] = np.arange(last - len(found), last)
        return b"".join([_HEADER, found.data, _TRAILER])

    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT binary)"
    with connection.cursor() as cursor, connection.wrap_database_errors:
        for data in _ahead(made, np.flatnonzero(rows.sizes()).tolist()):
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


def _laid_out(columns: dict[str, Array]) -> Array:
    """One row per segment as PostgreSQL's binary form has it, to be copied for each subject."""
    layout: list[tuple[str, str]] = [("fields", ">i2")]
    for name, values in columns.items():
        layout += [(f"{name} size", ">i4"), (name, values.dtype.newbyteorder(">").str)]
    rows = np.empty(len(columns["subject_id"]), dtype=np.dtype(layout))
    rows["fields"] = len(columns)
    for name, values in columns.items():
        rows[f"{name} size"] = values.dtype.itemsize
        rows[name] = values
    return rows


@contextmanager
def built_afterwards(table: str, count: int) -> Iterator[None]:
    """Where nothing is there yet and much comes, what keeps a table's rows unique is built once, afterwards: a first build.

    In the same transaction, so nobody meets the table without it; its readers wait meanwhile. Indexes that only make reads
    quicker are left out: `build_left_out` builds them when the rows are there for all to see.
    """
    if count < _MANY or not _is_empty(table):
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.conname, pg_get_constraintdef(c.oid), i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid),"
            " i.indisunique FROM pg_index i"
            " LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.conrelid = i.indrelid"
            " WHERE i.indrelid = %s::regclass ORDER BY i.indisprimary DESC, i.indexrelid",
            [table],
        )
        known = cursor.fetchall()
        for constraint, _, index, _, _ in known:
            drop = f'ALTER TABLE {table} DROP CONSTRAINT "{constraint}"' if constraint else f"DROP INDEX {index}"
            cursor.execute(drop)
    yield
    with connection.cursor() as cursor:
        cursor.execute(_MEMORY)
        for constraint, words, _, definition, is_unique in known:
            if constraint:
                cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{constraint}" {words}')
            elif is_unique:
                cursor.execute(definition)


def left_out(model: type[Model]) -> list[Index]:
    """The indexes of a model that a first build has left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = %s::regclass",
            [model._meta.db_table],
        )
        known = {name for (name,) in cursor.fetchall()}
    return [index for index in model._meta.indexes if index.name not in known]


def build_left_out(model: type[Model]) -> None:
    """Build them, in the caller's transaction; and count anew what the table holds, for those who plan by it."""
    missing = left_out(model)
    if missing:
        with connection.cursor() as cursor:
            cursor.execute(_MEMORY)
        with connection.schema_editor() as editor:
            for index in missing:
                editor.add_index(model, index)
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {model._meta.db_table}")


def _is_empty(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT NOT EXISTS (SELECT 1 FROM {table})")  # noqa: S608 - our own tables
        return bool(cursor.fetchone()[0])
