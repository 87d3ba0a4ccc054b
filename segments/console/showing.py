"""One segment: what it is, who is in it, who moved."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from partners.vocabulary import Subject
from people.guards import vendor_required
from people.roles import Viewer
from segments import members as reads
from segments.console.describing import sentence_of
from segments.console.runs import newest_run
from segments.console.subjects import Names
from segments.models import Change, Membership, Segment
from segments.movements import named

MEMBERS_SIZE = 25
CHANGES_SIZE = 10


def one(viewer: Viewer, slug: str) -> Segment:
    """The segment of an address, or 404."""
    found = Segment.objects.visible_to(viewer).select_related("draft", "published", "owner")
    segment: Segment = get_object_or_404(found, slug=slug)
    return segment


@require_safe
@vendor_required
def segment(request: HttpRequest, slug: str) -> HttpResponse:
    """The page of a segment."""
    found = one(request.user, slug)
    words = {
        "segment": found,
        "sentence": sentence_of(found, found.published or found.draft),
        "draft_sentence": sentence_of(found, found.draft) if found.draft_id != found.published_id else "",
        "page_total": reads.count(found, request.user) if request.user.regions else found.member_count,
        "versions": found.versions.all()[:50],
        "run": newest_run(found),
        **members_of(request, found),
        **changes_of(request, found),
    }
    return render(request, "console/segments/page.html", words)


@require_safe
@vendor_required
def members(request: HttpRequest, slug: str) -> HttpResponse:
    """The part with the members: searched, paged."""
    found = one(request.user, slug)
    return render(request, "console/segments/parts/members.html", {"segment": found, **members_of(request, found)})


@require_safe
@vendor_required
def changes(request: HttpRequest, slug: str) -> HttpResponse:
    """The part with who entered and left lately."""
    found = one(request.user, slug)
    return render(request, "console/segments/parts/changes.html", {"segment": found, **changes_of(request, found)})


def members_of(request: HttpRequest, segment: Segment) -> dict[str, Any]:
    """A page of members with the day each came in."""
    words = request.GET.get("q", "").strip()
    found: Any = reads.members(segment, request.user)
    if words:
        found = found.search(words)
    page = Paginator(found.order_by("name", "id"), MEMBERS_SIZE).get_page(request.GET.get("page"))
    names = Names(Subject(segment.subject))
    records = list(page.object_list)
    stays = Membership.objects.current().filter(segment=segment, subject_id__in=[record.pk for record in records])
    since = dict(stays.values_list("subject_id", "entered_at"))
    return {
        "page": page,
        "q": words,
        "columns": names.columns,
        "rows": [{"member": names.of(record), "since": since.get(record.pk)} for record in records],
    }


def changes_of(request: HttpRequest, segment: Segment) -> dict[str, Any]:
    """Who entered and left lately, newest first, of those the viewer may see."""
    reach = CHANGES_SIZE * 10 if request.user.regions else CHANGES_SIZE
    newest = Change.objects.filter(segment=segment).select_related("segment").order_by("-id")[:reach]
    return {"movements": named(newest, viewer=request.user)[:CHANGES_SIZE]}
