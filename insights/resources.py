"""Works out, every night, who looks after each partner segment and what could be won there."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import numpy as np
from django.db import connection, transaction
from django.utils import timezone

from insights.allocating import potentials
from insights.models import Resource
from partners.facts import months_before
from segments.bitmaps import mask_of
from segments.ledger import present_members
from segments.models import Segment


@transaction.atomic
def work_out(*, now: datetime) -> int:
    """Write the table anew; how many rows. Two queries of the records, whatever the number of segments."""
    today = timezone.localdate(now, timezone.get_default_timezone())
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT t.id, t.region, t.partner_type, t.annual_revenue::float8, coalesce(d.revenue, 0)::float8,
                CASE WHEN t.channel_manager_id IS NULL THEN 0 ELSE 1.0 / count(*) OVER (PARTITION BY t.channel_manager_id) END
            FROM partners_partner t LEFT JOIN (
                SELECT partner_id, sum(amount) AS revenue FROM partners_deal
                WHERE deleted_at IS NULL AND stage = 'won' AND closed_on >= %s AND closed_on <= %s GROUP BY 1
            ) d ON d.partner_id = t.id WHERE t.deleted_at IS NULL ORDER BY t.id""",
            [months_before(today, 12), today],
        )
        rows = cursor.fetchall()
    ids = np.array([row[0] for row in rows], dtype=np.int64)
    regions, region = np.unique(np.array([row[1] for row in rows], dtype=str), return_inverse=True)
    sizes, revenue, people = (np.array([row[place] for row in rows], dtype=np.float64) for place in (3, 4, 5))
    potential = potentials([row[2] for row in rows], sizes, revenue)
    segments = list(Segment.objects.active().filter(subject="partner").values_list("pk", flat=True))
    members = present_members(segments)
    made = []
    for pk in [None, *segments]:
        mine = np.ones(len(ids), dtype=np.bool_) if pk is None else mask_of(members[pk], ids)
        sums = [np.bincount(region[mine], part[mine], minlength=len(regions)) for part in (people, potential, revenue)]
        counts = np.bincount(region[mine], minlength=len(regions))
        made += [
            Resource(segment_id=pk, region=str(name), people=float(one), potential=_cents(two), revenue=_cents(three))
            for name, count, one, two, three in zip(regions, counts, *sums, strict=True)
            if count
        ]
    Resource.objects.all().delete()
    Resource.objects.bulk_create(made, batch_size=1_000)
    return len(made)


def _cents(value: float) -> Decimal:
    return Decimal(str(round(float(value), 2)))
