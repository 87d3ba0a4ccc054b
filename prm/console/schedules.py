"""What runs by the clock, and the hour of the nightly recompute."""

from __future__ import annotations

import re
from datetime import timedelta

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from people.guards import administrator_required
from people.meanwhile import MeanwhileMixin
from prm.scheduling import nightly, set_nightly

NAMES = {
    "accrue": "What deals earn",
    "answers to partners": "Answers to disputes and feedback",
    "forget": "Forgetting what is kept no longer",
    "goals of joint plans": "Final figures of joint plans",
    "journeys": "Steps of journeys",
    "learn predictions": "Learning of predictions",
    "measure": "Figures of segments",
    "news of offers": "News of offers, by mail",
    "searches that wait": "Searches for groups that wait",
    "sweep": "Work that was left waiting",
    "uptake of programmes": "Counts of programmes: on offer, opened, started",
    "webhooks": "Messages to webhooks",
}
"""What an entry of the clock does, where its name does not say it."""


HALF_DAYS = re.compile(r"(\d{1,2}):(\d\d) (AM|PM)")
"""A time of day as beat's own words give it."""
UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))
"""Seconds in each, largest first."""


def rhythm(entry: PeriodicTask) -> str:
    """When it runs: "Every 5 minutes", "Every day at 02:30"."""
    if entry.crontab:
        return _by_the_clock(entry.crontab)
    if entry.interval is None:
        return ""
    seconds = int(timedelta(**{entry.interval.period: entry.interval.every}).total_seconds())
    every, unit = next((seconds // size, unit) for size, unit in UNITS if seconds % size == 0)
    return f"Every {unit}" if every == 1 else f"Every {every} {unit}s"


def _by_the_clock(crontab: CrontabSchedule) -> str:
    """Its own words, in 24 hours: "Every day at 02:30", "At 14:00, only on Monday". The zone where it is another."""
    said = HALF_DAYS.sub(
        lambda found: f"{int(found[1]) % 12 + 12 * (found[3] == 'PM'):02}:{found[2]}", str(crontab.human_readable)
    )
    said = said.removesuffix(f" {settings.TIME_ZONE}")
    return f"Every day at {said.removeprefix('At ')}" if said.startswith("At ") and "," not in said else said


class NightlyForm(MeanwhileMixin, forms.Form):
    """A time of day."""

    at = forms.TimeField(
        label="Begins at",
        widget=forms.TimeInput(
            attrs={
                "pattern": "([01]?[0-9]|2[0-3]):[0-5][0-9]",
                "placeholder": "02:00",
                "maxlength": 5,
                "autocomplete": "off",
            },
            format="%H:%M",
        ),  # a browser's own input halves the day where its language does
        help_text="Local time of the organisation, in 24 hours. Choose an hour at which nobody works and imports are done.",
    )


@require_http_methods(["GET", "POST"])
@administrator_required
def schedules(request: HttpRequest) -> HttpResponse:
    """The entries of the clock; the nightly one can be set."""
    now = nightly()
    form = NightlyForm(request.POST or None, initial={"at": str(now)})
    if request.method == "POST" and form.is_valid():
        at = form.cleaned_data["at"]
        chosen = set_nightly(hour=at.hour, minute=at.minute, by=str(request.user))
        messages.success(request, f"The nightly recompute begins at {chosen} from now on.")
        return redirect("console_schedules")
    tasks = PeriodicTask.objects.filter(task__startswith="celery.").values("pk")
    entries = PeriodicTask.objects.exclude(pk__in=tasks).select_related("crontab", "interval").order_by("name")
    rows = [(NAMES.get(entry.name, entry.name), rhythm(entry), entry) for entry in entries]
    words = {
        "form": form,
        "nightly": now,
        "rows": sorted(rows, key=lambda row: row[0].lower()),
        "zone": settings.TIME_ZONE,
    }
    return render(request, "console/schedules/list.html", words, status=400 if form.errors else 200)
