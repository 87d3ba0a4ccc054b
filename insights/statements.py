"""The statements that measuring is made of, for one subject and one range of ids at a time. Text alone.

A stay becomes a stretch of whole local days that overlaps no other one of the same subject and segment, so that whatever
happened on a day is counted once.
"""

from __future__ import annotations

from partners.vocabulary import Subject

TABLES = {Subject.PARTNER: "partners_partner", Subject.CUSTOMER: "partners_customer"}

EVENTS = {
    Subject.PARTNER: """
        SELECT d.partner_id AS subject_id, d.registered_on AS day, 1 AS registered, 0 AS won, 0 AS lost, 0::numeric AS revenue,
            0 AS courses, 0 AS active, 0::numeric AS cost
        FROM partners_deal d WHERE d.deleted_at IS NULL AND d.registered_on BETWEEN %(first)s AND %(today)s
            AND d.partner_id > %(above)s AND d.partner_id <= %(upto)s
        UNION ALL
        SELECT d.partner_id, d.closed_on, 0, (d.stage = 'won')::int, (d.stage = 'lost')::int,
            CASE WHEN d.stage = 'won' THEN coalesce(d.amount, 0) ELSE 0 END, 0, 0, 0
        FROM partners_deal d WHERE d.deleted_at IS NULL AND d.stage IN ('won', 'lost')
            AND d.closed_on BETWEEN %(first)s AND %(today)s AND d.partner_id > %(above)s AND d.partner_id <= %(upto)s
        UNION ALL
        SELECT a.partner_id, (a.at AT TIME ZONE %(zone)s)::date, 0, 0, 0, 0, (a.kind = 'course_completed')::int, 1, 0
        FROM partners_activity a WHERE a.at >= %(since)s AND a.at < %(now)s
            AND a.partner_id > %(above)s AND a.partner_id <= %(upto)s
        UNION ALL
        SELECT l.partner_id, l."on", 0, 0, 0, 0, 0, 0, l.amount
        FROM programs_ledgerentry l WHERE l.kind IN ('accrual', 'reversal', 'claim')
            AND l."on" BETWEEN %(first)s AND %(today)s AND l.partner_id > %(above)s AND l.partner_id <= %(upto)s
    """,
    Subject.CUSTOMER: """
        SELECT d.customer_id AS subject_id, d.registered_on AS day, 1 AS registered, 0 AS won, 0 AS lost, 0::numeric AS revenue,
            0 AS courses, 1 AS active, 0::numeric AS cost
        FROM partners_deal d WHERE d.deleted_at IS NULL AND d.registered_on BETWEEN %(first)s AND %(today)s
            AND d.customer_id > %(above)s AND d.customer_id <= %(upto)s
        UNION ALL
        SELECT d.customer_id, d.closed_on, 0, (d.stage = 'won')::int, (d.stage = 'lost')::int,
            CASE WHEN d.stage = 'won' THEN coalesce(d.amount, 0) ELSE 0 END, 0, 1, 0
        FROM partners_deal d WHERE d.deleted_at IS NULL AND d.stage IN ('won', 'lost')
            AND d.closed_on BETWEEN %(first)s AND %(today)s AND d.customer_id > %(above)s AND d.customer_id <= %(upto)s
        UNION ALL
        SELECT d.customer_id, l."on", 0, 0, 0, 0, 0, 0, l.amount
        FROM programs_ledgerentry l JOIN partners_deal d ON d.id = l.deal_id
        WHERE l.kind IN ('accrual', 'reversal', 'claim')
            AND l."on" BETWEEN %(first)s AND %(today)s AND d.customer_id > %(above)s AND d.customer_id <= %(upto)s
    """,
}
"""What happened to the subjects of a range: one row each, with the local day it counts for."""

STRETCHED = """
    SELECT m.segment_id, m.subject_id, m.entered_at, m.left_at,
        lag(m.left_at) OVER stays AS before_at,
        greatest(
            (m.entered_at AT TIME ZONE %(zone)s)::date,
            ((lag(m.left_at) OVER stays - interval '1 microsecond') AT TIME ZONE %(zone)s)::date + 1
        ) AS first_day,
        coalesce(((m.left_at - interval '1 microsecond') AT TIME ZONE %(zone)s)::date, 'infinity'::date) AS last_day
    FROM segments_membership m
    WHERE {condition} AND (m.left_at IS NULL OR m.left_at > m.entered_at)
    WINDOW stays AS (PARTITION BY m.subject_id, m.segment_id ORDER BY m.entered_at)
"""
"""Stays as stretches of local days."""

