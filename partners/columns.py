"""Facts of many subjects, read in bulk into the form that rules are evaluated on.

Everything a call asks for leaves PostgreSQL in one COPY of one statement, hence from one snapshot: no row is ever half old
and half new. The same expressions count coverage and values (`partners.coverage`).
"""

# ruff: noqa: S608 — every name in a statement is this project's own; values travel as parameters
from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from partners.arriving import TEXTS
from partners.casting import ABSENT
from partners.copying import copied, sent, typed
from partners.facts import fact, folded, instants, vocabulary
from partners.tables import Ints, Scalars, Table
from partners.vocabulary import Field, FieldKind, FieldType, Subject

TABLES = {Subject.PARTNER: "partners_partner", Subject.CUSTOMER: "partners_customer", Subject.DEAL: "partners_deal"}
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
    names: dict[str, str] = field(default_factory=lambda: defaultdict(str))
    """Of custom attributes: the placeholder of the name."""

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
            selection.names[field_.name] = f"%({key})s"
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
    if kind in TEXTS:
        return f"nullif(btrim({column}), '')"
    return column


def _custom(kind: FieldType, key: str) -> str:
    """A custom attribute's value out of the JSON, typed; `key` is the placeholder of its name."""
    if kind is FieldType.MULTI_CHOICE:
        array = f"CASE jsonb_typeof(t.custom -> {key}) WHEN 'array' THEN t.custom -> {key} ELSE '[]' END"
        return f"(SELECT array_agg(v) FROM jsonb_array_elements_text({array}) v WHERE v <> '')"
    return typed(kind, f"t.custom ->> {key}")


_RAW = frozenset({FieldType.NUMBER, FieldType.MONEY, FieldType.DATE})
"""What is stored travels as the text it is stored as, and is cast on arrival (`partners.casting`)."""


def _is_raw(field: Field) -> bool:
    return field.type in _RAW and field.kind is not FieldKind.COMPUTED


def _bare(field: Field, value: str, name: str) -> str:
    """A stored value as it travels: as little as possible is done to it per row."""
    is_custom = field.kind is FieldKind.CUSTOM
    if _is_raw(field):
        text = f"nullif(t.custom ->> {name}, '')" if is_custom else value
        empty = f"'{ABSENT}'" if is_custom else str(ABSENT)
        return text if field.type is FieldType.DATE else f"coalesce({text}, {empty})"
    if field.type in TEXTS and field.kind is not FieldKind.COMPUTED:
        # Blanks around it are taken off once per distinct value when it arrives (`copying`).
        return value.removeprefix("nullif(btrim(").removesuffix("), '')")
    return sent(field.type, value)


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
    columns = [
        "t.id",
        *(_bare(f, selection.values[name], selection.names[name]) for name, f in selection.fields.items()),
    ]
    some = ""
    if ids is not None:
        selection.parameters["ids"] = [int(number) for number in ids]
        some = " AND t.id = ANY(%(ids)s::bigint[])"
    if between is not None:
        selection.parameters["first"], selection.parameters["last"] = between
        some += " AND t.id BETWEEN %(first)s AND %(last)s"
    query = f"SELECT {', '.join(columns)} {selection.origin}{some} ORDER BY t.id"
    raw = {name for name, field in selection.fields.items() if _is_raw(field)}
    return copied(query, selection.parameters, selection.fields, raw=raw)


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
    columns = ["t.id", *(sent(field.type, values[name]) for name, field in chosen.items())]
    return copied(f"SELECT {', '.join(columns)} {origin} ORDER BY t.id", parameters, chosen)


def read_pairs(query: str, parameters: dict[str, Any]) -> tuple[Ints, Ints]:
    """Two columns of ids, shape (n,) each, in the order of the query."""
    table = copied(query, parameters, {"second": Field(Subject.DEAL, "second", "", FieldType.BOOLEAN)})
    second = table.columns["second"]
    return table.ids, second.values if isinstance(second, Scalars) else np.empty(0, dtype=np.int64)


def read_ids(query: str, parameters: Any) -> Ints:
    """One column of ids, shape (n,), in the order of the query."""
    return copied(query, parameters, {}).ids
