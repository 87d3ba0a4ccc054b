"""What the nights have worked out in the pages' world: figures of two years, checkups, predictions and fit of everybody."""

# ruff: noqa: S608 — our own names and numbers
from __future__ import annotations

from django.utils import timezone

from benchmarks.pages.records import RICH, Sizes, run
from benchmarks.world import _number
from insights import checkups, measuring, periods
from insights.models import Grouping, IdealProfile, Prediction
from programs import uptake

JUDGEMENT = {
    "rows": 30_000,
    "happened": 0.2,
    "brier": 0.12,
    "baseline_brier": 0.16,
    "auc": 0.8,
    "baseline_auc": 0.6,
    "bins": [{"count": 6_000, "said": 0.1 * place, "came": 0.1 * place} for place in range(1, 6)],
    "learned_on": ["2025-01-01", "2025-06-01"],
    "tested_on": ["2025-12-01", "2026-03-01"],
}
TRAITS = [
    {"criterion": "Partner type", "value": f"Type {n}", "best": 0.3, "others": 0.1, "strength": 1.5} for n in range(45)
]
SUMS = 'region, members, present, entered, "left", registered, won, lost, revenue, courses, active, cost'
REASONS = '[{"words": "no deal won for 200 days", "raises": true}, {"words": "three courses", "raises": false}]'


def make_figures(sizes: Sizes) -> None:
    """Measured as every night; the months before the runs began are like the first whole month after them."""
    uptake.tally()
    measuring.measure()
    checkups.check_all()
    last = periods.month_of(timezone.localdate(), 1)
    run(
        f"INSERT INTO insights_segmentmonth (segment_id, subject, month, {SUMS})"
        f" SELECT segment_id, subject, (month - b * interval '1 month')::date, {SUMS}"
        f" FROM insights_segmentmonth, generate_series(1, {periods.KEPT - 2}) b WHERE month = '{last}' ON CONFLICT DO NOTHING"
    )
    run(
        "INSERT INTO insights_entering (segment_id, region, stretch, entries, won, revenue, active)"
        f" SELECT id, r, s, 90, {_number(91, 40)}, {_number(92, 90000)}, {_number(93, 90)}"
        " FROM (SELECT id, id AS g FROM segments_segment WHERE status = 'active') each,"
        " unnest(ARRAY['', 'EMEA', 'NA', 'APAC', 'LATAM']) r, generate_series(-3, 2) s ON CONFLICT DO NOTHING"
    )
    for kind in Prediction.Kind.values:
        made = Prediction.objects.create(
            kind=kind, version=1, status="published", judgement=JUDGEMENT, scored_at=timezone.now()
        )
        run(
            "INSERT INTO insights_predictionscore (prediction_id, partner_id, score, reasons)"
            f" SELECT {made.pk}, g, {_number(94, 10000)} / 10000.0, '{REASONS}' FROM (SELECT id AS g FROM partners_partner) p"
        )
    IdealProfile.objects.create(pk=1, best=2_000, others=60_000, traits=TRAITS, worked_out_at=timezone.now())
    run(
        "INSERT INTO insights_recruitscore (partner_id, score, reasons)"
        f" SELECT g, {_number(95, 10000)} / 10000.0, '{REASONS}' FROM (SELECT id AS g FROM partners_partner) p"
    )
    Grouping.objects.bulk_create(Grouping(subject="partner", fields=["employees"], status="nothing") for _ in range(60))


def make_voices(sizes: Sizes) -> None:
    """Who saw and said what of segments and customers' needs, over a year."""
    stays = "segments_membership m JOIN segments_segment s ON s.id = m.segment_id AND s.partner_visible AND m.left_at IS NULL"
    run(
        "INSERT INTO programs_sighting (segment_id, partner_id, first_seen_at)"
        f" SELECT m.segment_id, m.subject_id, now() FROM {stays} WHERE mod(m.subject_id, 2) = 0 ON CONFLICT DO NOTHING"
    )
    run(
        "INSERT INTO programs_feedback (partner_id, user_id, segment_id, is_good, text, said_at)"
        " SELECT t.partner_id, t.user_id, m.segment_id, mod(t.user_id + m.segment_id, 3) > 0, 'That is not quite us',"
        f" now() - mod(t.user_id, 300) * interval '1 day' FROM {stays} JOIN partners_teammember t ON t.partner_id = m.subject_id"
        " ON CONFLICT DO NOTHING"
    )
    run(
        "INSERT INTO programs_needreport (partner_id, user_id, customer_id, needs, text, said_at)"
        " SELECT p.partner_id, t.user_id, p.customer_id, ARRAY['tech-1', 'tech-' || mod(p.customer_id, 30)], '', now()"
        " FROM partners_customer_partners p JOIN partners_teammember t ON t.partner_id = p.partner_id"
        f" WHERE mod(p.customer_id, 20) = 0 LIMIT {RICH * 10} ON CONFLICT DO NOTHING"
    )