STAYS = "CREATE TEMPORARY TABLE stay ON COMMIT DROP AS" + STRETCHED.format(
    condition="m.subject_id > %(above)s AND m.subject_id <= %(upto)s"
    " AND m.segment_id IN (SELECT id FROM segments_segment WHERE subject = %(subject)s)"
)

MOVES = """
    INSERT INTO measured (segment_id, month, region, opening, entered, "left", fresh)
    SELECT segment_id, month, region, sum(opening), sum(entered), sum("left"), sum(fresh) FROM (
        SELECT s.segment_id, %(first)s::date AS month, t.region, 1 AS opening, 0 AS entered, 0 AS "left", 0 AS fresh
        FROM stay s JOIN {table} t ON t.id = s.subject_id
        WHERE s.entered_at < %(since)s AND (s.left_at IS NULL OR s.left_at >= %(since)s)
        UNION ALL
        SELECT s.segment_id, e.month, t.region, 0, 1, 0,
            (s.before_at IS NULL OR s.before_at < (e.month::timestamp AT TIME ZONE %(zone)s))::int
        FROM stay s JOIN {table} t ON t.id = s.subject_id,
            LATERAL (SELECT date_trunc('month', s.entered_at AT TIME ZONE %(zone)s)::date AS month) e
        WHERE s.entered_at >= %(since)s
        UNION ALL
        SELECT s.segment_id, date_trunc('month', s.left_at AT TIME ZONE %(zone)s)::date, t.region, 0, 0, 1, 0
        FROM stay s JOIN {table} t ON t.id = s.subject_id WHERE s.left_at >= %(since)s
    ) moves GROUP BY 1, 2, 3
"""

SUMS = """sum(e.registered) AS registered, sum(e.won) AS won, sum(e.lost) AS lost, sum(e.revenue) AS revenue,
    sum(e.courses) AS courses, {active} AS active, sum(e.cost) AS cost"""

HAPPENED = """
    INSERT INTO measured (segment_id, month, region, registered, won, lost, revenue, courses, active, cost)
    SELECT segment_id, month, region, sum(registered), sum(won), sum(lost), sum(revenue), sum(courses), sum(active), sum(cost)
    FROM (
        SELECT s.segment_id, date_trunc('month', e.day)::date AS month, t.region, e.subject_id, {sums}
        FROM event e JOIN stay s ON s.subject_id = e.subject_id AND e.day BETWEEN s.first_day AND s.last_day
        JOIN {table} t ON t.id = e.subject_id GROUP BY 1, 2, 3, 4
        UNION ALL
        SELECT NULL::bigint, date_trunc('month', e.day)::date, t.region, e.subject_id, {sums}
        FROM event e JOIN {table} t ON t.id = e.subject_id GROUP BY 1, 2, 3, 4
    ) each GROUP BY 1, 2, 3
"""

EVERYBODY = """
    INSERT INTO measured (segment_id, month, region, opening, entered, "left", fresh)
    SELECT NULL::bigint, month, region, sum(opening), 0, sum("left"), 0 FROM (
        SELECT region, %(first)s::date AS month, 1 AS opening, 0 AS "left" FROM {table}
        WHERE deleted_at IS NULL OR deleted_at >= %(since)s
        UNION ALL
        SELECT region, date_trunc('month', deleted_at AT TIME ZONE %(zone)s)::date, 0, 1 FROM {table}
        WHERE deleted_at >= %(since)s
    ) everybody GROUP BY month, region
"""
"""Whoever is on record and was not deleted by then: when somebody came on record says little about when they were there."""

