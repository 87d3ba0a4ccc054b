"""What a customer needs, as the partner heard it: a part of the customer's page that answers in place."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from partners.models import Customer, Partner
from people.guards import partner_required
from programs.voices import needs as verbs
from programs.voices.models import NeedReport


class NeedForm(forms.Form):
    """The needs heard, and the customer's own words."""

    needs = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    text = forms.CharField(
        label="In their words", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["needs"].choices = verbs.need_words()  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
@partner_required
def of_customer(request: HttpRequest, external_id: str) -> HttpResponse:
    """Tell the vendor what the customer asks for."""
    asker: Any = request.user
    company = get_object_or_404(Partner.objects.visible_to(request.user))
    customer = get_object_or_404(Customer.objects.visible_to(request.user), external_id=external_id)
    kept = NeedReport.objects.filter(user=asker, customer=customer).first()
    sent = request.POST if request.method == "POST" else None  # an empty form is one too
    form = NeedForm(sent, initial={"needs": kept.needs, "text": kept.text} if kept else None)
    said = False
    if request.method == "POST" and form.is_valid():
        try:
            verbs.say_needs(partner=company, user=asker, customer=customer, **form.cleaned_data)
            said = True
        except ValidationError as refused:
            form.add_error("needs", refused.messages)
    words = {"form": form, "kept": kept, "said": said, "address": request.path}
    return render(request, "portal/needs.html", words, status=400 if form.errors else 200)
