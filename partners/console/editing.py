"""Making and changing one partner or customer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_http_methods, require_safe

from partners import facts
from partners.console.layout import CUSTOMER_GROUPS, PARTNER_GROUPS, form_groups
from partners.console.record_fields import picker
from partners.console.record_forms import RecordForm
from partners.disclosing import note_disclosure
from partners.models import Customer, Partner
from partners.profile import value_of
from partners.records import AnyRecord
from partners.vocabulary import Subject
from people.guards import editor_required

GROUPS = {Subject.PARTNER: PARTNER_GROUPS, Subject.CUSTOMER: CUSTOMER_GROUPS}


@require_http_methods(["GET", "POST"])
@editor_required
def new_partner(request: HttpRequest) -> HttpResponse:
    """A partner, by hand."""
    return _edit(request, Subject.PARTNER)


@require_http_methods(["GET", "POST"])
@editor_required
def new_customer(request: HttpRequest) -> HttpResponse:
    """A customer, by hand."""
    return _edit(request, Subject.CUSTOMER)


@require_http_methods(["GET", "POST"])
@editor_required
def edit_partner(request: HttpRequest, external_id: str) -> HttpResponse:
    """Change a partner."""
    visible = Partner.objects.visible_to(request.user).select_related("parent", "channel_manager")
    return _edit(request, Subject.PARTNER, get_object_or_404(visible, external_id=external_id))


@require_http_methods(["GET", "POST"])
@editor_required
def edit_customer(request: HttpRequest, external_id: str) -> HttpResponse:
    """Change a customer."""
    visible = Customer.objects.visible_to(request.user)
    return _edit(request, Subject.CUSTOMER, get_object_or_404(visible, external_id=external_id))


@require_safe
@editor_required
def partners_picked(request: HttpRequest) -> HttpResponse:
    """The part of the form that picks partners, with what was ticked and typed: `?partners=`."""
    words = picker(request.user, request.GET.getlist("partners"))
    return render(request, "console/records/partners.html", words | {"is_again": bool(words["picked"].problem)})


def _edit(request: HttpRequest, subject: Subject, record: AnyRecord | None = None) -> HttpResponse:
    form = RecordForm(
        request.POST or None,
        subject=subject,
        vocabulary=facts.vocabulary(subject),
        viewer=request.user,
        record=record,
    )
    if request.method == "POST" and form.is_valid():
        saved = form.save()
        if saved is not None:
            messages.success(request, f"{saved} is saved.")
            return redirect(f"console_{subject.value}", saved.external_id)
    disclosed = 0
    if record is not None:  # the form holds the values as they are
        offered = [field for name, field in facts.vocabulary(subject).items() if name in form.fields]
        told = [field for field in offered if value_of(record, field) is not None]
        about = f"{subject.value} {record.external_id}, to be changed"
        disclosed = note_disclosure(viewer=request.user, fields=told, of=about)
    words: dict[str, Any] = {"form": form, "record": record, "subject": subject.value}
    words["groups"] = form_groups(form, GROUPS[subject])
    page = render(request, "console/records/edit.html", words, status=400 if form.errors else 200)
    if disclosed:  # no browser keeps it, and "back" asks again
        add_never_cache_headers(page)
    return page
