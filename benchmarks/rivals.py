"""What the product is measured against: SQL segment by segment, plain COPY, Polars and DuckDB."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from django.db import connection

from benchmarks.clock import Watch
from benchmarks.world import CHOICES, DAYS, NUMBERS
from segments.models import Segment

SCALARS = [("employees", "numeric"), ("annual_revenue", "numeric"), *((name, "numeric") for name in NUMBERS)]
TEXTS = ["industry", "region", "country", *CHOICES]


def column(name: str) -> str:
    """SQL of a field, typed."""
    if name in NUMBERS:
        return f"(t.custom ->> '{name}')::numeric"
    if name in CHOICES:
        return f"nullif(t.custom ->> '{name}', '')"
    if name in DAYS:
        return f"(t.custom ->> '{name}')::date"
    return f"t.{name}"


def where(rule: dict[str, Any], today: date, *, plain: bool = False) -> str:
    """A rule as a condition of SQL; `plain`: the columns are typed columns of a table `t` already."""
    if "rules" in rule:
        return "(" + f" {rule['combinator']} ".join(where(each, today, plain=plain) for each in rule["rules"]) + ")"
    name, operator = rule["field"], rule["operator"]
    value: Any = rule["value"]
    at = f"t.{name}" if plain else column(name)
    if name == "segment":
        return f"EXISTS (SELECT 1 FROM rival_membership r WHERE r.slug = '{value[0]}' AND r.subject_id = t.id)"
    if operator == "in":
        return f"{at} IN ({', '.join(repr(each) for each in value)})"
    if operator == "between":
        return f"{at} BETWEEN {value[0]} AND {value[1]}"
    if operator == "containsAny":
        words = ", ".join(repr(each) for each in value)
        return f"list_has_any({at}, [{words}])" if plain else f"{at} && ARRAY[{words}]::varchar[]"
    if operator == "inLast":
        return f"{at} BETWEEN DATE '{today - timedelta(days=value['last'])}' AND DATE '{today}'"
    if operator == "!=":
        return f"coalesce({at}, '') <> '{value}'"
    return f"{at} {operator} {value!r}"


def make_tables() -> None:
    """The rival's tables, with the indexes that its queries want: members alone, and members with their history."""
    with connection.cursor() as cursor:
        cursor.execute("SET jit = off")
        cursor.execute("DROP TABLE IF EXISTS rival_membership, rival_stay, rival_change, rival_sample")
        cursor.execute(
            "CREATE TABLE rival_membership (slug varchar(100), subject_id bigint, PRIMARY KEY (slug, subject_id))"
        )
        cursor.execute(
            "CREATE TABLE rival_stay (slug varchar(100), subject_id bigint, entered_at timestamptz, left_at timestamptz)"
        )
        cursor.execute("CREATE UNIQUE INDEX rival_open ON rival_stay (slug, subject_id) WHERE left_at IS NULL")
        cursor.execute(
            "CREATE TABLE rival_change (id bigserial PRIMARY KEY, slug varchar(100), subject_id bigint, kind varchar(7),"
            " at timestamptz)"
        )
        for name in ("industry", "country", "employees", "annual_revenue", "lifecycle_stage", "adoption_level", "city"):
            cursor.execute(f"CREATE INDEX IF NOT EXISTS rival_{name} ON partners_customer ({name})")
        cursor.execute("CREATE INDEX IF NOT EXISTS rival_technologies ON partners_customer USING gin (technologies)")
        for name in (*NUMBERS, *CHOICES):
            bare = column(name).replace("t.custom", "custom")
            cursor.execute(f"CREATE INDEX IF NOT EXISTS rival_{name} ON partners_customer (({bare}))")
        cursor.execute("ANALYZE partners_customer")


