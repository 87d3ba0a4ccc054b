"""Panels on other apps' pages: the segments of one partner or customer."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from partners.vocabulary import Subject
from people.guards import vendor_required
from segments.console.vocabulary import subjects_of
from segments.members import segments_of
from segments.models import Membership

HISTORY_SIZE = 20


@require_safe
@vendor_required
def partner(request: HttpRequest, external_id: str) -> HttpResponse:
    """The segments of a partner."""
    return _panel(request, Subject.PARTNER, external_id)


@require_safe
@vendor_required
def customer(request: HttpRequest, external_id: str) -> HttpResponse:
    """The segments of a customer."""
    return _panel(request, Subject.CUSTOMER, external_id)


def _panel(request: HttpRequest, subject: Subject, external_id: str) -> HttpResponse:
    record = get_object_or_404(subjects_of(subject, request.user), external_id=external_id)
    stays = Membership.objects.of(record.pk).filter(segment__subject=subject).select_related("segment")
    words = {
        "external_id": record.external_id,
        "current": segments_of(subject, record.pk),
        "history": stays.exclude(left_at=None).order_by("-left_at", "-pk")[:HISTORY_SIZE],
    }
    return render(request, "console/segments/parts/of_subject.html", words)
