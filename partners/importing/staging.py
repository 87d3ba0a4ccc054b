"""The staging table: checked rows are copied in, then settled against the records by set-based statements.

A statement touches only rows that differ, so the same rows again change nothing, and a field's provenance moves only
when its value does.
"""

# ruff: noqa: S608 — every name in a statement is this project's own; values travel by COPY or as parameters
from __future__ import annotations

import io
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from partners.columns import TABLES
from partners.importing.keeping import before, keep_made
from partners.importing.refusing import Refused, taken_out
from partners.models import Journal, Origin
from partners.touching import announce
from partners.vocabulary import BUILT_IN, Field, FieldKind, FieldType, Subject

LOCKS = {Subject.PARTNER: 4_711_001, Subject.CUSTOMER: 4_711_002, Subject.DEAL: 4_711_003}
"""Advisory locks: bulk writers of one subject take turns, so two of them cannot wait for each other's rows."""
ID = 'text COLLATE "C"'
"""The type of a staged external id, which has the order of the records' own."""
MANY_NEW = 500
"""So many new rows, and PostgreSQL counts the table anew."""
MANY = 10_000
_FOR_MANY = ("jit = off", "work_mem = '64MB'", "gin_pending_list_limit = '64MB'")
"""So many rows are settled with these, to the end of the transaction: room for their joins, and the words of their names
put into the index in fewer goes."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a built-in field stands: the staged column and its type, the record's column, and what missing is there."""

    staged: str
    type: str
    column: str
    empty: str


def slot(field: Field) -> Slot:
    """The slot of a built-in field."""
    if field.name == "partners":
        return Slot("partners", "bigint[]", "", "'{}'")
    if field.name == "parent":
        return Slot("parent", ID, "parent_id", "NULL")
    if field.refers_to:
        return Slot(field.name, "bigint", f"{field.name}_id", "NULL")
    kind, empty = {
        FieldType.NUMBER: ("numeric", "NULL"),
        FieldType.MONEY: ("numeric", "NULL"),
        FieldType.DATE: ("date", "NULL"),
        FieldType.MULTI_CHOICE: ("varchar[]", "'{}'"),
    }.get(field.type, ("text", "''"))
    return Slot(field.name, kind, field.name, empty)


@dataclass(frozen=True, slots=True)
class Settled:
    """How many rows became records, changed one, or changed nothing."""

    created: int
    updated: int
    unchanged: int


