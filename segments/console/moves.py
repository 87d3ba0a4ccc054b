"""Who entered and left a segment, and why; and what differs between two days."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from partners.vocabulary import Subject
from people.guards import vendor_required
from people.roles import Viewer
from segments import members as reads
from segments.console.causes import causes_of
from segments.console.moments import Moment, moment_of
from segments.console.parts import is_part
from segments.console.segment import one
from segments.console.subjects import Names
from segments.models import Change, Segment
from segments.movements import named

LATEST = 10
PAGE_SIZE = 50
SAMPLE_SIZE = 50


@require_safe
@vendor_required
def changes(request: HttpRequest, slug: str) -> HttpResponse:
    """The page of who moved; for htmx the short list of who moved lately."""
    segment = one(request.user, slug)
    if is_part(request):
        return render(
            request, "console/segments/parts/changes.html", {"segment": segment, **latest(segment, request.user)}
        )
    kind = request.GET.get("kind", "")
    rows = Change.objects.visible_to(request.user).filter(segment=segment)
    if kind in Change.Kind.values:
        rows = rows.filter(kind=kind)
    page = Paginator(rows.select_related("segment", "recompute").order_by("-id"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    words = {
        "segment": segment,
        "tab": "changes",
        "page": page,
        "kind": kind,
        "kinds": Change.Kind.choices,
        "moves": told(segment, list(page), request.user),
        **between(request, segment),
    }
    return render(request, "console/segments/changes.html", words)


def latest(segment: Segment, viewer: Viewer, as_of: datetime | None = None) -> dict[str, Any]:
    """Who moved lately, or up to an instant, newest first, of those the viewer may see."""
    reach = LATEST * 10 if viewer.regions else LATEST
    found = Change.objects.filter(segment=segment)
    if as_of is not None:
        found = found.filter(at__lte=as_of)
    rows = found.select_related("segment", "recompute").order_by("-id")[:reach]
    return {"moves": told(segment, list(rows), viewer)[:LATEST]}


def told(segment: Segment, rows: list[Change], viewer: Viewer) -> list[dict[str, Any]]:
    """The changes with names and causes; those of records the viewer may not see are left out."""
    causes = causes_of(segment, rows, viewer)
    return [{"movement": movement, "cause": causes.get(movement.pk, "")} for movement in named(rows, viewer=viewer)]


def between(request: HttpRequest, segment: Segment) -> dict[str, Any]:
    """What differs between the ends of two days: `?from=&until=`; without `until`, the present."""
    start, end = moment_of(request, "from"), moment_of(request, "until")
    words: dict[str, Any] = {"start": start, "end": end, "problem": _problem(start, end)}
    if start.day is None or words["problem"]:
        return words
    then = reads.members(segment, request.user, start.as_of)
    now = reads.members(segment, request.user, end.as_of)
    before = reads.stays(segment, start.as_of).values("subject_id")
    after = reads.stays(segment, end.as_of).values("subject_id")
    return words | {
        "compared": {
            "before": then.count(),
            "after": now.count(),
            "entered": _side(segment, now.exclude(pk__in=before)),
            "left": _side(segment, then.exclude(pk__in=after)),
        }
    }


def _problem(start: Moment, end: Moment) -> str:
    if start.problem or end.problem:
        return start.problem or end.problem
    if end.day is not None and start.day is None:
        return "Say from which day."
    today = timezone.localdate(timezone=timezone.get_default_timezone())
    if start.day is not None and start.day > (end.day or today):
        return "The first day has to come before the second one."
    return ""


def _side(segment: Segment, records: QuerySet[Any]) -> dict[str, Any]:
    """How many, and the first of them by name, as `movers.html` shows them."""
    names, count = Names(Subject(segment.subject)), records.count()
    shown = [names.of(record) for record in records.order_by("name", "id")[:SAMPLE_SIZE]]
    return {
        "count": count,
        "words": f"{count:,}",
        "names": shown,
        "more": f"{count - len(shown):,}" if count > len(shown) else "",
    }
