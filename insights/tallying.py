"""Tallies, every night, what partners said: of programmes and of customers' needs, by segment. Only differences are written."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

RECENT = timedelta(days=365)
"""What was said longer ago is not counted."""

LIKINGS = """
    SELECT m.segment_id, f.program_id, p.region, count(*) FILTER (WHERE f.is_good) AS good,
        count(*) FILTER (WHERE NOT f.is_good) AS bad
    FROM programs_feedback f JOIN partners_partner p ON p.id = f.partner_id
    JOIN segments_membership m ON m.subject_id = f.partner_id AND m.left_at IS NULL
    JOIN segments_segment s ON s.id = m.segment_id AND s.subject = 'partner' AND s.status = 'active'
    WHERE f.program_id IS NOT NULL AND f.said_at >= %(since)s AND f.said_at <= %(now)s GROUP BY 1, 2, 3
"""
NEEDS = """
    WITH told AS (
        SELECT r.customer_id, n.need, array_agg(DISTINCT p.region ORDER BY p.region) AS regions
        FROM programs_needreport r JOIN partners_partner p ON p.id = r.partner_id CROSS JOIN unnest(r.needs) AS n (need)
        WHERE r.said_at >= %(since)s AND r.said_at <= %(now)s GROUP BY 1, 2
    )
    SELECT m.segment_id, t.need, t.regions, count(*) AS reported, count(*) FILTER (WHERE t.need = ANY (c.needs)) AS on_record
    FROM told t JOIN partners_customer c ON c.id = t.customer_id AND c.deleted_at IS NULL
    JOIN segments_membership m ON m.subject_id = t.customer_id AND m.left_at IS NULL
    JOIN segments_segment s ON s.id = m.segment_id AND s.subject = 'customer' AND s.status = 'active' GROUP BY 1, 2, 3
"""
_TABLES = (
    ("insights_liking", LIKINGS, ("segment_id", "program_id", "region"), ("good", "bad")),
    ("insights_needtold", NEEDS, ("segment_id", "need", "regions"), ("reported", "on_record")),
)


@transaction.atomic
def tally(*, now: datetime) -> int:
    """Bring both tables up to `now`; how many rows were not right any more. A rerun writes nothing."""
    changed = 0
    with connection.cursor() as cursor:
        for table, statement, keys, counts in _TABLES:
            cursor.execute(
                f"CREATE TEMPORARY TABLE tallied ON COMMIT DROP AS {statement}", {"since": now - RECENT, "now": now}
            )
            changed += _write(cursor, table, keys, counts)
            cursor.execute("DROP TABLE tallied")
    return changed


def _write(cursor: Any, table: str, keys: tuple[str, ...], counts: tuple[str, ...]) -> int:
    names, same = ", ".join((*keys, *counts)), " AND ".join(f"t.{key} = kept.{key}" for key in keys)
    kept, new = (", ".join(f"{place}.{name}" for name in counts) for place in ("kept", "EXCLUDED"))
    cursor.execute(
        f"INSERT INTO {table} AS kept ({names}) SELECT {names} FROM tallied ON CONFLICT ({', '.join(keys)}) DO UPDATE SET"
        f" {', '.join(f'{name} = EXCLUDED.{name}' for name in counts)} WHERE ({kept}) IS DISTINCT FROM ({new})"
    )
    written = int(cursor.rowcount)
    cursor.execute("ANALYZE tallied")
    cursor.execute(f"DELETE FROM {table} kept WHERE NOT EXISTS (SELECT 1 FROM tallied t WHERE {same})")
    return written + int(cursor.rowcount)
