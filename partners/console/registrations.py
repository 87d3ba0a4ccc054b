"""The console's queue of deal registrations."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from partners import registering
from partners.models import Registration
from people.guards import editor_required, vendor_required

PAGE = 50
DONE = {
    "approve": "The registration is approved, and its deal is open.",
    "reject": "The registration is rejected.",
    "expire": "The registration has expired. Others may register the same now.",
}


class DecisionForm(forms.Form):
    """What is decided of a registration."""

    action = forms.ChoiceField(choices=[(name, name) for name in DONE])
    reason = forms.CharField(required=False, max_length=500)


@require_safe
@vendor_required
def registrations(request: HttpRequest) -> HttpResponse:
    """The queue: registrations of the partners in the viewer's scope, those to decide first."""
    status = request.GET.get("status", Registration.Status.SUBMITTED)
    found = Registration.objects.visible_to(request.user).select_related("partner", "customer", "deal")
    found = found.filter(status=status) if status in Registration.Status.values else found
    found = found.order_by("submitted_at", "id") if status == Registration.Status.SUBMITTED else found
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    words = {"page": page, "status": status, "statuses": Registration.Status.choices}
    return render(request, "console/registrations/list.html", words)


def _registration(request: HttpRequest, pk: int) -> Registration:
    found = Registration.objects.visible_to(request.user)
    found = found.select_related("partner", "customer", "deal", "submitted_by", "decided_by")
    one: Registration = get_object_or_404(found, pk=pk)
    return one


@require_safe
@vendor_required
def registration(request: HttpRequest, pk: int) -> HttpResponse:
    """One registration, and what it conflicts with."""
    found = _registration(request, pk)
    words = {"registration": found, "conflicts": registering.conflicts(found)}
    return render(request, "console/registrations/page.html", words)


@require_POST
@editor_required
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve, reject or expire a registration."""
    found = _registration(request, pk)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose what to do with the registration.")
        return redirect("console_registration", pk)
    action = form.cleaned_data["action"]
    try:
        if action == "approve":
            registering.approve(registration_id=found.pk, user=request.user)
        elif action == "reject":
            registering.reject(registration_id=found.pk, user=request.user, reason=form.cleaned_data["reason"])
        else:
            registering.expire(registration_id=found.pk, user=request.user)
        messages.success(request, DONE[action])
    except registering.Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("console_registration", pk)
