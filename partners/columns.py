"""Facts of many subjects, read in bulk into the form that rules are evaluated on.

Everything a call asks for leaves PostgreSQL in one COPY of one statement, hence from one snapshot: no row is ever half old
and half new. The same expressions count coverage and values (`partners.coverage`).
"""

# ruff: noqa: S608 — every name in a statement is this project's own; values travel as parameters
from __future__ import annotations

import io
import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any, cast

import numpy as np
import pandas as pd
from django.db import connection

from partners.facts import fact, folded, instants, vocabulary
from partners.tables import MISSING_CODE, Codes, Column, Ints, Scalars, Sets, Table
from partners.vocabulary import Field, FieldKind, FieldType, Subject

TABLES = {Subject.PARTNER: "partners_partner", Subject.CUSTOMER: "partners_customer", Subject.DEAL: "partners_deal"}
ABSENT = np.iinfo(np.int64).min
"""Stands for a missing scalar between PostgreSQL and the arrays; no value reaches it (18 digits)."""
SEPARATOR = "\x1f"
"""Between the values of a multi-choice on the way; import and API refuse control characters in values."""
KEPT_IN_MEMORY = 64 * 2**20
"""Bytes of a COPY held in memory before it goes to a temporary file."""
BUFFERED = 2**20
"""Bytes of it that are put there at a time."""

_REFERENCES = {
    "parent": (
        "LEFT JOIN partners_partner parent ON parent.id = t.parent_id AND parent.deleted_at IS NULL",
        "external_id",
    ),
    "channel_manager": ("LEFT JOIN people_user channel_manager ON channel_manager.id = t.channel_manager_id", "email"),
    "partner": ("LEFT JOIN partners_partner partner ON partner.id = t.partner_id", "external_id"),
    "customer": ("LEFT JOIN partners_customer customer ON customer.id = t.customer_id", "external_id"),
}
"""Built-in fields that name another record: the join to it and the column that names it."""
_SERVED_BY = (
    "LEFT JOIN (SELECT m.customer_id AS key, array_agg(p.external_id::text ORDER BY p.external_id) AS ids"
    " FROM partners_customer_partners m JOIN partners_partner p ON p.id = m.partner_id AND p.deleted_at IS NULL"
    " {only} GROUP BY 1) served_by ON served_by.key = t.id"
)


@dataclass
class Selection:
    """SQL for some fields of one subject: `values[name]` is an expression, null exactly where the value is missing."""

    subject: Subject
    fields: dict[str, Field]
    parameters: dict[str, Any]
    values: dict[str, str] = field(default_factory=dict)
    joins: list[str] = field(default_factory=list)

    @property
    def origin(self) -> str:
        """FROM and WHERE: the present subjects, as `t`, with all that the expressions name."""
        return f"FROM {TABLES[self.subject]} t {' '.join(self.joins)} WHERE t.deleted_at IS NULL"


def select(subject: Subject, fields: Iterable[Field], *, as_of: datetime, some: bool = False) -> Selection:
    """The SQL that reads these fields of a subject as of an instant; of `some`: those in the parameter `ids`."""
    chosen = {field.name: field for field in fields}
    selection = Selection(subject, chosen, dict(instants(as_of)))
    by_source: dict[str, list[str]] = {}
    for number, field_ in enumerate(chosen.values()):
        if field_.kind is FieldKind.COMPUTED:
            rule = fact(subject, field_.name)
            by_source.setdefault(rule.source, []).append(f"{rule.sql} AS {field_.name}")
            selection.values[field_.name] = f"coalesce({rule.source}.{field_.name}, {rule.empty})"
        elif field_.kind is FieldKind.CUSTOM:
            key = f"custom_{number}"
            selection.parameters[key] = field_.name
            selection.values[field_.name] = _custom(field_.type, f"%({key})s")
        elif field_.name == "partners" and field_.refers_to:
            only = "WHERE m.customer_id = ANY(%(ids)s::bigint[])" if some else ""
            selection.joins.append(_SERVED_BY.format(only=only))
            selection.values[field_.name] = "served_by.ids"
        elif field_.refers_to:
            join, column = _REFERENCES[field_.name]
            selection.joins.append(join)
            selection.values[field_.name] = f"{field_.name}.{column}"
        else:
            selection.values[field_.name] = _built_in(field_.type, f"t.{field_.name}")
    for source, folds in by_source.items():
        rows = folded(source, ", ".join(folds), some=some)
        selection.joins.append(f"LEFT JOIN ({rows}) {source} ON {source}.key = t.id")
    return selection


def _built_in(kind: FieldType, column: str) -> str:
    if kind is FieldType.MULTI_CHOICE:
        return f"nullif({column}, '{{}}')"
    if kind in _TEXTS:
        return f"nullif(btrim({column}), '')"
    return column


