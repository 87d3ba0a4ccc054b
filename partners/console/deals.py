"""Deals: the list, and one deal's page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from partners import facts
from partners.console.layout import DEAL_GROUPS, grouped
from partners.console.listing import Layout, list_words
from partners.models import Deal
from partners.profile import profile
from partners.vocabulary import Subject
from people.guards import vendor_required

LAYOUT = Layout(
    Subject.DEAL,
    columns=["partner", "customer", "stage", "product_line", "amount", "currency", "registered_on", "closed_on"],
    quick=["stage"],
    sort="-registered_on",
)


@require_safe
@vendor_required
def deals(request: HttpRequest) -> HttpResponse:
    """Every deal of the partners in the viewer's scope, latest first."""
    return render(request, "console/deals/list.html", list_words(request, LAYOUT))


@require_safe
@vendor_required
def deal(request: HttpRequest, external_id: str) -> HttpResponse:
    """One deal: what is known and who said so."""
    visible = Deal.objects.visible_to(request.user).select_related("partner", "customer")
    found = get_object_or_404(visible, external_id=external_id)
    said = profile(subject=Subject.DEAL, record=found, vocabulary=facts.vocabulary(Subject.DEAL))
    words = {
        "deal": found,
        "said": said,
        "groups": grouped(said, DEAL_GROUPS, viewer=request.user, page=(Subject.DEAL, external_id)),
    }
    return render(request, "console/deals/page.html", words)