FINAL = """
    CREATE TEMPORARY TABLE final ON COMMIT DROP AS
    WITH folded AS (
        SELECT segment_id, month, region, sum(opening) AS opening, sum(entered) AS entered, sum("left") AS "left",
            sum(fresh) AS fresh, sum(registered) AS registered, sum(won) AS won, sum(lost) AS lost, sum(revenue) AS revenue,
            sum(courses) AS courses, sum(active) AS active, sum(cost) AS cost
        FROM measured GROUP BY 1, 2, 3
    ), grid AS (
        SELECT f.segment_id, f.region, m.month::date AS month
        FROM (SELECT DISTINCT segment_id, region FROM folded) f,
            generate_series(%(first)s::date, %(last)s::date, interval '1 month') AS m (month)
    ), counted AS (
        SELECT g.segment_id, g.region, g.month, f.registered, f.won, f.lost, f.revenue, f.courses, f.active, f.cost,
            coalesce(f.entered, 0) AS entered, coalesce(f."left", 0) AS "left", coalesce(f.fresh, 0) AS fresh,
            coalesce(f.opening, 0) AS opening,
            sum(coalesce(f.opening, 0) + coalesce(f.entered, 0) - coalesce(f."left", 0)) OVER (
                PARTITION BY g.segment_id, g.region ORDER BY g.month
            ) AS members
        FROM grid g LEFT JOIN folded f ON f.month = g.month AND f.region = g.region
            AND f.segment_id IS NOT DISTINCT FROM g.segment_id
    )
    SELECT segment_id, month, region, members::integer AS members,
        (members - entered + "left" + fresh)::integer AS present, entered::integer AS entered, "left"::integer AS "left",
        coalesce(registered, 0)::integer AS registered, coalesce(won, 0)::integer AS won, coalesce(lost, 0)::integer AS lost,
        coalesce(revenue, 0) AS revenue, coalesce(courses, 0)::integer AS courses, coalesce(active, 0)::integer AS active,
        coalesce(cost, 0) AS cost
    FROM counted
    WHERE members <> 0 OR entered <> 0 OR "left" <> 0 OR coalesce(registered, 0) + coalesce(won, 0) + coalesce(lost, 0)
        + coalesce(courses, 0) + coalesce(active, 0) <> 0 OR coalesce(cost, 0) <> 0
"""

WRITE = """
    INSERT INTO insights_segmentmonth AS kept (segment_id, subject, month, region, {columns})
    SELECT segment_id, %(subject)s, month, region, {columns} FROM final
    ON CONFLICT (subject, segment_id, month, region) DO UPDATE SET {updates} WHERE ({kept}) IS DISTINCT FROM ({excluded})
"""

FORGET = """
    DELETE FROM insights_segmentmonth kept WHERE subject = %(subject)s AND month >= %(first)s AND NOT EXISTS (
        SELECT 1 FROM final WHERE final.segment_id IS NOT DISTINCT FROM kept.segment_id AND final.month = kept.month
            AND final.region = kept.region)
"""

ENTRIES = """
    INSERT INTO entries (segment_id, region, stretch, entries, won, revenue, active)
    WITH entry AS (
        SELECT s.segment_id, s.subject_id, t.region, s.entered_at, (s.entered_at AT TIME ZONE %(zone)s)::date AS day
        FROM stay s JOIN {table} t ON t.id = s.subject_id
        JOIN beginning b ON b.segment_id = s.segment_id AND s.entered_at > b.at
        WHERE s.entered_at >= %(since)s + interval '90 days' AND (s.entered_at AT TIME ZONE %(zone)s)::date <= %(today)s - 90
    ), happened AS (
        SELECT y.segment_id, y.subject_id, y.entered_at, floor((e.day - y.day) / {days}.0)::int AS stretch,
            sum(e.won) AS won, sum(e.revenue) AS revenue, max(e.active) AS active
        FROM entry y JOIN event e ON e.subject_id = y.subject_id AND e.day >= y.day - 3 * {days} AND e.day < y.day + 3 * {days}
        GROUP BY 1, 2, 3, 4
    )
    SELECT y.segment_id, y.region, k.stretch, count(*), coalesce(sum(h.won), 0), coalesce(sum(h.revenue), 0),
        coalesce(sum(h.active), 0)
    FROM entry y CROSS JOIN unnest(%(stretches)s::int[]) AS k (stretch)
    LEFT JOIN happened h ON h.segment_id = y.segment_id AND h.subject_id = y.subject_id AND h.entered_at = y.entered_at
        AND h.stretch = k.stretch
    GROUP BY 1, 2, 3
"""

WRITE_ENTRIES = """
    INSERT INTO insights_entering AS kept (segment_id, region, stretch, entries, won, revenue, active)
    SELECT segment_id, region, stretch, sum(entries), sum(won), sum(revenue), sum(active) FROM entries GROUP BY 1, 2, 3
    ON CONFLICT (segment_id, stretch, region) DO UPDATE SET entries = EXCLUDED.entries, won = EXCLUDED.won,
        revenue = EXCLUDED.revenue, active = EXCLUDED.active
    WHERE (kept.entries, kept.won, kept.revenue, kept.active)
        IS DISTINCT FROM (EXCLUDED.entries, EXCLUDED.won, EXCLUDED.revenue, EXCLUDED.active)
"""

FORGET_ENTRIES = """
    DELETE FROM insights_entering kept WHERE NOT EXISTS (
        SELECT 1 FROM entries e WHERE e.segment_id = kept.segment_id AND e.stretch = kept.stretch AND e.region = kept.region)
"""
