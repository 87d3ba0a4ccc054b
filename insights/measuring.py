"""Works out the monthly table again and writes where it differs: a rerun is harmless, a deal that comes late is counted.

Subjects are taken a range at a time, so memory stays bounded; each range's stays become stretches of whole local days
(the days of entering and of leaving both count) that do not overlap, and every event of a subject is counted in each
segment one of whose stretches holds its day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from insights import periods, statements
from insights.models import Measurement
from partners.vocabulary import Subject

LOCK = 7_205_759_403_792_101
"""Advisory lock of measuring: one at a time."""
RANGE = 50_000
"""Subjects taken at once."""
ENTRY_DAYS = 30
"""Length of a stretch before or after entering."""
STRETCHES = (-3, -2, -1, 0, 1, 2)
HISTORY = timedelta(days=90)
"""How long it is remembered when everything was measured."""

COUNTS = ("members", "present", "entered", "left", "registered", "won", "lost", "revenue", "courses", "active", "cost")


@dataclass(frozen=True, slots=True)
class Measured:
    """How many rows of the tables were not right any more."""

    written: int
    forgotten: int


@transaction.atomic
def measure(*, now: datetime | None = None) -> Measured | None:
    """Bring the monthly table and the one of entries up to `now` (default: the present). None while another is at it."""
    now = now or timezone.now()
    started = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return None
        # A hash of the sums needs some tens of megabytes: on disk it takes several times as long.
        cursor.execute("SET LOCAL work_mem = '192MB'")
        cursor.execute(
            "CREATE TEMPORARY TABLE entries (segment_id bigint, region text, stretch int, entries int, won int,"
            " revenue numeric, active int) ON COMMIT DROP"
        )
        cursor.execute(
            "CREATE TEMPORARY TABLE beginning ON COMMIT DROP AS"
            " SELECT segment_id, min(entered_at) AS at FROM segments_membership GROUP BY 1"
        )
        written = forgotten = 0
        for subject in statements.TABLES:
            one = _subject(cursor, subject, now)
            written, forgotten = written + one.written, forgotten + one.forgotten
        cursor.execute(statements.WRITE_ENTRIES)
        written += cursor.rowcount
        cursor.execute(statements.FORGET_ENTRIES)
        forgotten += cursor.rowcount
        cursor.execute("DROP TABLE entries, beginning")
    Measurement.objects.filter(started_at__lt=started - HISTORY).delete()
    Measurement.objects.create(started_at=started, finished_at=timezone.now(), written=written + forgotten)
    return Measured(written, forgotten)


def words_of(now: datetime) -> dict[str, Any]:
    """What the statements compare with: the first month and its first instant, today, the zone."""
    zone = timezone.get_default_timezone()
    today = timezone.localdate(now, zone)
    first = periods.month_of(today, periods.KEPT - 1)
    since = timezone.make_aware(datetime.combine(first, time.min), zone)
    return {
        "first": first,
        "last": periods.month_of(today),
        "since": since,
        "today": today,
        "now": now,
        "zone": settings.TIME_ZONE,
        "stretches": list(STRETCHES),
    }


def _subject(cursor: Any, subject: Subject, now: datetime) -> Measured:
    """Everything about partners, or about customers, in the caller's transaction."""
    table = statements.TABLES[subject]
    words = {**words_of(now), "subject": subject.value}
    numbers = ", ".join(f"{name} numeric DEFAULT 0" for name in ("opening", "entered", '"left"', "fresh", *COUNTS[4:]))
    cursor.execute(
        f"CREATE TEMPORARY TABLE measured (segment_id bigint, month date, region text, {numbers}) ON COMMIT DROP"
    )
    # A partner's activity and a customer's deals mark a day as active; in a month that counts once.
    sums = statements.SUMS.format(active="max(e.active)")
    for above, upto in _ranges(cursor, table):
        part = {**words, "above": above, "upto": upto}
        cursor.execute(statements.STAYS, part)
        cursor.execute(f"CREATE TEMPORARY TABLE event ON COMMIT DROP AS {statements.EVENTS[subject]}", part)
        cursor.execute("DELETE FROM event WHERE day IS NULL")
        cursor.execute("ANALYZE stay")
        cursor.execute("ANALYZE event")
        cursor.execute(statements.MOVES.format(table=table), part)
        cursor.execute(statements.HAPPENED.format(table=table, sums=sums), part)
        cursor.execute(statements.ENTRIES.format(table=table, days=ENTRY_DAYS), part)
        cursor.execute("DROP TABLE stay, event")
    cursor.execute(statements.EVERYBODY.format(table=table), words)
    cursor.execute(statements.FINAL, words)
    columns = [f'"{name}"' for name in COUNTS]
    statement = statements.WRITE.format(
        columns=", ".join(columns),
        updates=", ".join(f"{name} = EXCLUDED.{name}" for name in columns),
        kept=", ".join(f"kept.{name}" for name in columns),
        excluded=", ".join(f"EXCLUDED.{name}" for name in columns),
    )
    cursor.execute(statement, words)
    written = cursor.rowcount
    cursor.execute(statements.FORGET, words)
    forgotten = cursor.rowcount
    cursor.execute("DROP TABLE measured, final")
    return Measured(written, forgotten)


def _ranges(cursor: Any, table: str) -> Iterator[tuple[int, int]]:
    """(above, up to): ids of the table, so many at a time. Deleted subjects too: what they did was done."""
    above = 0
    while True:
        cursor.execute(
            f"SELECT max(id) FROM (SELECT id FROM {table} WHERE id > %s ORDER BY id LIMIT %s) part", [above, RANGE]
        )
        upto = cursor.fetchone()[0]
        if upto is None:
            return
        yield above, upto
        above = upto


def is_due(*, today: date) -> bool:
    """Nothing was measured on this local day yet."""
    last = Measurement.objects.first()
    return last is None or timezone.localdate(last.started_at, timezone.get_default_timezone()) < today
