"""Panels on other apps' pages: what counts on a segment, and what publishing its draft would offer and withdraw."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from people.guards import editor_required, vendor_required
from programs.console.rows import program_rows
from programs.effects import effects_of_members
from programs.models import Program
from segments import ledger, previewing
from segments.models import Segment
from segments.rules import RuleInvalid


@require_safe
@vendor_required
def segment_programs(request: HttpRequest, slug: str) -> HttpResponse:
    """The programmes, not archived, whose targeting names the segment."""
    segment = get_object_or_404(Segment.objects.visible_to(request.user), slug=slug)
    bound = Program.objects.visible_to(request.user).filter(targets__segment=segment).exclude(status="archived")
    found = list(bound.distinct().prefetch_related("targets__segment"))
    words = {"segment": segment, "rows": program_rows(found, request.user)}
    return render(request, "console/programs/segment_programs.html", words)


@require_safe
@editor_required
def segment_effects(request: HttpRequest, slug: str) -> HttpResponse:
    """What publishing the draft would offer and withdraw, of all partners: for whoever decides, not for a scope."""
    found = Segment.objects.visible_to(request.user).select_related("draft", "published")
    segment = get_object_or_404(found, slug=slug)
    words: dict[str, object] = {"segment": segment}
    try:
        difference = previewing.difference(segment, request.user, 0)
    except RuleInvalid as invalid:
        words["problem"] = invalid.errors[0].detail
    else:
        have = ledger.present_members([segment.pk])[segment.pk]
        members = (have - difference.leave.ids) | difference.enter.ids
        words["effects"] = effects_of_members(members={segment.slug: members})
    return render(request, "console/programs/segment_effects.html", words)
