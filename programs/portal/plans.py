"""The portal's joint plans: admins write and agree, everybody of the company reads and comments."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partners.models import Partner
from people.guards import partner_required
from programs.certifying import today
from programs.plans import pages
from programs.plans.models import Plan
from programs.plans.pages import PORTAL


@require_safe
@partner_required
def plan_list(request: HttpRequest) -> HttpResponse:
    """The company's plans, the latest first."""
    plans = [
        {"plan": plan, "is_overdue": plan.review_is_overdue(today())} for plan in Plan.objects.visible_to(request.user)
    ]
    return PORTAL.page(request, "portal_list", plans=plans)


@require_http_methods(["GET", "HEAD", "POST"])
@partner_required
def new_plan(request: HttpRequest) -> HttpResponse:
    """Write a plan."""
    return pages.write(PORTAL, request, get_object_or_404(Partner.objects.visible_to(request.user)))


@require_safe
@partner_required
def plan_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One plan."""
    return pages.show(PORTAL, request, pk)


@require_http_methods(["GET", "HEAD", "POST"])
@partner_required
def edit_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Its words and days."""
    return pages.edit(PORTAL, request, pk)


@require_http_methods(["GET", "HEAD", "POST"])
@partner_required
def plan_goal(request: HttpRequest, pk: int, goal: int | None = None) -> HttpResponse:
    """One goal."""
    return pages.goal(PORTAL, request, pk, goal)


@require_POST
@partner_required
def plan_progress(request: HttpRequest, pk: int, goal: int) -> HttpResponse:
    """How far a goal in words is."""
    return pages.progress(PORTAL, request, pk, goal)


@require_POST
@partner_required
def plan_comment(request: HttpRequest, pk: int) -> HttpResponse:
    """A comment."""
    return pages.comment(PORTAL, request, pk)


@require_POST
@partner_required
def plan_review(request: HttpRequest, pk: int) -> HttpResponse:
    """A review."""
    return pages.review(PORTAL, request, pk)


@require_POST
@partner_required
def plan_agree(request: HttpRequest, pk: int) -> HttpResponse:
    """The partner's word."""
    return pages.agree(PORTAL, request, pk)
