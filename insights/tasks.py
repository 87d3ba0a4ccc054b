"""What workers do for insights. A verb called; every task may safely run twice."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from insights import checkups, measuring


@shared_task(name="insights.measure")
def measure() -> None:
    """Work out the monthly figures and the checkups again."""
    if measuring.measure() is not None:
        checkups.check_all()


@shared_task(name="insights.measure_when_due")
def measure_when_due() -> None:
    """The same, unless it was done today."""
    if measuring.is_due(today=timezone.localdate(timezone=timezone.get_default_timezone())):
        measure()
