"""What partners' people do, written down as it happens: append-only."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone

from partners.models import Activity
from partners.touching import announce


def record(
    *,
    partner_id: int,
    user_id: int | None,
    kind: Activity.Kind | str,
    about: str = "",
    at: datetime | None = None,
    valid_until: date | None = None,
) -> Activity:
    """Note that someone of a partner did something; `about` is the slug of what it was done to.

    `valid_until` is the last day on which it counts, where it wears off: a certificate does.
    """
    announce()
    return Activity.objects.create(
        partner_id=partner_id,
        user_id=user_id,
        kind=Activity.Kind(kind),
        about=about[:300],
        at=at or timezone.now(),
        valid_until=valid_until,
    )
