"""Customers: the list, and one customer's page."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from partners import facts
from partners.console.layout import CUSTOMER_GROUPS, CUSTOMER_STATS, grouped, stats
from partners.console.listing import Layout, list_words
from partners.console.partners import newest
from partners.models import Customer, Deal, Partner
from partners.profile import profile
from partners.vocabulary import Subject
from people.guards import vendor_required

LAYOUT = Layout(
    Subject.CUSTOMER,
    columns=["industry", "region", "country", "lifecycle_stage", "adoption_level", "employees", "annual_revenue"],
    quick=["region", "industry", "adoption_level", "lifecycle_stage"],
)


@require_safe
@vendor_required
def customers(request: HttpRequest) -> HttpResponse:
    """Every customer in the viewer's scope."""
    return render(request, "console/customers/list.html", list_words(request, LAYOUT))


@require_safe
@vendor_required
def customer(request: HttpRequest, external_id: str) -> HttpResponse:
    """One customer: what is known and who said so, the partners that serve it, its deals."""
    served_by = Partner.objects.visible_to(request.user).order_by("name", "id")
    visible = Customer.objects.visible_to(request.user).prefetch_related(Prefetch("partners", served_by))
    found = get_object_or_404(visible, external_id=external_id)
    vocabulary = facts.vocabulary(Subject.CUSTOMER)
    said = profile(subject=Subject.CUSTOMER, record=found, vocabulary=vocabulary)
    words: dict[str, Any] = {
        "customer": found,
        "said": said,
        "groups": grouped(said, CUSTOMER_GROUPS, viewer=request.user, page=(Subject.CUSTOMER, external_id)),
        "stats": stats(said, CUSTOMER_STATS),
        "partners": found.partners.all(),
        "deals": newest(Deal.objects.visible_to(request.user).filter(customer=found).select_related("partner")),
    }
    return render(request, "console/customers/page.html", words)
