"""Imports: upload a file, say what its columns mean, try it out, take it in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRefresh

from partners import facts
from partners.console.import_forms import MappingForm, UploadForm
from partners.importing import (
    FileProblem,
    ImportRefused,
    Options,
    inspect_file,
    request_apply,
    request_dry_run,
    start_import,
)
from partners.models import Import
from partners.vocabulary import Subject
from people import roles
from people.guards import editor_required, unlimited_editor_required

PAGE_SIZE = 50
SHOWN_REJECTS = 100
UNDER_WAY = frozenset({Import.Status.QUEUED, Import.Status.RUNNING})


@require_safe
@editor_required
def imports(request: HttpRequest) -> HttpResponse:
    """The imports so far, latest first."""
    rows = Import.objects.visible_to(request.user).select_related("created_by").defer("rejects", "options")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "console/imports/list.html", {"page": page})


@require_http_methods(["GET", "POST"])
@unlimited_editor_required
def new_import(request: HttpRequest) -> HttpResponse:
    """Upload a file."""
    form = UploadForm(
        request.POST or None, request.FILES or None, initial={"subject": request.GET.get("subject", "partner")}
    )
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            item = start_import(
                subject=Subject(form.cleaned_data["subject"]), file=file, filename=file.name, user=request.user
            )
        except FileProblem as problem:
            form.add_error("file", str(problem))
        else:
            return redirect("console_import", item.pk)
    return render(request, "console/imports/new.html", {"form": form}, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@unlimited_editor_required
def one_import(request: HttpRequest, pk: int) -> HttpResponse:
    """One import: its mapping, its progress or its outcome, whichever it has come to."""
    item = get_object_or_404(Import.objects.visible_to(request.user), pk=pk)
    if item.status in UNDER_WAY:
        return render(request, "console/imports/running.html", {"item": item})
    remapping = request.method == "POST" or "mapping" in request.GET or item.status in {"uploaded", "failed"}
    if item.status == Import.Status.APPLIED or not remapping:
        return render(request, "console/imports/outcome.html", {"item": item, "rejects": item.rejects[:SHOWN_REJECTS]})
    return _map(request, item)


def _map(request: HttpRequest, item: Import) -> HttpResponse:
    """Say what the columns mean; sent, a worker tries the file out or takes it in."""
    words: dict[str, Any] = {"item": item, "form": None}
    try:
        form = words["form"] = mapping_form(request, item)
    except (FileProblem, ValueError) as problem:
        return render(request, "console/imports/mapping.html", {**words, "problem": problem}, status=400)
    if request.method == "POST" and form.is_valid():
        request_dry_run(import_id=item.pk, options=form.cleaned_data["options"])
        return redirect("console_import", item.pk)
    return render(request, "console/imports/mapping.html", words, status=400 if form.errors else 200)


def mapping_form(request: HttpRequest, item: Import) -> MappingForm:
    """The form for an import's file, read as was chosen. FileProblem when it cannot be read so."""
    said = request.POST or item.options
    inspection = inspect_file(
        item.file.path,
        Subject(item.subject),
        encoding=said.get("encoding", ""),
        delimiter=said.get("delimiter", ""),
    )
    return MappingForm(
        request.POST or None,
        item=item,
        inspection=inspection,
        vocabulary=facts.vocabulary(Subject(item.subject)),
        may_create=roles.may_administer(request.user),
    )


@require_http_methods(["POST"])
@unlimited_editor_required
def apply_import(request: HttpRequest, pk: int) -> HttpResponse:
    """Take in what was tried out, with the options it was tried with."""
    item = get_object_or_404(Import.objects.visible_to(request.user), pk=pk)
    try:
        if item.status != Import.Status.TRIED:
            raise ImportRefused("Try the file out first; then it can be applied.")
        request_apply(import_id=item.pk, options=Options.from_json(item.options))
    except ImportRefused as refused:
        messages.warning(request, str(refused))
    return redirect("console_import", item.pk)


@require_safe
@unlimited_editor_required
def import_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The part that shows how far a run is; once it has ended, the page is loaded anew."""
    item = get_object_or_404(Import.objects.visible_to(request.user).defer("rejects"), pk=pk)
    if item.status not in UNDER_WAY:
        return HttpResponseClientRefresh()
    return render(request, "console/imports/progress.html", {"item": item})


@require_safe
@unlimited_editor_required
def import_rejects(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The rows that came back, with the reason, as a file."""
    item = get_object_or_404(Import.objects.visible_to(request.user), pk=pk)
    if not item.rejects_file:
        raise Http404
    name = f"rejects of {item.filename.rsplit('.', 1)[0]}.csv"
    return FileResponse(
        item.rejects_file.open(), as_attachment=True, filename=name, content_type="text/csv; charset=utf-8"
    )
