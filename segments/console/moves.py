"""Who entered and left a segment, and why; and what differs between two days."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe
from pyroaring import BitMap64

from partners.reading import one_snapshot
from partners.vocabulary import Subject
from partners.walking import page_of
from people.guards import vendor_required
from people.roles import Viewer
from segments import members as reads
from segments.bitmaps import bitmap, ids_of
from segments.console.causes import causes_of
from segments.console.moments import Moment, moment_of
from segments.console.parts import is_part
from segments.console.segment import one
from segments.console.subjects import Names
from segments.members import MODELS
from segments.models import Change, Segment
from segments.movements import named
from segments.tally import lines_of

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
    rows = Change.objects.filter(segment=segment)
    if request.user.regions:  # of one kind of record, so asked of that one alone
        there = MODELS[segment.subject].objects.filter(region__in=request.user.regions)
        rows = rows.filter(subject_id__in=there.values("pk"))
    kind = kind if kind in Change.Kind.values else ""
    if kind:
        rows = rows.filter(kind=kind)
    paginator = Paginator(rows.select_related("segment", "recompute").order_by("-id"), PAGE_SIZE)
    with one_snapshot():
        paginator.count = lines_of(segment, request.user, kind)
        page = paginator.get_page(request.GET.get("page"))
        page.object_list = list(page.object_list)
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
    # By the index of the segment's own lines, whatever its share of the ledger: with "=" the order by id alone would do, and
    # the planner might look for them among everybody's newest lines.
    found = Change.objects.filter(segment_id__gte=segment.pk, segment_id__lte=segment.pk)
    if as_of is not None:
        found = found.filter(at__lte=as_of)
    rows = found.select_related("segment", "recompute").order_by("-segment_id", "-id")[:reach]
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
    with one_snapshot():
        before, after = (bitmap(reads.member_ids(segment, request.user, moment.as_of)) for moment in (start, end))
        return words | {
            "compared": {
                "before": len(before),
                "after": len(after),
                "entered": _side(segment, after - before, request.user),
                "left": _side(segment, before - after, request.user),
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


def _side(segment: Segment, ids: BitMap64, viewer: Viewer) -> dict[str, Any]:
    """How many, and the first of them by name, as `movers.html` shows them."""
    names, count = Names(Subject(segment.subject)), len(ids)
    first = page_of(MODELS[segment.subject].objects.all(), ids_of(ids), size=SAMPLE_SIZE)
    known = names.by_id(first, viewer)
    shown = [known[pk] for pk in first if pk in known]
    return {
        "count": count,
        "words": f"{count:,}",
        "names": shown,
        "more": f"{count - len(shown):,}" if count > len(shown) else "",
    }
