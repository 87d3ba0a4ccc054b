"""One segment: what it is, how large it was over time, who moved lately, what depends on it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from people.guards import vendor_required
from segments import members as reads
from segments.console.chart import chart
from segments.console.describing import sentence_of
from segments.console.moments import moment_of
from segments.console.moves import latest
from segments.console.profile import profile_of
from segments.console.runs import newest_run
from segments.console.segment import one
from segments.console.versions import difference_of
from segments.past import referring_at, segment_at
from segments.profiling import FIELDS
from segments.rulebook import segments_referring_to
from segments.trend import trend

PERIODS = [(30, "30 days"), (90, "90 days"), (365, "A year"), (1825, "Five years")]
PROGRAMS_PAGE = "console_segment_programs"
"""The address of the panel, of an app above, that says which programmes count on a segment."""
COMMENTS = 50


@require_safe
@vendor_required
def segment(request: HttpRequest, slug: str) -> HttpResponse:
    """The page of a segment."""
    found = one(request.user, slug)
    moment, profile = moment_of(request), profile_of(found)
    live = (
        reads.count(found, request.user, moment.as_of) if request.user.regions or moment.as_of else found.member_count
    )
    past = segment_at(found, profile, moment.as_of) if moment.as_of else None
    if past is not None:
        found, profile = past.segment, past.profile
    comments = found.comments.select_related("version").order_by("-id")
    words = {
        "segment": found,
        "tab": "overview",
        "moment": moment,
        "past": past,
        "sentence": sentence_of(found, found.published or found.draft),
        "page_total": live,
        "profile": profile,
        "told": [(profile._meta.get_field(name).verbose_name, getattr(profile, name)) for name in FIELDS[3:]],
        "programs_url": programs_url(found.slug),
        **latest(found, request.user, moment.as_of),
    }
    if moment.as_of is not None:
        comments = comments.filter(created_at__lte=moment.as_of)
        words["dependents"] = referring_at(found.slug, moment.as_of)
    else:
        words |= {
            "draft_sentence": sentence_of(found, found.draft) if found.draft_id != found.published_id else "",
            "draft_lines": difference_of(found, found.published, found.draft),
            "run": newest_run(found),
            "dependents": segments_referring_to(found.slug),
        }
    words["comments"] = list(comments[:COMMENTS])[::-1]
    return render(request, "console/segments/page.html", words)


def programs_url(slug: str) -> str:
    """The panel of the app above, where one answers."""
    try:
        return reverse(PROGRAMS_PAGE, args=[slug])
    except NoReverseMatch:
        return ""


@require_safe
@vendor_required
def trend_part(request: HttpRequest, slug: str) -> HttpResponse:
    """The part with the members over time: `?days=`, up to `?on=`."""
    found = one(request.user, slug)
    asked = request.GET.get("days", "")
    days = int(asked) if asked in {str(days) for days, _ in PERIODS} else 90
    moment = moment_of(request)
    day = moment.day if moment.as_of else None
    points = trend(found, request.user, days=days, today=day)
    words = {
        "segment": found,
        "periods": PERIODS,
        "day": day,
        "days": days,
        "points": points,
        "chart": chart([point.day for point in points], [point.members for point in points]),
        "moved": [point for point in reversed(points) if point.entered or point.left],
    }
    return render(request, "console/segments/parts/trend.html", words)
