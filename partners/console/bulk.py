"""A field set on the selected records: choose it, see how many it changes, have it done, undo it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from partners import bulk, facts, wording
from partners.console.bulk_forms import ValueForm, already, as_json, changeable
from partners.console.listing import kept, narrowed, offered
from partners.console.lists import address
from partners.coverage import MODELS
from partners.models import BulkChange
from partners.rows import Invalid
from partners.undoing import UndoRefused, request_undo
from partners.vocabulary import Subject
from people.guards import editor_required

UNDER_WAY = frozenset({BulkChange.Status.QUEUED, BulkChange.Status.RUNNING})


def selection(request: HttpRequest, subject: Subject) -> QuerySet[Any]:
    """The records ticked in a list, or all that the list shows when `everything` is sent with its `query`; in scope."""
    if request.POST.get("everything"):
        words = offered(facts.vocabulary(subject), request.user)
        return narrowed(subject, QueryDict(request.POST.get("query", "")[:8000]), request.user, words).rows
    ids = [int(text) for text in request.POST.getlist("id") if text.isascii() and text.isdigit() and len(text) < 19]
    return MODELS[subject].objects.visible_to(request.user).filter(pk__in=ids)


@require_POST
@editor_required
def change(request: HttpRequest, subject: Subject) -> HttpResponse:
    """Each step sends the selection along: first the field, then its value, then the preview, then it is asked for."""
    rows = selection(request, subject)
    vocabulary = changeable(facts.vocabulary(subject), request.user)
    field = vocabulary.get(request.POST.get("field", ""))
    step = request.POST.get("step", "")
    words: dict[str, Any] = {
        "subject": subject.value,
        "back": f"{address(subject)}?{kept(QueryDict(request.POST.get('query', '')[:8000]))}",
        "count": rows.count(),
        "most": bulk.MOST,
        "fields": [(name, one.label) for name, one in vocabulary.items()],
        "field": field,
        "hidden": [(name, v) for name in ("id", "everything", "query") for v in request.POST.getlist(name)],
    }
    if field is None:
        return render(request, "console/lists/change.html", words)
    sent = request.POST if step in {"preview", "apply"} else None
    form = words["form"] = ValueForm(sent, subject=subject, vocabulary={field.name: field}, viewer=request.user)
    if sent is None or not form.is_valid():
        return render(request, "console/lists/change.html", words, status=400 if form.errors else 200)
    value = as_json(form.cleaned_data[field.name])
    if step == "preview":
        words |= {"is_preview": True, "same": already(rows, field, value), "is_clearing": value is None}
        words["becomes"] = wording.words(field, form.cleaned_data[field.name])
        words["differ"] = words["count"] - words["same"]
        return render(request, "console/lists/change.html", words)
    try:
        ids = list(rows.order_by("pk").values_list("pk", flat=True)[: bulk.MOST + 1])
        asked = bulk.request_change(subject=subject, field=field.name, value=value, ids=ids, user=request.user)
    except Invalid as invalid:
        form.add_error(None, f"{field.label} {'; '.join(invalid.errors.values())}.")
        return render(request, "console/lists/change.html", words, status=400)
    return redirect("console_bulk_change", asked.pk)


@require_safe
@editor_required
def one_change(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a change has come, what it did, and its undo."""
    return render(request, "console/lists/changed.html", _words(request, pk))


@require_safe
@editor_required
def change_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The part that shows how far it is; once it has ended, the page is loaded anew."""
    words = _words(request, pk)
    if not words["is_under_way"]:
        return HttpResponseClientRefresh()
    return render(request, "console/lists/progress.html", words)


def _words(request: HttpRequest, pk: int) -> dict[str, Any]:
    visible = BulkChange.objects.visible_to(request.user).select_related("origin__journal__undone_by", "created_by")
    item = get_object_or_404(visible, pk=pk)
    field = facts.vocabulary(Subject(item.subject)).get(item.field)
    journal = getattr(item.origin, "journal", None)
    return {
        "item": item,
        "field": field,
        "became": wording.words(field, wording.typed(field, item.value)) if field else "",
        "total": len(item.ids),
        "journal": journal,
        "is_under_way": item.status in UNDER_WAY or bool(journal and journal.status == "queued"),
        "back": address(Subject(item.subject)),
    }


@require_POST
@editor_required
def undo_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Have it undone."""
    item = get_object_or_404(BulkChange.objects.visible_to(request.user).exclude(status__in=UNDER_WAY), pk=pk)
    try:
        journal = getattr(item.origin, "journal", None)
        if journal is None:
            raise UndoRefused("What was there before is no longer kept.")
        request_undo(journal_id=journal.pk, user=request.user)
    except UndoRefused as refused:
        messages.warning(request, str(refused))
    return redirect("console_bulk_change", pk)
