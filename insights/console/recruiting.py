"""Recruiting: what the best partners are like, and which prospects are like them."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from insights.console.showing import csv_file, in_words
from insights.recruiting import fitting
from insights.recruiting.models import FACT, IdealProfile, RecruitScore
from partners.models import Partner
from people.guards import editor_required, unlimited_editor_required, vendor_required
from segments import drafting
from segments.addresses import free_slug
from segments.rules import RuleInvalid

PAGE = 50
FITS = "0.6"
"""From this score on a prospect is in the segment that is made of the page."""
STRONGEST = 12
"""So many values are shown at once, the rest on request."""
NAME = "Prospects like our best"


@require_safe
@vendor_required
def prospects(request: HttpRequest) -> HttpResponseBase:
    """The profile, and the prospects the viewer may see, the best fit first, with what moves it."""
    rows = RecruitScore.objects.filter(partner__in=Partner.objects.visible_to(request.user))
    rows = rows.select_related("partner").order_by("-score", "partner_id")
    if request.GET.get("as") == "csv":
        lines = (
            [each.partner.external_id, each.partner.name, float(each.score), in_words(each.reasons)]
            for each in rows.iterator(chunk_size=2_000)
        )
        return csv_file("recruiting", ["External id", "Partner", "Fit", "What moves it most"], lines)
    profile = IdealProfile.objects.first()
    traits = sorted(profile.traits, key=lambda trait: -abs(trait["strength"])) if profile else []
    shown = STRONGEST if any(trait["strength"] for trait in traits) else 0
    words = {
        "place": "recruiting",
        "profile": profile,
        "strongest": sorted(traits[:shown], key=lambda trait: -trait["strength"]),
        "rest": traits[shown:],
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "fact": FACT[1],
        "fits": FITS,
    }
    return render(request, "console/insights/recruiting.html", words)


@require_POST
@unlimited_editor_required
def work_out(request: HttpRequest) -> HttpResponse:
    """Ask the workers for profile and scores anew."""
    fitting.send()
    messages.success(request, "It is being worked out. It takes a minute or so; come back then.")
    return redirect("console_recruiting")


@require_POST
@editor_required
def to_segment(request: HttpRequest) -> HttpResponse:
    """A draft segment of the prospects that fit, opened in the builder."""
    rules = [
        {"field": "lifecycle_stage", "operator": "=", "value": fitting.PROSPECT},
        {"field": FACT[0], "operator": ">=", "value": FITS},
    ]
    try:
        made = drafting.create_segment(
            slug=free_slug(NAME),
            name=NAME,
            subject="partner",
            rule={"combinator": "and", "not": False, "rules": rules},
            description="Prospects that are like the best quarter of our partners, by what is known of them.",
            author=str(request.user),
            owner=request.user,
            viewer=request.user,
            reason="From the ideal profile",
        )
    except RuleInvalid:
        messages.error(request, "No prospect is scored yet, so there is nothing to make a segment of.")
        return redirect("console_recruiting")
    messages.success(request, "Here they are as a draft. Change what you like, then publish it.")
    return redirect("console_segment_edit", made.slug)
