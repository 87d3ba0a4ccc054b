"""Partners: the list, and one partner's page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from partners import facts
from partners.console.layout import PARTNER_GROUPS, PARTNER_STATS, grouped, stats
from partners.console.listing import Layout, list_words
from partners.models import Customer, Deal, Partner
from partners.profile import profile
from partners.vocabulary import Subject
from people.guards import vendor_required

LAYOUT = Layout(
    Subject.PARTNER,
    columns=["partner_type", "tier", "region", "country", "lifecycle_stage", "employees", "annual_revenue"],
    quick=["region", "partner_type", "tier", "lifecycle_stage"],
)
FEW = 8
"""How many customers, deals and events the page shows before it links to all of them."""


@require_safe
@vendor_required
def partners(request: HttpRequest) -> HttpResponse:
    """Every partner in the viewer's scope."""
    return render(request, "console/partners/list.html", list_words(request, LAYOUT))


@require_safe
@vendor_required
def partner(request: HttpRequest, external_id: str) -> HttpResponse:
    """One partner: what is known and who said so, customers, deals, people."""
    visible = Partner.objects.visible_to(request.user).select_related("parent", "channel_manager")
    found = get_object_or_404(visible, external_id=external_id)
    vocabulary = facts.vocabulary(Subject.PARTNER)
    said = profile(subject=Subject.PARTNER, record=found, vocabulary=vocabulary)
    words: dict[str, Any] = {
        "partner": found,
        "said": said,
        "groups": grouped(said, PARTNER_GROUPS, viewer=request.user, page=(Subject.PARTNER, external_id)),
        "stats": stats(said, PARTNER_STATS),
        "customers": Customer.objects.visible_to(request.user).filter(partners=found).order_by("name", "id")[:FEW],
        "deals": newest(Deal.objects.visible_to(request.user).filter(partner=found).select_related("customer")),
        "team": found.team.select_related("user__preference").order_by("user__email"),
    }
    return render(request, "console/partners/page.html", words)


def newest(deals: Any) -> Any:
    """The latest few deals."""
    return deals.order_by("-registered_on", "-id")[:FEW]
