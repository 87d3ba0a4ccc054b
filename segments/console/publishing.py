"""Publishing with the difference first, archiving, restoring an old version."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from people.guards import editor_required
from segments import drafting, previewing
from segments import publishing as verbs
from segments.console.describing import sentence_of
from segments.console.showing import one
from segments.models import Segment
from segments.rules import RuleInvalid

LARGE_SHARE = 0.2
"""When more than this share of the members would move, publishing asks again."""


@require_http_methods(["GET", "POST"])
@editor_required
def publish(request: HttpRequest, slug: str) -> HttpResponse:
    """Who would enter and leave; then, on POST, publish exactly the version that was shown."""
    segment = one(request.user, slug)
    if segment.draft is None or segment.status == Segment.Status.ARCHIVED:
        return redirect("console_segment", slug)
    if request.method == "POST":
        return _publish(request, segment)
    return _difference(request, segment)
