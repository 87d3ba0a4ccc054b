"""Members as CSV straight out of PostgreSQL: COPY writes the cells as `streams.cell` does, without an object per record."""

# ruff: noqa: S608 — every name in a statement is this project's own; values travel as parameters
from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import connection

from partners.columns import TABLES
from partners.tables import Ints
from partners.vocabulary import Field, FieldKind, FieldType, Subject

FIRST, BATCH = 1_000, 20_000
"""Rows of the first batch, so that the stream starts at once, and of the others."""


def can_copy(fields: Mapping[str, Field]) -> bool:
    """Whether SQL writes all of these as Python does: not what is worked out, and not instants."""
    return all(f.kind is not FieldKind.COMPUTED and f.type is not FieldType.DATETIME for f in fields.values())


def copied_lines(ids: Ints, subject: Subject, fields: Mapping[str, Field]) -> Iterator[bytes]:
    """The records of ascending ids, a cell per field: lines of CSV, some thousands at a time. No header."""
    parameters: dict[str, Any] = {}
    cells = [_cell(field, number, parameters) for number, field in enumerate(fields.values())]
    statement = (
        f"COPY (SELECT {', '.join(cells)} FROM {TABLES[subject]} t"
        " WHERE t.id = ANY(%(ids)s::bigint[]) AND t.deleted_at IS NULL ORDER BY t.id) TO STDOUT (FORMAT csv)"
    )
    start, stop = 0, FIRST
    while start < len(ids):
        some = "{" + ",".join(map(str, ids[start:stop].tolist())) + "}"  # many times faster than a list
        records = _records(statement, {**parameters, "ids": some})
        # Records end with LF; CSV's standard, and what the page for a spreadsheet writes, is CR LF.
        yield b"".join([record[:-1] + b"\r\n" for record in records])
        start, stop = stop, stop + BATCH


class _Records(list[bytes]):
    """A file that PostgreSQL's client writes record by record."""

    def write(self, record: bytes) -> int:
        """One record, with its end."""
        self.append(record)
        return len(record)


def _records(statement: str, parameters: Any) -> list[bytes]:
    records = _Records()
    with connection.cursor() as cursor:
        raw = cursor.cursor
        raw.copy_expert(raw.mogrify(statement, parameters), records)
    return records


def _cell(field: Field, number: int, parameters: dict[str, Any]) -> str:
    """SQL of a field's cell: null where it is empty, for COPY would write an empty text with quotes."""
    if field.kind is FieldKind.CUSTOM:
        name = f"name_{number}"
        parameters[name] = field.name
        return _custom(field.type, f"t.custom -> %({name})s", f"t.custom ->> %({name})s")
    column = f"t.{field.name}"
    if field.name == "partners":
        return _harmless(
            "(SELECT string_agg(p.external_id, '; ' ORDER BY p.external_id) FROM partners_customer_partners m"
            " JOIN partners_partner p ON p.id = m.partner_id AND p.deleted_at IS NULL WHERE m.customer_id = t.id)"
        )
    if field.refers_to == "user":
        return _harmless(f"(SELECT u.email FROM people_user u WHERE u.id = {column}_id)")
    if field.refers_to:
        table = TABLES[Subject(field.refers_to)]
        return _harmless(f"(SELECT o.external_id FROM {table} o WHERE o.id = {column}_id AND o.deleted_at IS NULL)")
    match field.type:
        case FieldType.NUMBER:
            return _number(column)
        case FieldType.MONEY:
            return f"{column}::text"
        case FieldType.DATE:
            return f"to_char({column}, 'YYYY-MM-DD')"
        case FieldType.MULTI_CHOICE:
            return _harmless(f"array_to_string({column}, '; ')")
        case _:
            return _harmless(column)


def _custom(kind: FieldType, value: str, text: str) -> str:
    """A custom attribute's; what is not stored in the form of its type is shown as it is stored."""
    if kind is FieldType.MULTI_CHOICE:
        items = f"CASE jsonb_typeof({value}) WHEN 'array' THEN {value} ELSE '[]' END"
        return _harmless(
            f"(SELECT string_agg(v, '; ' ORDER BY n) FROM jsonb_array_elements_text({items}) WITH ORDINALITY e(v, n))"
        )
    if kind is FieldType.NUMBER:
        fits = f"({text}) ~ '^-?[0-9]{{1,12}}([.][0-9]{{1,6}})?$'"
        return f"CASE WHEN {fits} THEN {_number(f'({text})::numeric')} ELSE {_harmless(text)} END"
    if kind is FieldType.MONEY:
        fits = f"({text}) ~ '^-?[0-9]{{1,16}}([.][0-9]{{1,2}})?$'"
        return f"CASE WHEN {fits} THEN ({text})::numeric(18, 2)::text ELSE {_harmless(text)} END"
    return _harmless(text)


def _number(value: str) -> str:
    """Whole numbers without a point, others as Python writes a float: both give the shortest digits that say it."""
    return f"CASE WHEN {value} = trunc({value}) THEN trunc({value})::text ELSE ({value})::float8::text END"


def _harmless(text: str) -> str:
    """Text that begins like a formula gets an apostrophe, unless it is a plain number."""
    wide = "chr(65309), chr(65291), chr(65293), chr(65312)"
    starts = f"left({text}, 1) IN ('=', '+', '-', '@', {wide}, chr(9), chr(10), chr(13))"
    is_number = f"({text}) ~ '^[+-]?[0-9]+([.,][0-9]+)?$'"
    return f"nullif(CASE WHEN {starts} AND NOT {is_number} THEN '''' || ({text}) ELSE ({text}) END, '')"
