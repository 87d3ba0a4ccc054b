"""Settling: turns who is entitled into who has it on offer. A reconcile, so that a rerun or a lost message is harmless."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from io import StringIO

from django.db import connection, transaction
from django.utils import timezone
from pyroaring import BitMap64

from programs.audience import (
    Standing,
    entitlements,
    reason_to_json,
    standings,
    targeted_programs,
)
from programs.targeting import Reason

LOCK = 7_205_759_403_792_001
"""Advisory lock of settling: one at a time, so that the second finds nothing left to do."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What a settle changed, in offers."""

    offered: int = 0
    withdrawn: int = 0
    lapsed: int = 0
    restored: int = 0
    """Lapsed ones whose partner is entitled again."""
    reworded: int = 0
    """Those that stay, but for another reason."""


@dataclass(slots=True)
class _Changes:
    """Rows for the temporary table: (program, partner, act, number of the reason)."""

    rows: StringIO = field(default_factory=StringIO)
    reasons: dict[Reason, int] = field(default_factory=dict)
    count: int = 0

    def add(self, program_id: int, act: str, partners: BitMap64, reason: Reason = ((), (), ())) -> None:
        number = self.reasons.setdefault(reason, len(self.reasons) + 1)
        tail = f"\t{act}\t{number}\n"
        self.rows.writelines(f"{program_id}\t{partner}{tail}" for partner in partners)
        self.count += len(partners)


@transaction.atomic
def settle(*, now: datetime | None = None, programs: Collection[int] | None = None) -> Settled:
    """Offer every running programme to the partners entitled to it, and withdraw it from the others.

    `now` decides which programmes are running (default: the present); `programs` narrows to these ids. What was started
    is never withdrawn: it lapses, and the lapse is lifted when the partner is entitled again.
    """
    now = now or timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    targeted = targeted_programs(programs)
    have = standings([each.program.pk for each in targeted])
    changes = _Changes()
    for each, wanted in entitlements(targeted, now):
        _compare(changes, each.program.pk, wanted, have.get(each.program.pk, []))
    return _write(changes, now) if changes.count else Settled()


def _compare(changes: _Changes, program_id: int, wanted: list[tuple[Reason, BitMap64]], have: list[Standing]) -> None:
    """Notes the differences of one programme."""
    on = BitMap64.union(BitMap64(), *(standing.partners for standing in have if not standing.lapsed))
    lapsed = BitMap64.union(BitMap64(), *(standing.partners for standing in have if standing.lapsed))
    for reason, partners in wanted:
        same = BitMap64.union(BitMap64(), *(s.partners for s in have if not s.lapsed and s.reason == reason))
        changes.add(program_id, "offer", partners - on - lapsed, reason)
        changes.add(program_id, "restore", partners & lapsed, reason)
        changes.add(program_id, "reword", (partners & on) - same, reason)
    changes.add(program_id, "leave", on - BitMap64.union(BitMap64(), *(partners for _, partners in wanted)))


_STATEMENTS = {
    "withdrawn": """
        UPDATE programs_offer o SET withdrawn_at = %(now)s FROM settling s
        WHERE s.act = 'leave' AND o.program_id = s.program_id AND o.partner_id = s.partner_id
            AND o.withdrawn_at IS NULL AND o.started_at IS NULL
        """,
    # After the withdrawal: an offer that was started while it ran is met here.
    "lapsed": """
        UPDATE programs_offer o SET lapsed_at = %(now)s FROM settling s
        WHERE s.act = 'leave' AND o.program_id = s.program_id AND o.partner_id = s.partner_id
            AND o.withdrawn_at IS NULL AND o.started_at IS NOT NULL AND o.lapsed_at IS NULL
        """,
    "restored": """
        UPDATE programs_offer o SET lapsed_at = NULL, reason = r.reason
        FROM settling s JOIN settling_reason r USING (number)
        WHERE s.act = 'restore' AND o.program_id = s.program_id AND o.partner_id = s.partner_id
            AND o.withdrawn_at IS NULL
        """,
    "reworded": """
        UPDATE programs_offer o SET reason = r.reason
        FROM settling s JOIN settling_reason r USING (number)
        WHERE s.act = 'reword' AND o.program_id = s.program_id AND o.partner_id = s.partner_id
            AND o.withdrawn_at IS NULL
        """,
    # A partner deleted since the members were read is left out.
    "offered": """
        INSERT INTO programs_offer (program_id, partner_id, reason, offered_at)
        SELECT s.program_id, s.partner_id, r.reason, %(now)s
        FROM settling s JOIN settling_reason r USING (number)
        JOIN partners_partner p ON p.id = s.partner_id AND p.deleted_at IS NULL
        WHERE s.act = 'offer'
        ON CONFLICT (program_id, partner_id) WHERE withdrawn_at IS NULL DO NOTHING
        """,
}

_ANNOUNCE = """
    INSERT INTO partners_outboxevent (type, payload, created_at)
    SELECT 'offer.' || t.what, jsonb_build_object('program', p.slug, 'kind', p.kind, 'name', p.name,
        'partners', jsonb_agg(t.external_id ORDER BY t.place)), %(now)s
    FROM (
        SELECT s.what, s.program_id, c.external_id,
            row_number() OVER (PARTITION BY s.program_id, s.what ORDER BY c.id) - 1 AS place
        FROM (
            SELECT 'made' AS what, s.program_id, s.partner_id FROM settling s
            JOIN programs_offer o USING (program_id, partner_id)
            WHERE s.act = 'offer' AND o.withdrawn_at IS NULL AND o.offered_at = %(now)s
            UNION ALL
            SELECT 'withdrawn', s.program_id, s.partner_id FROM settling s
            JOIN programs_offer o USING (program_id, partner_id)
            WHERE s.act = 'leave' AND o.withdrawn_at = %(now)s
        ) s
        JOIN partners_partner c ON c.id = s.partner_id
    ) t
    JOIN programs_program p ON p.id = t.program_id
    GROUP BY t.what, p.id, t.place / 1000
    ORDER BY t.what DESC, p.id
"""
"""Tells other systems, by programme and at most a thousand partners at a time; withdrawing comes first."""


def _write(changes: _Changes, now: datetime) -> Settled:
    """Writes the differences: one COPY, then one statement for each way an offer can change."""
    changes.rows.seek(0)
    spelt = json.dumps([reason_to_json(reason) for reason in changes.reasons])
    counts: dict[str, int] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE settling (program_id bigint, partner_id bigint, act text, number integer)"
            " ON COMMIT DROP"
        )
        cursor.execute(
            "CREATE TEMPORARY TABLE settling_reason ON COMMIT DROP AS SELECT reason, number::integer"
            " FROM jsonb_array_elements(%s::jsonb) WITH ORDINALITY AS r (reason, number)",
            [spelt],
        )
        cursor.copy_expert("COPY settling FROM STDIN", changes.rows)
        cursor.execute("ANALYZE settling")
        for name, statement in _STATEMENTS.items():
            cursor.execute(statement, {"now": now})
            counts[name] = cursor.rowcount
        cursor.execute(_ANNOUNCE, {"now": now})
        cursor.execute("DROP TABLE settling, settling_reason")
    return Settled(**counts)