def sample(rules: Sequence[tuple[str, dict[str, Any]]], size: int) -> list[tuple[str, dict[str, Any]]]:
    """So many of the rules, as large and as small as all of them are, and the same ones ever after; of those that refer
    to no other segment, which would cost the rival more."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS rival_sample (slug varchar(100) PRIMARY KEY)")
        cursor.execute("SELECT slug FROM rival_sample")
        known = {slug for (slug,) in cursor.fetchall()}
        if not known:
            counts = dict(Segment.objects.values_list("slug", "member_count"))
            alone = sorted((slug for slug, rule in rules if "segment" not in str(rule)), key=lambda slug: counts[slug])
            size = min(size, len(alone))
            known = {alone[(2 * place + 1) * len(alone) // (2 * size)] for place in range(size)}
            cursor.execute("INSERT INTO rival_sample SELECT unnest(%s)", [sorted(known)])
    return [(slug, rule) for slug, rule in rules if slug in known]


def in_order(rules: Sequence[tuple[str, dict[str, Any]]]) -> list[tuple[str, dict[str, Any]]]:
    """All of the rules, those that others refer to first."""
    return sorted(rules, key=lambda each: "segment" in str(each[1]))


@contextmanager
def without_indexes() -> Iterator[None]:
    """Inside, the customers have the product's own indexes alone: writing is not to pay for the rival's reading."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'partners_customer' AND indexname LIKE 'rival%'"
        )
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        try:
            yield
        finally:
            for _, definition in indexes:
                cursor.execute(definition)


def are_there() -> bool:
    """The rival has its table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('rival_membership') IS NOT NULL")
        return bool(cursor.fetchone()[0])


def per_segment(rules: Sequence[tuple[str, dict[str, Any]]], today: date) -> int:
    """One INSERT … SELECT and one DELETE for each segment, idealised: no rows through a client; how many rows moved."""
    moved = 0
    with connection.cursor() as cursor:
        for slug, rule in rules:
            condition = where(rule, today).replace("%", "%%")
            cursor.execute(
                f"INSERT INTO rival_membership SELECT %s, t.id FROM partners_customer t WHERE t.deleted_at IS NULL AND"
                f" {condition} AND NOT EXISTS"
                " (SELECT 1 FROM rival_membership m WHERE m.slug = %s AND m.subject_id = t.id)",
                [slug, slug],
            )
            moved += cursor.rowcount
            cursor.execute(
                "DELETE FROM rival_membership m USING partners_customer t WHERE m.slug = %s AND t.id = m.subject_id"
                f" AND (t.deleted_at IS NOT NULL OR ({condition}) IS NOT TRUE)",
                [slug],
            )
            moved += cursor.rowcount
    return moved


def per_segment_kept(rules: Sequence[tuple[str, dict[str, Any]]], today: date) -> int:
    """The same with what the product keeps: when each stay began and ended, and a ledger of changes; how many moved."""
    moved = 0
    with connection.cursor() as cursor:
        for slug, rule in rules:
            condition = where(rule, today).replace("%", "%%").replace("rival_membership", "rival_stay")
            cursor.execute(
                "WITH gone AS (UPDATE rival_stay m SET left_at = now() FROM partners_customer t WHERE m.slug = %s"
                " AND m.left_at IS NULL AND t.id = m.subject_id"
                f" AND (t.deleted_at IS NOT NULL OR ({condition}) IS NOT TRUE) RETURNING m.subject_id)"
                " INSERT INTO rival_change (slug, subject_id, kind, at) SELECT %s, subject_id, 'left', now() FROM gone",
                [slug, slug],
            )
            moved += cursor.rowcount
            cursor.execute(
                "WITH come AS (INSERT INTO rival_stay SELECT %s, t.id, now() FROM partners_customer t"
                f" WHERE t.deleted_at IS NULL AND {condition} AND NOT EXISTS (SELECT 1 FROM rival_stay m"
                " WHERE m.slug = %s AND m.subject_id = t.id AND m.left_at IS NULL) RETURNING subject_id)"
                " INSERT INTO rival_change (slug, subject_id, kind, at) SELECT %s, subject_id, 'entered', now() FROM come",
                [slug, slug, slug],
            )
            moved += cursor.rowcount
    return moved


class Sink(io.RawIOBase):
    """Counts what is written, and forgets it."""

    size = 0

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, data: Any) -> int:
        """Forget it."""
        self.size += len(data)
        return len(data)


def copy_out(names: Sequence[str]) -> int:
    """Raw COPY of the same columns; bytes."""
    sink = Sink()
    columns = ", ".join(["t.id", *(column(name) for name in names)])
    with connection.cursor() as cursor:
        cursor.cursor.copy_expert(
            f"COPY (SELECT {columns} FROM partners_customer t ORDER BY t.id) TO STDOUT (FORMAT csv)", sink
        )
    return sink.size


def copy_in(run_id: int) -> tuple[int, float]:
    """Raw COPY of the rows of a run's changes into tables without an index: stays and ledger; rows and seconds."""
    rows = io.StringIO()
    with connection.cursor() as cursor:
        cursor.cursor.copy_expert(
            "COPY (SELECT subject_id, segment_id, at, version, kind FROM segments_change"
            f" WHERE recompute_id = {run_id} ORDER BY subject_id, segment_id) TO STDOUT",
            rows,
        )
        count = rows.getvalue().count("\n")
        cursor.execute(
            "CREATE TEMPORARY TABLE floor_a (subject_id bigint, segment_id bigint, at timestamptz, version int, kind text)"
        )
        cursor.execute("CREATE TEMPORARY TABLE floor_b (LIKE floor_a)")
        with Watch() as watch:
            for table in ("floor_a", "floor_b"):
                rows.seek(0)
                cursor.cursor.copy_expert(f"COPY {table} FROM STDIN", rows)
        cursor.execute("DROP TABLE floor_a, floor_b")
    return count, watch.seconds


