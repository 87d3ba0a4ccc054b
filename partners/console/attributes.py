"""Attributes: an administrator's own fields of partners, customers and deals."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partners.attributes import archive_attribute, change_attribute, create_attribute
from partners.console.attribute_forms import AttributeForm, NewAttributeForm
from partners.coverage import coverage
from partners.models import Attribute
from partners.rows import Invalid
from partners.uses import uses
from partners.vocabulary import Subject
from people.guards import administrator_required


@require_safe
@administrator_required
def attributes(request: HttpRequest) -> HttpResponse:
    """The attributes there are, with how many records have a value."""
    found = list(Attribute.objects.filter(built_in=False).order_by("archived_at", "subject", "label"))
    filled = {
        subject.value: coverage(subject, request.user, [each.name for each in found if each.subject == subject])
        for subject in Subject
    }
    rows = [(attribute, filled[attribute.subject].get(attribute.name, 0)) for attribute in found]
    return render(request, "console/attributes/list.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
@administrator_required
def new_attribute(request: HttpRequest) -> HttpResponse:
    """Make an attribute."""
    form = NewAttributeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = create_attribute(**form.cleaned_data)
        except Invalid as invalid:
            form.refuse(invalid)
        else:
            messages.success(request, f"{made.label} can be used in rules, imports and forms now.")
            return redirect("console_attributes")
    return render(request, "console/attributes/edit.html", {"form": form}, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@administrator_required
def attribute(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an attribute's words and choices; name, subject and type stay."""
    found = get_object_or_404(Attribute, pk=pk, built_in=False)
    form = AttributeForm(request.POST or None, attribute=found)
    if request.method == "POST" and form.is_valid():
        try:
            change_attribute(attribute=found, **form.cleaned_data)
        except Invalid as invalid:
            form.refuse(invalid)
        else:
            messages.success(request, f"{found.label} is saved.")
            return redirect("console_attributes")
    words: dict[str, Any] = {"form": form, "attribute": found, "uses": uses(Subject(found.subject), found.name)}
    return render(request, "console/attributes/edit.html", words, status=400 if form.errors else 200)


@require_POST
@administrator_required
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Put an attribute away, unless something still uses it."""
    found = get_object_or_404(Attribute, pk=pk, built_in=False, archived_at=None)
    try:
        archive_attribute(attribute=found, used_by=uses(Subject(found.subject), found.name))
        messages.success(request, f"{found.label} is archived. Its values are kept.")
    except Invalid as invalid:
        messages.error(request, f"{found.label} {invalid.errors['name']}.")
    return redirect("console_attributes")
