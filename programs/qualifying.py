"""Which deals qualify for an incentive: asked of the day the deal was closed, never of today. Set-based reads.

A deal qualifies when there was a moment of its local day (the organisation's zone, midnight to midnight) at which the
programme's targeting held for the partner, by the stays as they were then. So the day of entering and the day of leaving
both count, and what was earned on a day does not depend on the hour at which anything is computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from programs.audience import Targeted
from programs.models import Incentive
from programs.money import Sale

HELD = """
    WITH target AS (SELECT segment_id, mode FROM programs_target WHERE program_id = %(program)s),
    stay AS (
        SELECT m.subject_id, t.mode, m.segment_id, m.entered_at, m.left_at
        FROM segments_membership m JOIN target t USING (segment_id)
        WHERE (m.left_at IS NULL OR m.left_at > m.entered_at) AND (%(partner)s::bigint IS NULL OR m.subject_id = %(partner)s)
    ),
    edge AS (
        SELECT subject_id, entered_at AS at FROM stay
        UNION SELECT subject_id, left_at FROM stay WHERE left_at IS NOT NULL
    ),
    span AS (
        SELECT subject_id, at AS from_at, lead(at) OVER (PARTITION BY subject_id ORDER BY at) AS until_at FROM edge
    ),
    held AS (
        SELECT span.subject_id, span.from_at, span.until_at
        FROM span JOIN stay ON stay.subject_id = span.subject_id AND stay.entered_at <= span.from_at
            AND (stay.left_at IS NULL OR stay.left_at > span.from_at)
        GROUP BY span.subject_id, span.from_at, span.until_at
        HAVING (%(any)s = 0 OR count(*) FILTER (WHERE mode = 'any') > 0)
            AND count(DISTINCT segment_id) FILTER (WHERE mode = 'all') = %(all)s
            AND count(*) FILTER (WHERE mode = 'none') = 0
            AND NOT (
                %(new)s AND (%(any)s = 0 OR count(*) FILTER (WHERE mode = 'any' AND entered_at < %(starts_at)s) > 0)
                AND count(DISTINCT segment_id) FILTER (WHERE mode = 'all' AND entered_at < %(starts_at)s) = %(all)s
            )
    )
"""
"""Per partner, the stretches of time in which the targeting held: `held(subject_id, from_at, until_at)`."""

_WORTH = """
    d.stage = 'won' AND d.deleted_at IS NULL AND d.closed_on <= %(today)s
    AND (%(any_currency)s OR (d.amount > 0 AND d.currency IN ('', %(currency)s)))
    AND (NOT %(registered)s OR d.registered_on <= d.closed_on)
"""
"""Of a won deal: rates are of amounts in the incentive's own currency; a registration bonus asks for a registration."""

_NEW = f"""
    SELECT d.id, d.partner_id, d.closed_on, (coalesce(d.amount, 0) * 100)::bigint
    FROM partners_deal d JOIN partners_partner p ON p.id = d.partner_id AND p.deleted_at IS NULL
    WHERE {_WORTH}
        AND (%(first)s::date IS NULL OR d.closed_on >= %(first)s) AND (%(last)s::date IS NULL OR d.closed_on <= %(last)s)
        AND EXISTS (
            SELECT 1 FROM held WHERE held.subject_id = d.partner_id
                AND held.from_at < ((d.closed_on + 1)::timestamp AT TIME ZONE %(zone)s)
                AND (held.until_at IS NULL OR held.until_at > (d.closed_on::timestamp AT TIME ZONE %(zone)s))
        )
    """

_HAVE = f"""
    SELECT h.deal_id, h.partner_id, h.net, h.count, h.last_on,
        h.net > 0 AND d.partner_id = h.partner_id AND d.closed_on = h.last_on AND {_WORTH},
        (coalesce(d.amount, 0) * 100)::bigint
    FROM (
        SELECT deal_id, partner_id, (sum(amount) * 100)::bigint AS net, (array_agg("on" ORDER BY id DESC))[1] AS last_on,
            sum(count(*)) OVER (PARTITION BY deal_id)::integer AS count
        FROM programs_ledgerentry WHERE incentive_id = %(program)s AND deal_id IS NOT NULL GROUP BY deal_id, partner_id
    ) h JOIN partners_deal d ON d.id = h.deal_id
"""  # noqa: UP032


@dataclass(frozen=True, slots=True)
class Standing:
    """What the ledger says of one deal and partner under an incentive."""

    net: int
    """Earned so far, in cents."""
    count: int
    """Entries about the deal so far, whoever's."""
    on: date
    """The day the last of them counts for."""
    sale: Sale | None
    """The deal, while it still is what was paid for: won, the same partner, the same day."""


def _words(incentive: Incentive, today: date) -> dict[str, Any]:
    is_fixed = incentive.amount is not None
    return {
        "program": incentive.pk,
        "today": today,
        "zone": settings.TIME_ZONE,
        "currency": incentive.currency,
        "any_currency": is_fixed,
        "registered": incentive.type == Incentive.Type.DEAL_REGISTRATION,
    }


def held_words(targeted: Targeted, partner_id: int | None = None) -> dict[str, Any]:
    """The parameters of HELD."""
    return {
        "program": targeted.program.pk,
        "any": len(targeted.targeting.any),
        "all": len(targeted.targeting.all),
        "new": targeted.program.new_members_only,
        "starts_at": targeted.starts_at,
        "partner": partner_id,
    }


def qualifying(targeted: Targeted, incentive: Incentive, now: datetime) -> list[Sale]:
    """Won deals closed while the programme was on, on a day on which its targeting held for the partner.

    Needs a transaction: the stretches are laid in a table of their own, so that the database knows how many there are.
    """
    if not targeted.targeting.names_somebody:
        return []
    program = targeted.program
    words = _words(incentive, timezone.localdate(now, timezone.get_default_timezone()))
    words |= held_words(targeted) | {"first": program.starts_on, "last": program.ends_on}
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE held ON COMMIT DROP AS {HELD} SELECT * FROM held", words)
        cursor.execute("ANALYZE held")
        cursor.execute(_NEW, words)
        sales = [Sale(*row) for row in cursor.fetchall()]
        cursor.execute("DROP TABLE held")
        return sales


def standing(incentive: Incentive, now: datetime) -> dict[tuple[int, int], Standing]:
    """By (deal, partner), what the ledger says. One query."""
    words = _words(incentive, timezone.localdate(now, timezone.get_default_timezone()))
    with connection.cursor() as cursor:
        cursor.execute(_HAVE, words)
        return {
            (deal, partner): Standing(net, count, on, Sale(deal, partner, on, amount) if holds else None)
            for deal, partner, net, count, on, holds, amount in cursor.fetchall()
        }
