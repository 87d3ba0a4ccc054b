"""Notes on a record's page."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from partners.models import Customer, Note, Partner
from partners.notes import may_delete, write_note
from people import roles
from people.guards import editor_required, vendor_required

SHOWN = 50


@require_http_methods(["GET", "POST"])
@vendor_required
def partner_notes(request: HttpRequest, external_id: str) -> HttpResponse:
    """The notes about a partner; a new one."""
    found = get_object_or_404(Partner.objects.visible_to(request.user), external_id=external_id)
    return _notes(request, found)


@require_http_methods(["GET", "POST"])
@vendor_required
def customer_notes(request: HttpRequest, external_id: str) -> HttpResponse:
    """The notes about a customer; a new one."""
    found = get_object_or_404(Customer.objects.visible_to(request.user), external_id=external_id)
    return _notes(request, found)


def _notes(request: HttpRequest, record: Partner | Customer) -> HttpResponse:
    noun = "partner" if isinstance(record, Partner) else "customer"
    problem = text = ""
    if request.method == "POST":
        if not roles.may_edit(request.user):
            raise PermissionDenied
        text = request.POST.get("text", "")
        try:
            write_note(record=record, text=text, author=request.user)
        except ValueError as error:
            problem = str(error)
        else:
            if not request.htmx:  # type: ignore[attr-defined]
                return redirect(f"console_{noun}", record.external_id)
            text = ""
    rows = record.notes.select_related("author")[:SHOWN]
    notes = [(note, may_delete(note, request.user)) for note in rows]
    words = {"record": record, "noun": noun, "notes": notes, "problem": problem, "text": text, "url": request.path}
    return render(request, "console/records/notes.html", words, status=400 if problem and not request.htmx else 200)  # type: ignore[attr-defined]


@require_POST
@editor_required
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a note away."""
    note = get_object_or_404(Note.objects.visible_to(request.user).select_related("partner", "customer"), pk=pk)
    if not may_delete(note, request.user):
        raise PermissionDenied
    note.delete()
    messages.success(request, "The note is deleted.")
    about = note.partner or note.customer
    return redirect(f"console_{'partner' if note.partner_id else 'customer'}", about.external_id)
