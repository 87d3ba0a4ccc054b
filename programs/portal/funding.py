"""The portal's funds: asking for them before they are spent, and what became of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partners.models import Partner
from people.guards import partner_required
from programs.balances import balances
from programs.funding import asking
from programs.funding.granting import granted_of
from programs.models import FundRequest
from programs.portal.accounts import DOOR
from programs.taking import Refused


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class FundForm(forms.Form):
    """What a partner wants to do with the money."""

    title = forms.CharField(label="What it is", max_length=200, help_text="Such as: Breakfast for twenty customers.")
    plan = forms.CharField(
        label="What you do, for whom and where", max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )
    outcome = forms.CharField(
        label="What it shall bring",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Meetings, leads, revenue: what you will be able to show.",
    )
    amount = forms.DecimalField(max_digits=18, decimal_places=2, min_value=Decimal("0.01"))
    starts_on = forms.DateField(label="First day", widget=_day())
    ends_on = forms.DateField(label="Last day", widget=_day())


@require_http_methods(["GET", "HEAD", "POST"])
@partner_required
def ask(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for funds."""
    company = get_object_or_404(Partner.objects.visible_to(request.user))
    balance = next((each for each in balances(company.pk) if each.program.slug == slug and each.asks_first), None)
    if balance is None:
        raise Http404
    form = FundForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = asking.ask(
                incentive_id=balance.incentive.pk, user=request.user, plan=asking.Plan(**form.cleaned_data)
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Your request is in. Wait for the answer before you spend anything.")
            return redirect("portal_fund_request", made.pk)
    words = {"door": DOOR, "form": form, "balance": balance}
    return render(request, "portal/funds/ask.html", words, status=422 if form.errors else 200)


@require_safe
@partner_required
def fund_request(request: HttpRequest, pk: int) -> HttpResponse:
    """One request of the company: how it was decided, what is left to claim, its claims."""
    rows = FundRequest.objects.visible_to(request.user).select_related("incentive__program", "asked_by")
    found = get_object_or_404(rows, pk=pk)
    words: dict[str, Any] = {
        "door": DOOR,
        "fund": found,
        "granted": granted_of(found),
        "claims": list(found.claims.all()),
    }
    return render(request, "portal/funds/request.html", words)


@require_POST
@partner_required
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back one that nobody has decided on."""
    get_object_or_404(FundRequest.objects.visible_to(request.user), pk=pk)
    try:
        asking.withdraw(request_id=pk, user=request.user)
        messages.success(request, "Your request is withdrawn.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("portal_fund_request", pk)
