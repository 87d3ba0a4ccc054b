"""The page of parts: every part of the design in every state, to look at and to copy from."""

from __future__ import annotations

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from people.guards import vendor_required


class SampleForm(forms.Form):
    """One field of each sort."""

    name = forms.CharField(help_text="As it should be read in lists.", initial="Vertex Integrators")
    email = forms.EmailField(label="E-mail address", required=False)
    tier = forms.ChoiceField(choices=[("silver", "Silver"), ("gold", "Gold")], required=False)
    notes = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    joined_on = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), required=False)
    verticals = forms.MultipleChoiceField(
        choices=[("energy", "Energy"), ("retail", "Retail"), ("healthcare", "Healthcare")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="As many as apply.",
    )
    stage = forms.ChoiceField(choices=[("open", "Open"), ("won", "Won")], widget=forms.RadioSelect, required=False)
    visible = forms.BooleanField(label="Members see this segment", required=False, help_text="In their portal.")
    closed = forms.CharField(label="Not yours to change", disabled=True, required=False, initial="Set by import")


@require_safe
@vendor_required
def parts(request: HttpRequest) -> HttpResponse:
    """The parts, drawn."""
    faulty = SampleForm({"name": "", "email": "not an address", "tier": "bronze"})
    words = {
        "form": SampleForm(),
        "faulty": faulty,
        "trend": [12, 14, 13, 17, 21, 20, 24, 23, 27, 31],
        "flat": [5, 5, 5, 5],
        "page": Paginator(range(1203), 50).get_page(request.GET.get("page", 2)),
        "now": timezone.now(),
        "sort": request.GET.get("sort", "name"),
        "kinds": ["", "accent", "good", "warn", "bad"],
        "stages": [("open", "Open"), ("won", "Won")],
    }
    return render(request, "console/parts.html", words)
