"""The members behind one month's figures."""

from __future__ import annotations

from dataclasses import astuple
from datetime import date

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from insights import reading
from insights.console.showing import csv_file
from insights.contributors import contributors, every_contributor
from insights.periods import KEPT, month_of
from people.guards import vendor_required
from segments.console.segment import one

PAGE = 50
HEADS = (
    "External id", "Name", "Region", "Deleted", "Deals registered", "Deals won", "Deals lost", "Won revenue",
    "Courses completed", "Active", "Incentive cost",
)  # fmt: skip


@require_safe
@vendor_required
def members_of_month(request: HttpRequest, slug: str, month: str) -> HttpResponseBase:
    """Who was in the segment in a month (2026-10), and what each brought."""
    segment = one(request.user, slug)
    today = timezone.localdate(timezone=timezone.get_default_timezone())
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        raise Http404 from None
    if not month_of(today, KEPT - 1) <= first <= today:
        raise Http404
    if request.GET.get("as") == "csv":
        return csv_file(f"{segment.slug}-{month}", HEADS, map(astuple, every_contributor(segment, request.user, first)))
    number = int(request.GET["page"]) if request.GET.get("page", "").isdecimal() else 1
    number = min(max(number, 1), 100_000)
    found, count = contributors(segment, request.user, first, limit=PAGE, offset=(number - 1) * PAGE)
    words = {
        "segment": segment,
        "tab": "performance",
        "month": first,
        "earlier": month_of(first, 1) if first > month_of(today, KEPT - 1) else None,
        "later": month_of(first, -1) if month_of(first, -1) <= today else None,
        "rows": found,
        "count": count,
        "sums": reading.by_month(segment, segment.subject, request.user, [first]).get(first),
        "number": number,
        "more": number * PAGE < count,
    }
    return render(request, "console/insights/members.html", words)
