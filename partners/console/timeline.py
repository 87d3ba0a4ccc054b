"""The timeline of a record, a card that its page fetches; with more behind it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from partners.instants import in_utc
from partners.models import Customer, Partner
from partners.timeline import Place, timeline
from partners.vocabulary import Subject
from people.guards import vendor_required


@require_safe
@vendor_required
def partner(request: HttpRequest, external_id: str) -> HttpResponse:
    """A partner's."""
    found = get_object_or_404(Partner.objects.visible_to(request.user), external_id=external_id)
    return _timeline(request, Subject.PARTNER, found)


@require_safe
@vendor_required
def customer(request: HttpRequest, external_id: str) -> HttpResponse:
    """A customer's."""
    found = get_object_or_404(Customer.objects.visible_to(request.user), external_id=external_id)
    return _timeline(request, Subject.CUSTOMER, found)


def _timeline(request: HttpRequest, subject: Subject, record: Any) -> HttpResponse:
    place = place_of(request.GET.get("behind", ""))
    events, more = timeline(subject=subject, record=record, viewer=request.user, place=place)
    words = {"events": events, "is_first": place is None, "url": request.path, "more": word_of(more) if more else ""}
    return render(request, "console/records/timeline.html", words)


def word_of(place: Place) -> str:
    """A place as an address writes it."""
    return f"{place.at.isoformat()}|{place.source}|{place.pk}"


def place_of(word: str) -> Place | None:
    """The place that a word of an address says; None when it says none."""
    try:
        at, source, pk = word.replace("\x00", "").split("|")
        instant = datetime.fromisoformat(at)
        return Place(in_utc(instant), source, int(pk[:18])) if instant.tzinfo else None
    except ValueError:
        return None
