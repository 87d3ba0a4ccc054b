"""The portal's customers: whom the company serves, by segment, and how to sell to each."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from partners.models import Customer, Deal, Partner
from people.guards import partner_required
from programs import taking
from programs.markdown import to_html
from programs.models import Program
from programs.plays import customers_by_segment, play_for, shown_items, standings
from programs.portal.pieces import item_or_404, item_page, send_content
from segments.members import current_member_ids

PAGE = 30
DEALS = 20


@require_safe
@partner_required
def customers(request: HttpRequest) -> HttpResponse:
    """The company's customers, all or those of one segment, each with its plays."""
    groups = customers_by_segment(request.user)
    chosen = next((segment for segment, _ in groups if segment.slug == request.GET.get("segment", "")), None)
    found = Customer.objects.visible_to(request.user).search_few(request.GET.get("q", "")).order_by("name", "pk")
    if chosen is None:
        page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    else:
        members = current_member_ids(chosen)
        ids = [pk for pk in found.values_list("pk", flat=True) if pk in members]
        page = Paginator(ids, PAGE).get_page(request.GET.get("page"))
        known = Customer.objects.in_bulk(list(page))
        page.object_list = [known[pk] for pk in page if pk in known]
    about = standings(request.user, [customer.pk for customer in page])
    context = {
        "page": page,
        "rows": [(customer, about[customer.pk]) for customer in page],
        "segments": [(segment.slug, f"{segment.name} ({count})") for segment, count in groups],
        "chosen": chosen,
        "words": request.GET.get("q", ""),
    }
    return render(request, "portal/customers.html", context)


def _customer(request: HttpRequest, external_id: str) -> Customer:
    return get_object_or_404(Customer.objects.visible_to(request.user), external_id=external_id)


@require_safe
@partner_required
def customer(request: HttpRequest, external_id: str) -> HttpResponse:
    """One customer: its segments, the plays for it, and the company's deals with it."""
    found = _customer(request, external_id)
    deals = Deal.objects.visible_to(request.user).filter(customer=found).order_by("-registered_on", "-pk")[:DEALS]
    about = standings(request.user, [found.pk])[found.pk]
    return render(request, "portal/customer.html", {"customer": found, "about": about, "deals": deals})


def _play(request: HttpRequest, served: Customer, slug: str) -> tuple[Program, int]:
    """The play for that customer, and the company's id."""
    found = play_for(request.user, served, slug)
    company = Partner.objects.visible_to(request.user).first()
    if found is None or company is None:
        raise Http404
    return found, company.pk


@require_safe
@partner_required
def play(request: HttpRequest, external_id: str, slug: str) -> HttpResponse:
    """How to sell to this customer; reading it is counted."""
    served = _customer(request, external_id)
    found, company = _play(request, served, slug)
    taking.note_seen(partner_id=company, user=request.user, content=found.content)
    context = {
        "customer": served,
        "program": found,
        "content": found.content,
        "body": to_html(found.content.body),
        "items": shown_items(found.content),
        "file_url": f"{request.path}file/",
    }
    return render(request, "portal/play.html", context)


@require_safe
@never_cache
@partner_required
def play_file(request: HttpRequest, external_id: str, slug: str) -> HttpResponseBase:
    """Its file."""
    found, company = _play(request, _customer(request, external_id), slug)
    return send_content(request, found.content, partner_id=company)


@require_safe
@partner_required
def play_item(request: HttpRequest, external_id: str, slug: str, item: int) -> HttpResponse:
    """One resource of the play."""
    found, company = _play(request, _customer(request, external_id), slug)
    up = reverse("portal_play", args=[external_id, slug])
    return item_page(
        request, item_or_404(found.content, item), partner_id=company, up=up, kit=found, door="portal_customers"
    )


@require_safe
@never_cache
@partner_required
def play_item_file(request: HttpRequest, external_id: str, slug: str, item: int) -> HttpResponseBase:
    """Its file."""
    found, company = _play(request, _customer(request, external_id), slug)
    return send_content(request, item_or_404(found.content, item), partner_id=company)


@require_safe
@partner_required
def deal_plays(request: HttpRequest, pk: int) -> HttpResponse:
    """A part for a deal's page: the plays for its customer."""
    deal = get_object_or_404(Deal.objects.visible_to(request.user).select_related("customer"), pk=pk)
    seen = Customer.objects.visible_to(request.user).filter(pk=deal.customer_id).first()
    plays = standings(request.user, [seen.pk])[seen.pk].plays if seen else []
    return render(request, "portal/deal_plays.html", {"customer": seen, "plays": plays})
