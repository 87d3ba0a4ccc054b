"""The portal: what is on offer to the signed-in person's company, and taking it up."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from partners.models import Partner
from people.guards import partner_required
from programs import taking
from programs.certifying import today
from programs.markdown import to_html
from programs.models import Offer, Program
from programs.plays import shown_items
from programs.portal.accounts import standing
from programs.portal.agenda import next_steps
from programs.portal.pieces import send_content
from programs.portal.progress import course_context
from programs.portal.shelf import card_of, cards
from programs.portal.summary import figures
from programs.portal.why import reasons_of
from programs.voices.seeing import note_seen
from segments.models import Membership

SHELVES = {
    Program.Kind.CONTENT: ("Resources", "portal_resources"),
    Program.Kind.COURSE: ("Training", "portal_training"),
    Program.Kind.INCENTIVE: ("Incentives", "portal_incentives"),
}
ON_HOME = 6
"""Cards of each kind on the home page; the rest is one link away."""


def own_offer(request: HttpRequest, pk: int, *, kind: str = "") -> Offer:
    """The company's own offer; anybody else's, and one that was withdrawn, is not found."""
    offers = Offer.objects.visible_to(request.user).on().unexpired(today())
    offers = offers.select_related("program", "program__content")
    offers = offers.select_related("program__course", "program__incentive")
    return get_object_or_404(offers.filter(program__kind=kind) if kind else offers, pk=pk)


@require_safe
@partner_required
def home(request: HttpRequest) -> HttpResponse:
    """What to do next, and everything on offer by kind."""
    shelf = cards(request.user)
    groups = []
    for kind, (title, name) in SHELVES.items():
        of_kind = [card for card in shelf if card.program.kind == kind]
        groups.append({"title": title, "url": name, "cards": of_kind[:ON_HOME], "more": len(of_kind) - ON_HOME})
    company = Partner.objects.visible_to(request.user).first()
    steps = next_steps(request.user, shelf, company.pk if company else None)
    context = {"company": company, "groups": groups, "steps": steps, "has_offers": bool(shelf)}
    context["figures"] = figures(request.user, company.pk) if company else []
    return render(request, "portal/home.html", context)


@require_safe
@partner_required
def shelf(request: HttpRequest, kind: str) -> HttpResponse:
    """Everything of one kind."""
    title, _ = SHELVES[Program.Kind(kind)]
    return render(request, "portal/shelf.html", {"title": title, "kind": kind, "cards": cards(request.user, kind=kind)})


@require_safe
@partner_required
def offer(request: HttpRequest, pk: int) -> HttpResponse:
    """One offer. Seeing it marks it opened, once."""
    found = own_offer(request, pk)
    taking.open_offer(offer=found, user=request.user)
    title, name = SHELVES[Program.Kind(found.program.kind)]
    context: dict[str, Any] = {"card": card_of(request.user, found), "offer": found, "shelf": title, "door": name}
    if found.program.kind == Program.Kind.CONTENT:
        context |= {"body": to_html(found.program.content.body), "items": shown_items(found.program.content)}
    elif found.program.kind == Program.Kind.COURSE:
        context |= course_context(request.user, context["card"])
    elif found.program.kind == Program.Kind.INCENTIVE:
        context["terms"] = to_html(found.program.incentive.terms)
        context |= standing(found)
    return render(request, f"portal/{found.program.kind}.html", context)


@require_safe
@never_cache
@partner_required
def offer_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file of a content on offer, as a download: never shown in place, so nothing in it can run here."""
    found = own_offer(request, pk, kind=Program.Kind.CONTENT)
    return send_content(request, found.program.content, partner_id=found.partner_id)


@require_POST
@partner_required
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin a course, or register interest in an incentive."""
    found = own_offer(request, pk)
    try:
        taking.start_offer(offer_id=pk, user=request.user)
    except taking.Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("portal_offer", pk)
    if found.program.kind == Program.Kind.COURSE and found.program.course.lessons:
        return redirect("portal_lesson", pk, 1)
    messages.success(request, "Thank you. We have noted your company's interest.")
    return redirect("portal_offer", pk)


@require_safe
@partner_required
def segments(request: HttpRequest) -> HttpResponse:
    """The segments the company is in, of those that partners may see, and what each brings."""
    company = Partner.objects.visible_to(request.user).first()
    stays = Membership.objects.current().filter(
        subject_id=company.pk if company else 0,
        segment__subject="partner",
        segment__partner_visible=True,
        segment__status="active",
    )
    brings: dict[str, list[Any]] = {}
    for card in cards(request.user):
        for slug in [*card.offer.reason.get("any", []), *card.offer.reason.get("all", [])]:
            brings.setdefault(slug, []).append(card)
    found = list(stays.select_related("segment__published").order_by("segment__name"))
    if company is not None:
        note_seen(partner=company, segments=[stay.segment for stay in found])
    why = reasons_of([stay.segment for stay in found])
    rows = [
        {
            "segment": stay.segment,
            "since": stay.entered_at,
            "why": why.get(stay.segment.slug, ""),
            "cards": brings.get(stay.segment.slug, []),
        }
        for stay in found
    ]
    return render(request, "portal/segments.html", {"company": company, "rows": rows})
