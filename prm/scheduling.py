"""The clock: what runs when. Settings say it first; an hour that an administrator chose outlives a restart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django_celery_beat.models import CrontabSchedule, PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler

NIGHTLY = "nightly recompute"
CHOSEN = "Chosen by "
"""How the description of an entry begins whose time somebody chose."""

GONE = ("webhooks' log",)
"""Entries of earlier versions, which the database would keep asking for."""


class Scheduler(DatabaseScheduler):
    """Beat's schedule in the database, without taking the settings' times for entries whose time somebody chose."""

    def update_from_dict(self, mapping: Mapping[str, Any]) -> None:
        """Write the settings' entries, those apart."""
        chosen = set(PeriodicTask.objects.filter(description__startswith=CHOSEN).values_list("name", flat=True))
        PeriodicTask.objects.filter(name__in=GONE).delete()
        super().update_from_dict({name: entry for name, entry in mapping.items() if name not in chosen})


@dataclass(frozen=True, slots=True)
class Nightly:
    """When the nightly recompute begins, in the organisation's zone, and who said so."""

    hour: int
    minute: int
    by: str = ""

    def __str__(self) -> str:
        return f"{self.hour:02}:{self.minute:02}"


def nightly() -> Nightly:
    """What is chosen, else what the settings say. One query."""
    found = PeriodicTask.objects.select_related("crontab").filter(name=NIGHTLY).first()
    if found is None or found.crontab is None or not found.description.startswith(CHOSEN):
        return Nightly(settings.NIGHTLY_HOUR, 0)
    return Nightly(int(found.crontab.hour), int(found.crontab.minute), found.description.removeprefix(CHOSEN))


@transaction.atomic
def set_nightly(*, hour: int, minute: int, by: str) -> Nightly:
    """Have the nightly recompute begin at this local time; beat takes it up within seconds."""
    if not (0 <= hour <= 23 and 0 <= minute <= 59):
        raise ValueError("An hour from 0 to 23 and a minute from 0 to 59.")
    at, _ = CrontabSchedule.objects.get_or_create(
        minute=str(minute),
        hour=str(hour),
        day_of_week="*",
        day_of_month="*",
        month_of_year="*",
        timezone=settings.TIME_ZONE,
    )
    task = PeriodicTask.objects.filter(name=NIGHTLY).first() or PeriodicTask(name=NIGHTLY)
    task.task, task.crontab, task.interval, task.enabled = "prm.recompute_nightly", at, None, True
    task.description = f"{CHOSEN}{by}"
    task.save()
    return Nightly(hour, minute, by)