def frame(table: Any) -> Any:
    """The product's own columns as a Polars frame: categories for text, lists for many values."""
    import numpy as np
    import polars as pl

    from partners.tables import Codes, Scalars

    columns: dict[str, Any] = {"id": table.ids}
    for name, column in table.columns.items():
        if isinstance(column, Codes):
            words = pl.Series([*column.dictionary, None], dtype=pl.String)
            columns[name] = words.gather(np.where(column.codes < 0, len(column.dictionary), column.codes)).cast(
                pl.Categorical
            )
        elif isinstance(column, Scalars):
            values = pl.Series(column.values)
            if name in DAYS:
                values = values.cast(pl.Int32).cast(pl.Date)
            elif name in {known for known, _ in SCALARS}:
                values = values / (100 if name == "annual_revenue" else 1_000_000)
            columns[name] = pl.select(pl.when(pl.Series(column.present)).then(values)).to_series()
        else:
            words = pl.Series(column.dictionary, dtype=pl.String)
            flat = words.gather(column.codes)
            lists = [
                flat[int(a) : int(b)].to_list() for a, b in zip(column.offsets[:-1], column.offsets[1:], strict=True)
            ]
            columns[name] = pl.Series(lists, dtype=pl.List(pl.Categorical))
    return pl.DataFrame(columns)


def polars_of(rule: dict[str, Any], today: date) -> Any:
    """A rule as an expression of Polars."""
    import polars as pl

    if "rules" in rule:
        parts = [polars_of(each, today) for each in rule["rules"]]
        return pl.all_horizontal(parts) if rule["combinator"] == "and" else pl.any_horizontal(parts)
    at, operator = pl.col(rule["field"]), rule["operator"]
    value: Any = rule["value"]
    if operator == "in":
        return pl.any_horizontal([at == each for each in value])
    if operator == "between":
        return at.is_between(value[0], value[1])
    if operator == "containsAny":
        return pl.any_horizontal([at.list.contains(each) for each in value])
    if operator == "inLast":
        return at.is_between(today - timedelta(days=value["last"]), today)
    if operator == "!=":
        return at.ne_missing(value)
    return {"=": at == value, "<": at < value, ">=": at >= value}[operator]
