"""A part for a deal's page: what it earned, or would."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from partners.models import Deal
from people.guards import partner_required
from programs.earnings import earnings_of


@require_safe
@partner_required
def deal_earnings(request: HttpRequest, pk: int) -> HttpResponse:
    """What the company's own deal earned, or would earn if it were won today."""
    deal = get_object_or_404(Deal.objects.visible_to(request.user), pk=pk)
    return render(request, "portal/deal_earnings.html", {"deal": deal, "rows": earnings_of(deal)})
