"""All segments."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from people.guards import vendor_required
from segments.console.vocabulary import MODELS
from segments.members import member_counts
from segments.models import SUBJECTS, Segment
from segments.stages import STAGES

PAGE_SIZE = 50


@require_safe
@vendor_required
def segments(request: HttpRequest) -> HttpResponse:
    """The list, searched and filtered, each with its members within the viewer's scope."""
    words, subject, status, stage = (request.GET.get(name, "").strip() for name in ("q", "subject", "status", "stage"))
    found = Segment.objects.visible_to(request.user).select_related("draft", "published")
    if words:
        found = found.search(words)
    if subject in MODELS:
        found = found.filter(subject=subject)
    if stage in dict(STAGES):
        found = found.filter(stage=stage)
    if status in Segment.Status.values:
        found = found.filter(status=status)
    elif status == "invalid":
        found = found.exclude(invalid_reason="")
    else:
        found = found.exclude(status=Segment.Status.ARCHIVED)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    counts = member_counts(page.object_list, request.user)
    context = {
        "page": page,
        "rows": [{"segment": segment, "members": counts[segment.pk]} for segment in page.object_list],
        "q": words,
        "subject": subject,
        "status": status,
        "stage": stage,
        "stages": STAGES,
        "subjects": SUBJECTS,
        "statuses": [*Segment.Status.choices, ("invalid", "Invalid")],
        "is_filtered": bool(words or subject or status or stage),
    }
    return render(request, "console/segments/list.html", context)
