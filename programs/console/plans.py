"""The console's joint plans: of all partners in scope, with whose word is missing and which review is overdue."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partners.models import Partner
from people.guards import editor_required, vendor_required
from programs.certifying import today
from programs.plans import pages
from programs.plans.models import Plan
from programs.plans.pages import CONSOLE

PAGE = 50
TABS = {"": "Open", "agreed": "Agreed", "closed": "Closed"}


@require_safe
@vendor_required
def plan_list(request: HttpRequest) -> HttpResponse:
    """Plans by state, those whose review is due first."""
    state = request.GET.get("state", "")
    found = Plan.objects.visible_to(request.user).in_state(state or "open").select_related("partner")
    words = request.GET.get("search", "").strip()
    if words:
        found = found.filter(Q(title__icontains=words) | Q(partner__name__icontains=words))
    page = Paginator(found.order_by("next_review_on", "-starts_on", "id"), PAGE).get_page(request.GET.get("page"))
    rows = [{"plan": plan, "is_overdue": plan.review_is_overdue(today())} for plan in page]
    return CONSOLE.page(request, "console_list", page=page, rows=rows, state=state, tabs=TABS.items(), words=words)


@require_safe
@vendor_required
def partner_plans(request: HttpRequest, external_id: str) -> HttpResponse:
    """A part of the partner's page: their plans."""
    partner = get_object_or_404(Partner.objects.visible_to(request.user), external_id=external_id)
    plans = partner.plans.filter(closed_at=None)
    return render(request, "plans/partner_plans.html", {"partner": partner, "plans": plans})


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
def new_plan(request: HttpRequest, external_id: str) -> HttpResponse:
    """Write a plan for a partner."""
    partner = get_object_or_404(Partner.objects.visible_to(request.user), external_id=external_id)
    return pages.write(CONSOLE, request, partner)


@require_safe
@vendor_required
def plan_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One plan."""
    return pages.show(CONSOLE, request, pk)


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
def edit_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Its words and days."""
    return pages.edit(CONSOLE, request, pk)


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
def plan_goal(request: HttpRequest, pk: int, goal: int | None = None) -> HttpResponse:
    """One goal."""
    return pages.goal(CONSOLE, request, pk, goal)


@require_POST
@editor_required
def plan_progress(request: HttpRequest, pk: int, goal: int) -> HttpResponse:
    """How far a goal in words is."""
    return pages.progress(CONSOLE, request, pk, goal)


@require_POST
@editor_required
def plan_comment(request: HttpRequest, pk: int) -> HttpResponse:
    """A comment."""
    return pages.comment(CONSOLE, request, pk)


@require_POST
@editor_required
def plan_review(request: HttpRequest, pk: int) -> HttpResponse:
    """A review."""
    return pages.review(CONSOLE, request, pk)


@require_POST
@editor_required
def plan_agree(request: HttpRequest, pk: int) -> HttpResponse:
    """The vendor's word."""
    return pages.agree(CONSOLE, request, pk)


@require_POST
@editor_required
def close_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Lay it aside."""
    return pages.close(CONSOLE, request, pk)
