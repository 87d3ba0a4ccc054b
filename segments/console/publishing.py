"""Publishing with the difference first, archiving, restoring an old version."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_http_methods, require_POST

from partners.vocabulary import Subject
from people.guards import editor_required
from segments import drafting, previewing
from segments import publishing as verbs
from segments.console.answers import by_external_id
from segments.console.describing import sentence_of
from segments.console.segment import one
from segments.models import Segment
from segments.previewing import Difference, Side
from segments.publishing import LARGE_SHARE
from segments.rules import RuleInvalid

SAMPLE_SIZE = 10
EFFECTS_PAGE = "console_segment_effects"
"""The address of the panel, of an app above, that says what programmes would offer and withdraw."""


@require_http_methods(["GET", "POST"])
@editor_required
def publish(request: HttpRequest, slug: str) -> HttpResponse:
    """Who would enter and leave; then, on POST, publish exactly the version that was shown."""
    segment = one(request.user, slug)
    if segment.draft is None:
        return redirect("console_segment", slug)
    try:
        difference = previewing.difference(segment, request.user, SAMPLE_SIZE)
    except RuleInvalid as invalid:
        return _page(request, segment, {"refused": [error.words for error in invalid.errors]}, 409)
    words = _words(request, segment, difference)
    if request.method != "POST":
        return _page(request, segment, words, 200)
    if is_published(segment):
        return redirect("console_segment", slug)  # sent twice: it is done
    if request.POST.get("version") != str(segment.draft.number):
        return _page(request, segment, {**words, "stale": True}, 409)
    if words["is_large"] and "sure" not in request.POST:
        return _page(request, segment, {**words, "unsure": True}, 400)
    try:
        verbs.publish(segment=segment, author=str(request.user))
    except RuleInvalid as invalid:
        return _page(request, segment, {"refused": [error.words for error in invalid.errors]}, 409)
    messages.success(request, f"Version {segment.draft.number} is published. Members follow in a moment.")
    return redirect("console_segment", slug)


def is_published(segment: Segment) -> bool:
    """The newest version is the one that members follow."""
    return segment.published_id == segment.draft_id and segment.status == Segment.Status.ACTIVE


def _words(request: HttpRequest, segment: Segment, difference: Difference) -> dict[str, Any]:
    present = difference.stay + difference.leave.count
    moved = difference.enter.count + difference.leave.count
    return {
        "enter": _side(request, segment, difference.enter),
        "leave": _side(request, segment, difference.leave),
        "difference": difference,
        "before_count": intcomma(present),
        "after_count": intcomma(difference.total),
        "is_large": bool(present) and moved > LARGE_SHARE * present,
        "moved": intcomma(moved),
        "effects_url": _effects_url(segment),
    }


def _side(request: HttpRequest, segment: Segment, side: Side) -> dict[str, Any]:
    names = by_external_id(Subject(segment.subject), side.sample, request.user)
    more = side.count - len(names)
    return {"count": side.count, "words": intcomma(side.count), "names": names, "more": intcomma(more) if more else ""}


def _effects_url(segment: Segment) -> str:
    """The panel of the app above, where one answers."""
    try:
        return reverse(EFFECTS_PAGE, args=[segment.slug])
    except NoReverseMatch:
        return ""


def _page(request: HttpRequest, segment: Segment, words: dict[str, Any], status: int) -> HttpResponse:
    published = segment.published if segment.published_id != segment.draft_id else None
    everything = {
        "segment": segment,
        "sentence": sentence_of(segment, segment.draft),
        "before": sentence_of(segment, published),
        "is_published": is_published(segment),
        **words,
    }
    return render(request, "console/segments/publish.html", everything, status=status)


@require_POST
@editor_required
def archive(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a segment out of service; refused, with the reason, while others refer to it."""
    segment = one(request.user, slug)
    if segment.status != Segment.Status.ARCHIVED:
        try:
            verbs.archive(segment=segment, author=str(request.user))
        except verbs.SegmentInUse as used:
            messages.error(request, str(used))
        else:
            messages.success(request, f"{segment.name} is archived; its members have left.")
    return redirect("console_segment", slug)


@require_POST
@editor_required
def restore(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """An old version's rule as the newest version; members follow once it is published."""
    segment = one(request.user, slug)
    version = get_object_or_404(segment.versions, number=number)
    try:
        made = drafting.change_rule(
            segment=segment,
            rule=version.rule,
            zone=version.zone,
            author=str(request.user),
            reason=f"Restored version {number}",
            viewer=request.user,
        )
    except RuleInvalid as invalid:
        messages.error(request, f"Version {number} cannot be restored: {invalid.errors[0].words}")
        return redirect("console_segment", slug)
    messages.success(
        request, f"Version {number} is back as version {made.number}. Look at the difference, then publish."
    )
    return redirect("console_segment_publish", slug)