def _custom(kind: FieldType, key: str) -> str:
    """A custom attribute's value out of the JSON, typed; `key` is the placeholder of its name."""
    if kind is FieldType.MULTI_CHOICE:
        array = f"CASE jsonb_typeof(t.custom -> {key}) WHEN 'array' THEN t.custom -> {key} ELSE '[]' END"
        return f"(SELECT array_agg(v) FROM jsonb_array_elements_text({array}) v WHERE v <> '')"
    text = f"nullif(btrim(t.custom ->> {key}), '')"
    cast = {
        FieldType.NUMBER: "::numeric",
        FieldType.MONEY: "::numeric",
        FieldType.BOOLEAN: "::boolean",
        FieldType.DATE: "::date",
        FieldType.DATETIME: "::timestamptz",
    }
    return text + cast.get(kind, "")


_TEXTS = frozenset({FieldType.TEXT, FieldType.CHOICE, FieldType.ORDERED_CHOICE})


def _bare(value: str, field: Field) -> str:
    """Stored text as it is, for blanks around it are taken off once per distinct value when it arrives (`_coded`)."""
    if field.type in _TEXTS and field.kind is not FieldKind.COMPUTED:
        return value.removeprefix("nullif(btrim(").removesuffix("), '')")
    return value


def _sent(kind: FieldType, value: str) -> str:
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


def read_table(
    subject: Subject,
    names: Collection[str],
    *,
    as_of: datetime,
    ids: Sequence[int] | None = None,
    between: tuple[int, int] | None = None,
) -> Table:
    """The named fields of the present subjects, by ascending id, as of an instant.

    Only of `ids`, or of the ids `between` two (both included), when given.

    KeyError names the fields that are not in the vocabulary.
    """
    words = vocabulary(subject)
    if unknown := sorted(set(names) - words.keys()):
        raise KeyError(f"no such field of a {subject}: {', '.join(unknown)}")
    selection = select(subject, [words[name] for name in dict.fromkeys(names)], as_of=as_of, some=ids is not None)
    columns = ["t.id", *(_sent(f.type, _bare(selection.values[name], f)) for name, f in selection.fields.items())]
    some = ""
    if ids is not None:
        selection.parameters["ids"] = [int(number) for number in ids]
        some = " AND t.id = ANY(%(ids)s::bigint[])"
    if between is not None:
        selection.parameters["first"], selection.parameters["last"] = between
        some += " AND t.id BETWEEN %(first)s AND %(last)s"
    query = f"SELECT {', '.join(columns)} {selection.origin}{some} ORDER BY t.id"
    return copied(query, selection.parameters, selection.fields)


def read_rows(
    values: Mapping[str, str],
    origin: str,
    fields: Mapping[str, Field],
    names: Collection[str],
    parameters: dict[str, Any],
) -> Table:
    """Records that are no subject of their own, by ascending id: `values` has the SQL of each field, `origin` FROM and
    WHERE with the rows as `t`."""
    chosen = {name: fields[name] for name in dict.fromkeys(names)}
    columns = ["t.id", *(_sent(field.type, values[name]) for name, field in chosen.items())]
    return copied(f"SELECT {', '.join(columns)} {origin} ORDER BY t.id", parameters, chosen)


def read_pairs(query: str, parameters: dict[str, Any]) -> tuple[Ints, Ints]:
    """Two columns of ids, shape (n,) each, in the order of the query."""
    table = copied(query, parameters, {"second": Field(Subject.DEAL, "second", "", FieldType.BOOLEAN)})
    second = table.columns["second"]
    return table.ids, second.values if isinstance(second, Scalars) else np.empty(0, dtype=np.int64)


def copied(query: str, parameters: dict[str, Any], fields: dict[str, Field]) -> Table:
    """The rows of a query by COPY: an id, and the fields as `_sent` has them."""
    statement = f"COPY ({query}) TO STDOUT (FORMAT csv)"
    with tempfile.SpooledTemporaryFile(max_size=KEPT_IN_MEMORY) as file:
        with connection.cursor() as cursor:
            raw = cursor.cursor
            writer = io.BufferedWriter(cast(io.RawIOBase, file), BUFFERED)  # it is handed row by row
            raw.copy_expert(raw.mogrify(statement, parameters), writer)
            writer.flush()
            writer.detach()
        file.seek(0)
        return _table(file, fields)


def _table(file: IO[bytes], fields: dict[str, Field]) -> Table:
    kinds: dict[int, Any] = {0: np.int64}
    for position, field_ in enumerate(fields.values(), start=1):
        as_text = field_.type in _TEXTS or field_.type is FieldType.MULTI_CHOICE
        kinds[position] = "category" if as_text else np.int64
    try:
        frame = pd.read_csv(
            file, header=None, dtype=kinds, na_filter=False, low_memory=False, encoding="utf-8", names=list(kinds)
        )
    except pd.errors.EmptyDataError:
        frame = pd.DataFrame({position: pd.Series([], dtype=kind) for position, kind in kinds.items()})
    columns = {name: _column(frame[position], f.type) for position, (name, f) in enumerate(fields.items(), start=1)}
    return Table(frame[0].to_numpy(dtype=np.int64), columns)


def _column(series: pd.Series[Any], kind: FieldType) -> Column:
    if kind is FieldType.MULTI_CHOICE:
        return _sets(series)
    if kind in _TEXTS:
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
