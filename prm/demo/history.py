"""Lets the demo's segments live through the year before: run after run as of past days, so that there is a past to look at."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db.models import Max
from django.utils import timezone

from segments import membership
from segments.models import Recompute, Segment

MONTHS = 26
EVERY = timedelta(days=30)
RECENT = timedelta(days=21)
"""The last run of the past lies so long ago, so that some enter and leave in the present one."""


def live_through(today: date) -> int:
    """Work the segments out as of each month before `today`, from where an earlier load stopped; returns moves written."""
    computed: datetime | None = Segment.objects.active().aggregate(last=Max("computed_at"))["last"]
    if computed is not None and Segment.objects.active().filter(computed_at=None).exists():
        return 0  # these have a present already: their past is what it was
    moved = 0
    for back in range(MONTHS - 1, -1, -1):
        at = timezone.make_aware(datetime.combine(today - RECENT - back * EVERY, time(2)))
        if computed is not None and at <= computed:
            continue
        run = membership.request_recompute(trigger=Recompute.Trigger.NIGHTLY, as_of=at, requested_by="demo data")
        done = membership.recompute(run=run)
        moved += done.entered + done.left if done else 0
        Recompute.objects.filter(pk=run.pk).update(settled_at=timezone.now())
    return moved
