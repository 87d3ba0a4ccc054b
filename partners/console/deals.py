"""Deals: the list."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from partners import facts
from partners.console.listing import listing
from partners.models import Deal
from partners.vocabulary import Subject
from people.guards import vendor_required

FILTERS = ["stage"]
SORTS = ["name", "amount", "stage", "registered_on", "closed_on", "product_line"]


@require_safe
@vendor_required
def deals(request: HttpRequest) -> HttpResponse:
    """Every deal of the partners in the viewer's scope, latest first."""
    vocabulary = facts.vocabulary(Subject.DEAL)
    rows = Deal.objects.visible_to(request.user).select_related("partner", "customer")
    found = listing(request, rows, vocabulary=vocabulary, filters=FILTERS, sorts=SORTS, sort="-registered_on")
    words = {"listing": found, "page": found.page, "sort": found.sort, "vocabulary": vocabulary}
    return render(request, "console/deals/list.html", words)
