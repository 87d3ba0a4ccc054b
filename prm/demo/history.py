"""Lets the demo's segments live through two years: run after run as of past days, with the records there were by then."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Max, Min
from django.db.models.functions import Coalesce
from django.utils import timezone

from partners.models import Customer, Partner
from segments import membership
from segments.models import Recompute, Segment

MONTHS = 26
SHORT, SMALL = 3, 200
"""With fewer partners than that nobody asks for trends: so many months are enough."""
EVERY = timedelta(days=30)
RECENT = timedelta(days=21)
"""The last run of the past lies so long ago, so that some enter and leave in the present one."""
KNOWN_BEFORE = timedelta(days=45)
"""A customer is on record so long before the first deal with it."""
NOT_YET = datetime(1970, 1, 1, tzinfo=UTC)
"""When records were deleted that are not there yet, as of the day that is worked out."""


def live_through(today: date) -> int:
    """Work the segments out as of each month before `today`, from where an earlier load stopped; returns moves written."""
    _bring(Partner.objects.all())  # an earlier load may have been cut off in the past
    _bring(Customer.objects.all())
    active = Segment.objects.active()
    computed: datetime | None = active.aggregate(last=Max("computed_at"))["last"]
    if computed is not None and active.filter(computed_at=None).exists():
        return 0  # these have a present already: their past is what it was
    months = MONTHS if Partner.objects.present().count() >= SMALL else SHORT
    days = [timezone.make_aware(datetime.combine(today - RECENT - back * EVERY, time(2))) for back in range(months)]
    moved = 0
    try:
        for at in sorted(day for day in days if computed is None or day > computed):
            moved += _work_out(at)
    finally:
        _bring(Partner.objects.all())
        _bring(Customer.objects.all())
    return moved


def _work_out(at: datetime) -> int:
    """One run as of the instant, among the partners who had joined and the customers who were known by then."""
    day = at.date()
    begun = Coalesce("joined_on", date(1970, 1, 1))
    partners = Partner.objects.annotate(begun=begun)
    partners.filter(deleted_at=None, begun__gt=day).update(deleted_at=NOT_YET)
    _bring(partners.filter(begun__lte=day))
    known = Customer.objects.annotate(first=Min("deals__registered_on"))
    late = known.filter(deleted_at=None, first__gt=day + KNOWN_BEFORE).values("pk")
    Customer.objects.filter(pk__in=list(late.values_list("pk", flat=True))).update(deleted_at=NOT_YET)
    here = known.filter(deleted_at=NOT_YET).exclude(first__gt=day + KNOWN_BEFORE).values_list("pk", flat=True)
    _bring(Customer.objects.filter(pk__in=list(here)))
    run = membership.request_recompute(trigger=Recompute.Trigger.NIGHTLY, as_of=at, requested_by="demo data")
    done = membership.recompute(run=run)
    Recompute.objects.filter(pk=run.pk).update(settled_at=timezone.now())
    return done.entered + done.left if done else 0


def _bring(records: object) -> None:
    """Have those that were not there yet on record again."""
    records.filter(deleted_at=NOT_YET).update(deleted_at=None)  # type: ignore[attr-defined]
