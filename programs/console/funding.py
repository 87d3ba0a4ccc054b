"""The console's requests for funds: the queue, and what is decided."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from people.guards import editor_required, vendor_required
from programs.balances import balance_of, budget_of
from programs.funding import asking
from programs.funding.granting import granted_of
from programs.models import FundRequest
from programs.taking import Refused

PAGE = 50
DONE = {"grant": "The request is approved.", "refuse": "The request is rejected.", "end": "The request is ended."}


class DecisionForm(forms.Form):
    """What is decided of a request."""

    action = forms.ChoiceField(choices=[(name, name) for name in DONE])
    amount = forms.DecimalField(required=False, max_digits=18, decimal_places=2)
    claim_by = forms.DateField(required=False)
    reason = forms.CharField(required=False, max_length=500)


@require_safe
@vendor_required
def fund_requests(request: HttpRequest) -> HttpResponse:
    """The queue: requests of the partners in the viewer's scope; those that wait longest first."""
    status = request.GET.get("status", FundRequest.Status.SUBMITTED)
    found = FundRequest.objects.visible_to(request.user).select_related("partner", "incentive__program")
    found = found.filter(status=status) if status in FundRequest.Status.values else found
    found = found.order_by("asked_at", "id") if status == FundRequest.Status.SUBMITTED else found
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    words = {"page": page, "status": status, "statuses": FundRequest.Status.choices}
    return render(request, "console/funds/list.html", words)


def _request(request: HttpRequest, pk: int) -> FundRequest:
    rows = FundRequest.objects.visible_to(request.user)
    found: FundRequest = get_object_or_404(
        rows.select_related("partner", "incentive__program", "asked_by", "decided_by"), pk=pk
    )
    return found


@require_safe
@vendor_required
def fund_request(request: HttpRequest, pk: int) -> HttpResponse:
    """One request with what its decision rests on."""
    found = _request(request, pk)
    today = timezone.localdate(timezone=timezone.get_default_timezone())
    words: dict[str, Any] = {
        "fund": found,
        "granted": granted_of(found),
        "claims": list(found.claims.all()),
        "balance": balance_of(found.incentive, found.partner),
        "budget": budget_of(found.incentive),
        "claim_by": max(found.ends_on, today) + asking.TO_CLAIM,
    }
    return render(request, "console/funds/request.html", words)


@require_POST
@editor_required
def decide_fund_request(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve, reject or end a request."""
    found = _request(request, pk)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose what to do with the request; give sums as 1250.00 and days as 2026-12-31.")
        return redirect("console_fund_request", pk)
    said = form.cleaned_data
    try:
        if said["action"] == "grant":
            asking.grant(
                request_id=found.pk,
                user=request.user,
                amount=said["amount"],
                claim_by=said["claim_by"],
                note=said["reason"],
            )
        elif said["action"] == "refuse":
            asking.refuse(request_id=found.pk, user=request.user, reason=said["reason"])
        else:
            asking.end(request_id=found.pk, user=request.user)
        messages.success(request, DONE[said["action"]])
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("console_fund_request", pk)
