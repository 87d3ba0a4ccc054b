"""All segments."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from partners.vocabulary import Subject
from people.guards import vendor_required
from people.roles import Viewer
from segments.console.vocabulary import MODELS, subjects_of
from segments.models import SUBJECTS, Membership, Segment

PAGE_SIZE = 50


@require_safe
@vendor_required
def segments(request: HttpRequest) -> HttpResponse:
    """The list, searched and filtered, each with its members within the viewer's scope."""
    words, subject, status = (request.GET.get(name, "").strip() for name in ("q", "subject", "status"))
    found = Segment.objects.visible_to(request.user).select_related("draft", "published")
    if words:
        found = found.search(words)
    if subject in MODELS:
        found = found.filter(subject=subject)
    if status in Segment.Status.values:
        found = found.filter(status=status)
    elif status == "invalid":
        found = found.exclude(invalid_reason="")
    else:
        found = found.exclude(status=Segment.Status.ARCHIVED)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    counts = member_counts(list(page.object_list), request.user)
    context = {
        "page": page,
        "rows": [{"segment": segment, "members": counts[segment.pk]} for segment in page.object_list],
        "q": words,
        "subject": subject,
        "status": status,
        "subjects": SUBJECTS,
        "statuses": [*Segment.Status.choices, ("invalid", "Invalid")],
        "is_filtered": bool(words or subject or status),
    }
    return render(request, "console/segments/list.html", context)


def member_counts(found: list[Segment], viewer: Viewer) -> dict[int, int]:
    """Members per segment as the viewer may count them: the stored count, or one query per subject for a scoped viewer."""
    if not viewer.regions:
        return {segment.pk: segment.member_count for segment in found}
    counts = dict.fromkeys((segment.pk for segment in found), 0)
    for subject in Subject:
        ids = [segment.pk for segment in found if segment.subject == subject]
        if ids:
            stays = Membership.objects.current().filter(
                segment__in=ids, subject_id__in=subjects_of(subject, viewer).values("pk")
            )
            counts.update(stays.values_list("segment").annotate(Count("pk")))
    return counts