class Stage:
    """A temporary table for rows of one subject. Use inside a transaction, within `with`.

    `fields` are the built-in fields that rows may give (without external_id). Columns of a copied row, in order: line,
    external id, one per field, the custom attributes as a JSON object (null = make missing), and — unless every row gives
    all fields (`uniform`) — the array of names that the row gives.
    """

    def __init__(self, subject: Subject, fields: Iterable[Field], *, custom: bool, uniform: bool) -> None:
        self.subject = subject
        self.fields = [field for field in fields if field.kind is FieldKind.BUILT_IN and field.name != "external_id"]
        self.slots = {field.name: slot(field) for field in self.fields}
        self.custom = custom
        self.uniform = uniform
        # Which rows are new and which change something: what only some callers need costs a second writing of the row.
        self.is_flagged = not uniform or not self.slots.keys().isdisjoint({"partners", "parent"})
        self.name = f"stage_{secrets.token_hex(8)}"
        self.table = TABLES[subject]
        self.rows = 0

    def __enter__(self) -> Stage:
        columns = ["line bigint", f"external_id {ID}"]
        columns += [f"{slot.staged} {slot.type}" for slot in self.slots.values()]
        columns += ["custom jsonb"] * self.custom + ["given text[]"] * (not self.uniform)
        self.run(f"CREATE TEMPORARY TABLE {self.name} ({', '.join(columns)})")
        return self

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        if failed is None and not connection.needs_rollback:
            self.run(f"DROP TABLE {self.name}")

    def copy(self, lines: Sequence[str]) -> None:
        """Take rows in COPY's text format."""
        self.copy_text("".join(lines), len(lines))

    def copy_text(self, text: str, count: int) -> None:
        """Take so many rows as one text."""
        if count:
            self.rows += count
            with connection.cursor() as cursor:
                cursor.cursor.copy_expert(f"COPY {self.name} FROM STDIN", io.BytesIO(text.encode()), 2**20)

    def refuse(self) -> list[Refused]:
        """Take out the rows that cannot become records."""
        self.run(f"ALTER TABLE {self.name} ADD is_new boolean NOT NULL DEFAULT false")
        self.run(f"ALTER TABLE {self.name} ADD is_changed boolean NOT NULL DEFAULT false")
        if "parent" in self.slots:
            self.run(f"CREATE INDEX ON {self.name} (external_id)")
        self.run(f"ANALYZE {self.name}")
        refused = taken_out(self)
        self.rows -= len(refused)
        return refused

    def used_choices(self, field: Field, added: Sequence[str]) -> set[str]:
        """Those of the added choices that a staged row really holds."""
        multiple = field.type is FieldType.MULTI_CHOICE
        if field.kind is FieldKind.CUSTOM:
            source = "SELECT jsonb_array_elements_text(custom -> %s) AS v FROM {0} WHERE jsonb_typeof(custom -> %s) = 'array'"
            source = source if multiple else "SELECT custom ->> %s AS v FROM {0}"
            parameters = [field.name] * (2 if multiple else 1)
        else:
            source = (
                f"SELECT unnest({field.name}) AS v FROM {{0}}" if multiple else f"SELECT {field.name} AS v FROM {{0}}"
            )
            parameters = []
        rows = self.run(
            f"SELECT DISTINCT v FROM ({source.format(self.name)}) found WHERE v = ANY(%s)", [*parameters, list(added)]
        )
        return {row[0] for row in rows}

    def settle(
        self, origin: Origin, now: datetime, *, replace_custom: bool = False, journal: Journal | None = None
    ) -> Settled:
        """Insert the new, update what differs, link what is linked. A journal takes what was there before."""
        values = {"origin": origin.pk, "now": now, "journal": journal.pk if journal else None}
        if self.rows > MANY:
            for setting in _FOR_MANY:
                self.run(f"SET LOCAL {setting}")
        created = self._insert(values)
        if journal and created and self.is_flagged:
            keep_made(self, values)
        updated = self._update(values, replace_custom)
        if "partners" in self.slots:
            self._link()
        if created > MANY_NEW:
            # The clock may have counted the table while these rows were not yet to be seen. Whoever reads next would have
            # a plan for an empty table.
            self.run(f"ANALYZE {TABLES[self.subject]}")
            if "partners" in self.slots:
                self.run("ANALYZE partners_customer_partners")
        if created or updated:
            announce()
        return Settled(created, updated, self.rows - created - updated)

    def outcomes(self) -> dict[int, str]:
        """created, updated or unchanged, by line; of a stage that is flagged."""
        found = self.run(f"SELECT line, is_new, is_changed FROM {self.name}")
        return {line: "created" if new else "updated" if changed else "unchanged" for line, new, changed in found}

    def _insert(self, values: dict[str, Any]) -> int:
        columns, selected, origins = ["external_id"], ["s.external_id"], []
        for field in BUILT_IN[self.subject]:
            at = slot(field)
            if field.name == "external_id" or not at.column or field.name == "parent":
                continue
            columns.append(at.column)
            if field.name not in self.slots:
                selected.append("'open'" if field.name == "stage" else at.empty)
                continue
            value = f"s.{at.staged}"
            if not self.uniform:
                absent = "'open'" if field.name == "stage" else at.empty
                value = f"CASE WHEN '{field.name}' = ANY(s.given) THEN {value} ELSE {absent} END"
            selected.append(value)
        for name, at in self.slots.items():
            origins.append(f"'{name}', CASE WHEN s.{at.staged} IS DISTINCT FROM {at.empty} THEN %(origin)s::bigint END")
        provenance = f"jsonb_strip_nulls(jsonb_build_object({', '.join(origins)}))"
        custom = "jsonb_strip_nulls(s.custom)" if self.custom else "'{}'::jsonb"
        if self.custom:
            provenance += (
                " || coalesce((SELECT jsonb_object_agg(k, %(origin)s::bigint)"
                " FROM jsonb_each(s.custom) e(k, v) WHERE v <> 'null'), '{}')"
            )
        insert = (
            f"INSERT INTO {self.table} ({', '.join(columns)}, custom, provenance, created_at, updated_at)"
            f" SELECT {', '.join(selected)}, {custom}, {provenance}, %(now)s, %(now)s FROM {self.name} s"
            f" WHERE NOT EXISTS (SELECT 1 FROM {self.table} t WHERE t.external_id = s.external_id) ORDER BY s.line"
            f" ON CONFLICT (external_id) DO NOTHING"
        )
        if not self.is_flagged and values["journal"]:
            insert = (
                f"WITH made AS ({insert} RETURNING id), kept AS (UPDATE partners_journal SET made = made ||"
                " (SELECT array_agg(id ORDER BY id) FROM made) WHERE id = %(journal)s AND EXISTS (SELECT 1 FROM made))"
                " SELECT id FROM made"
            )
            return len(self.run(insert, values))
        if self.is_flagged:
            insert = (
                f"WITH made AS ({insert} RETURNING external_id)"
                f" UPDATE {self.name} s SET is_new = true FROM made WHERE s.external_id = made.external_id"
            )
        self.run(insert, values)
        made: int = self._count
        if made and "parent" in self.slots:
            self.run(
                f"UPDATE {self.table} t SET parent_id = p.id FROM {self.name} s JOIN {self.table} p"
                " ON p.external_id = s.parent WHERE s.is_new AND t.external_id = s.external_id"
            )
        return made

    def new_value(self, name: str) -> tuple[str, str]:
        """(the present value, the wanted one) of a field in the UPDATE below, where `t` is the record, `s` the row."""
        at = self.slots[name]
        if name == "partners":
            have = (
                "(SELECT coalesce(array_agg(m.partner_id ORDER BY m.partner_id), '{}')"
                " FROM partners_customer_partners m WHERE m.customer_id = t.id)"
            )
        else:
            have = f"t.{at.column}"
        want = "p.id" if name == "parent" else f"s.{at.staged}"
        if not self.uniform:
            want = f"CASE WHEN '{name}' = ANY(s.given) THEN {want} ELSE {have} END"
        return have, want

    def _update(self, values: dict[str, Any], replace_custom: bool) -> int:
        sets, differs, origins = [], ["t.deleted_at IS NOT NULL"], []
        for name, at in self.slots.items():
            have, want = self.new_value(name)
            if at.column:
                sets.append(f"{at.column} = {want}")
            differs.append(f"{have} IS DISTINCT FROM {want}")
            origins.append(f"'{name}', CASE WHEN {have} IS DISTINCT FROM {want} THEN %(origin)s::bigint END")
        provenance = f"t.provenance || jsonb_strip_nulls(jsonb_build_object({', '.join(origins)}))"
        if self.custom:
            merged = "jsonb_strip_nulls(s.custom)" if replace_custom else "jsonb_strip_nulls(t.custom || s.custom)"
            sets.append(f"custom = {merged}")
            differs.append(f"t.custom IS DISTINCT FROM {merged}")
            provenance += (
                " || coalesce((SELECT jsonb_object_agg(k, %(origin)s::bigint) FROM jsonb_each(s.custom) e(k, v)"
                " WHERE nullif(v, 'null') IS DISTINCT FROM t.custom -> k), '{}')"
            )
        parent = f"LEFT JOIN {self.table} p ON p.external_id = s.parent" if "parent" in self.slots else ""
        # What was just made has all that its row gives, so nothing differs but, where flags are kept, links.
        update = (
            f"UPDATE {self.table} t SET {', '.join([*sets, f'provenance = {provenance}'])},"
            f" updated_at = %(now)s, deleted_at = NULL FROM {self.name} s {parent}"
            f" WHERE t.external_id = s.external_id AND NOT s.is_new AND ({' OR '.join(differs)})"
        )
        if not (self.is_flagged or values["journal"]):
            self.run(update, values)
            return self._count
        keep = "INSERT INTO partners_journalline (journal_id, record_id, before) SELECT %(journal)s, id, before FROM changed"
        flag = f"UPDATE {self.name} s SET is_changed = true FROM changed WHERE s.line = changed.line"
        returned = f"t.id, s.line, {before(self)} AS before" if values["journal"] else "s.line"
        rest = f"{keep} ORDER BY id" if values["journal"] else flag
        if self.is_flagged and values["journal"]:
            rest = f", kept AS ({rest}) {flag}"
        self.run(f"WITH changed AS ({update} RETURNING {returned}) {rest}", values)
        return self._count

    def _link(self) -> None:
        """Make each changed customer's partners those of its row, by difference."""
        given = "" if self.uniform else "AND 'partners' = ANY(s.given)"
        rows = (
            f"FROM {self.name} s JOIN {self.table} t ON t.external_id = s.external_id"
            f" WHERE (s.is_new OR s.is_changed) {given}"
        )
        self.run(
            "DELETE FROM partners_customer_partners m USING"
            f" (SELECT t.id, s.partners {rows}) wanted WHERE m.customer_id = wanted.id AND m.partner_id <> ALL(wanted.partners)"
        )
        self.run(
            "INSERT INTO partners_customer_partners (customer_id, partner_id)"
            f" SELECT t.id, unnest(s.partners) {rows} ON CONFLICT DO NOTHING"
        )

    _count = 0
    """Rows that the last statement touched."""

    def run(self, statement: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        """Execute a statement; the rows it returns."""
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            self._count = cursor.rowcount
            return cursor.fetchall() if cursor.description else []


def take_turn(subject: Subject) -> None:
    """Wait until no other bulk writer of the subject is at work; held to the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCKS[subject]])
