"""What runs by the clock, and the hour of the nightly recompute."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods
from django_celery_beat.models import PeriodicTask

from people.guards import administrator_required
from people.meanwhile import MeanwhileMixin
from prm.scheduling import nightly, set_nightly


class NightlyForm(MeanwhileMixin, forms.Form):
    """A time of day."""

    at = forms.TimeField(
        label="Begins at",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="Local time of the organisation. Choose an hour at which nobody works and imports are done.",
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
    words = {"form": form, "nightly": now, "entries": entries, "zone": settings.TIME_ZONE}
    return render(request, "console/schedules/list.html", words, status=400 if form.errors else 200)
