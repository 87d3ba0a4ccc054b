"""The portal's deals: the company's own, and registering a new one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from partners.models import Customer, Deal, Registration
from partners.registering import Refused, Wish, conflicts, submit
from partners.vocabulary import DEAL_STAGES
from people.guards import partner_required

PAGE = 25
FEW = 10


class RegistrationForm(forms.Form):
    """A deal as the partner describes it."""

    customer_name = forms.CharField(label="Customer", max_length=300, help_text="The company's full name.")
    product_line = forms.CharField(label="Product", max_length=200, help_text="What they want to buy.")
    name = forms.CharField(label="What it is about", max_length=300, required=False)
    amount = forms.DecimalField(
        label="Expected amount", max_digits=18, decimal_places=2, min_value=Decimal(0), required=False
    )
    currency = forms.RegexField(
        r"^\s*[A-Za-z]{3}\s*$",
        initial="EUR",
        error_messages={"invalid": "Give the three-letter code of the currency, such as EUR."},
    )
    expected_on = forms.DateField(
        label="Expected close", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    note = forms.CharField(
        label="Anything else", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def wish(self) -> Wish:
        """As entered; call it on a valid form."""
        data = dict(self.cleaned_data)
        return Wish(**data | {"currency": data["currency"].strip().upper()})


@require_safe
@partner_required
def deals(request: HttpRequest) -> HttpResponse:
    """The company's deals, latest first, and its registrations that are waiting or were turned down."""
    stage = request.GET.get("stage", "")
    words = request.GET.get("q", "")
    found = Deal.objects.visible_to(request.user).search_few(words).select_related("customer", "registration")
    stages = [(choice.value, choice.label) for choice in DEAL_STAGES]
    found = found.filter(stage=stage) if stage in dict(stages) else found
    context: dict[str, Any] = {
        "page": Paginator(found.order_by("-registered_on", "-id"), PAGE).get_page(request.GET.get("page")),
        "registrations": Registration.objects.visible_to(request.user)[:FEW],
        "stage": stage,
        "stages": stages,
        "q": words,
    }
    return render(request, "portal/deals/list.html", context)


@require_safe
@partner_required
def deal(request: HttpRequest, pk: int) -> HttpResponse:
    """One of the company's deals."""
    found = Deal.objects.visible_to(request.user).select_related("customer", "registration")
    one = get_object_or_404(found, pk=pk)
    words = {
        "deal": one,
        "registration": getattr(one, "registration", None),
        "is_served": Customer.objects.visible_to(request.user).filter(pk=one.customer_id).exists(),
    }
    return render(request, "portal/deals/deal.html", words)


@require_http_methods(["GET", "HEAD", "POST"])
@partner_required
def register(request: HttpRequest) -> HttpResponse:
    """Register a deal."""
    form = RegistrationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = submit(user=request.user, wish=form.wish())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Your registration is in. You see here how it is decided.")
            return redirect("portal_registration", made.pk)
    return render(request, "portal/deals/register.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@partner_required
def registration(request: HttpRequest, pk: int) -> HttpResponse:
    """One of the company's registrations. That others want the same is said, who they are is not."""
    found = get_object_or_404(Registration.objects.visible_to(request.user).select_related("deal"), pk=pk)
    is_open = found.status == Registration.Status.SUBMITTED
    known = conflicts(found) if is_open else []
    words = {
        "door": "portal_deals",
        "registration": found,
        "is_contested": any(each.partner.pk != found.partner_id for each in known),
        "mine": [each for each in known if each.partner.pk == found.partner_id],
    }
    return render(request, "portal/deals/registration.html", words)
