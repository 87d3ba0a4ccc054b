"""Panels on other apps' pages: what counts on a segment, what its draft would offer and withdraw, what a deal earns."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from partners.models import Deal
from people.guards import editor_required, vendor_required
from people.models import User
from programs.console.rows import program_rows
from programs.earnings import earnings_of
from programs.effects import effects_of_members
from programs.models import Offer, Program
from segments import ledger, previewing
from segments.console.moments import moment_of
from segments.models import Segment
from segments.rules import RuleInvalid


@require_safe
@vendor_required
def segment_programs(request: HttpRequest, slug: str) -> HttpResponse:
    """The programmes, not archived, whose targeting names the segment; with `?on=` those on offer through it that day."""
    segment = get_object_or_404(Segment.objects.visible_to(request.user), slug=slug)
    moment = moment_of(request)
    if moment.as_of is not None:
        then = {"segment": segment, "moment": moment, "then": offered_through(segment.slug, request.user, moment.as_of)}
        return render(request, "console/programs/segment_programs_then.html", then)
    bound = Program.objects.visible_to(request.user).filter(targets__segment=segment).exclude(status="archived")
    found = list(bound.distinct().prefetch_related("targets__segment"))
    rows, tallied_at = program_rows(found, request.user)
    words = {"segment": segment, "rows": rows, "tallied_at": tallied_at}
    return render(request, "console/programs/segment_programs.html", words)


def offered_through(slug: str, viewer: User, at: datetime) -> list[dict[str, Any]]:
    """The programmes that partners had on offer at an instant because of a segment, with how many had. One query."""
    because = Q(reason__any__contains=[slug]) | Q(reason__all__contains=[slug])
    out = (
        Offer.objects.visible_to(viewer)
        .filter(because, offered_at__lte=at)
        .filter(Q(withdrawn_at=None) | Q(withdrawn_at__gt=at))
    )
    names = ("program__slug", "program__name", "program__kind")
    return list(out.values(*names).annotate(count=Count("pk")).order_by("program__name"))


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
        words["problem"] = invalid.errors[0].words
    else:
        have = ledger.present_members([segment.pk])[segment.pk]
        members = (have - difference.leave.ids) | difference.enter.ids
        words["effects"] = effects_of_members(members={segment.slug: members})
    return render(request, "console/programs/segment_effects.html", words)


@require_safe
@vendor_required
def deal_earnings(request: HttpRequest, external_id: str) -> HttpResponse:
    """What a deal earned its partner, or would earn if it were won today: as the partner reads it in the portal."""
    deal = get_object_or_404(Deal.objects.visible_to(request.user), external_id=external_id)
    return render(request, "portal/deal_earnings.html", {"deal": deal, "rows": earnings_of(deal), "staff": True})
