"""Imports: upload a file, say what its columns mean, try it out, take it in."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from partners import facts
from partners.console.import_forms import MappingForm, UploadForm, framed
from partners.importing import (
    FileProblem,
    ImportRefused,
    Options,
    inspect_file,
    request_apply,
    request_dry_run,
    start_import,
)
from partners.models import Import, Journal
from partners.undoing import UndoRefused, request_undo
from partners.vocabulary import Subject
from people import roles
from people.guards import editor_required, unlimited_editor_required

PAGE_SIZE = 50
SHOWN_REJECTS = 100
WITH_REJECTS = "rejects"
WORDS_OF_THE_COMMAND = {
    " (an import does so with --create-fields)": " (“Create what is missing” under the columns does so)",
    "import with --create-fields": "tick “Create what is missing” under the columns",
    "(--decimal . or --decimal ,)": "under “How values are written”",
    "Use --decimal , for commas": "Choose commas under “How values are written”",
    "with --date-format dmy or mdy (or a full format such as %d/%m/%Y)": "under “How values are written”",
    "in the order dmy": "in the order day, month, year",
    "in the order mdy": "in the order month, day, year",
    "in the order ymd": "in the order year, month, day",
    "Name the encoding it was saved in (--encoding), or save the file as UTF-8.": "Save it as CSV in UTF-8 and choose it again.",
    " with --date-format": " once the order is chosen under “How values are written”",
}
UNDER_WAY = frozenset({Import.Status.QUEUED, Import.Status.RUNNING})


@require_safe
@editor_required
def imports(request: HttpRequest) -> HttpResponse:
    """The imports so far, latest first; by status, by what is in them, by name."""
    rows = Import.objects.visible_to(request.user).select_related("created_by", "origin__journal")
    asked = {name: request.GET.get(name, "").replace("\x00", "") for name in ("q", "status", "subject", "by")}
    if asked["status"] == WITH_REJECTS:
        rows = rows.filter(result__rejected__gt=0)
    elif asked["status"]:
        rows = rows.filter(status=asked["status"])
    if asked["subject"]:
        rows = rows.filter(subject=asked["subject"])
    if asked["q"].strip():
        rows = rows.filter(filename__icontains=asked["q"].strip())
    if asked["by"] == "me":
        rows = rows.filter(created_by_id=request.user.pk)
    page = Paginator(rows.defer("rejects", "options"), PAGE_SIZE).get_page(request.GET.get("page"))
    statuses = [*Import.Status.choices, (WITH_REJECTS, "Sent rows back")]
    subjects = [(subject.value, f"{subject.title()}s") for subject in Subject]
    words = {
        "page": page,
        "asked": asked,
        "statuses": statuses,
        "subjects": subjects,
        "is_narrowed": any(asked.values()),
    }
    return render(request, "console/imports/list.html", words)


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
            form.add_error("file", on_a_page(str(problem)))
        else:
            return redirect("console_import", item.pk)
    return render(request, "console/imports/new.html", {"form": form}, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@unlimited_editor_required
def one_import(request: HttpRequest, pk: int) -> HttpResponse:
    """One import: its mapping, its progress or its outcome, whichever it has come to."""
    item = get_object_or_404(Import.objects.visible_to(request.user), pk=pk)
    if is_under_way(item):
        return render(request, "console/imports/running.html", {"item": item, "is_undo": item.status == "applied"})
    remapping = request.method == "POST" or "mapping" in request.GET or item.status in {"uploaded", "failed"}
    if item.status == Import.Status.APPLIED or not remapping:
        return outcome(request, item)
    return _map(request, item)


def is_under_way(item: Import) -> bool:
    """A worker is at it: takes it in, or undoes it."""
    journal = journal_of(item)
    return item.status in UNDER_WAY or bool(journal and journal.status == Journal.Status.QUEUED)


def journal_of(item: Import) -> Journal | None:
    """What was there before an import, while it is kept."""
    return getattr(item.origin, "journal", None) if item.origin else None


def outcome(request: HttpRequest, item: Import, problem: str = "") -> HttpResponse:
    """What it did or would do, its rejects, and the ways on: mend them, undo it."""
    rejects = [{**reject, "reason": on_a_page(reject["reason"])} for reject in item.rejects[:SHOWN_REJECTS]]
    words = {"item": item, "rejects": rejects, "journal": journal_of(item), "problem": problem}
    return render(request, "console/imports/outcome.html", words, status=400 if problem else 200)


def on_a_page(reason: str) -> str:
    """What is wrong, without the words of the command line: the page has its own ways."""
    for words, instead in WORDS_OF_THE_COMMAND.items():
        reason = reason.replace(words, instead)
    return reason


def _map(request: HttpRequest, item: Import) -> HttpResponse:
    """Say what the columns mean; sent, a worker tries the file out or takes it in."""
    words: dict[str, Any] = {"item": item, "form": None, "error": on_a_page(item.error)}
    try:
        form = words["form"] = mapping_form(request, item)
    except (FileProblem, ValueError) as problem:
        return render(
            request, "console/imports/mapping.html", {**words, "problem": on_a_page(str(problem))}, status=400
        )
    if form.is_bound and form.is_valid():
        request_dry_run(import_id=item.pk, options=form.cleaned_data["options"])
        return redirect("console_import", item.pk)
    words["is_reread"] = request.method == "POST" and not form.is_bound
    return render(request, "console/imports/mapping.html", words, status=400 if form.errors else 200)


def mapping_form(request: HttpRequest, item: Import) -> MappingForm:
    """The form for an import's file, read as was chosen. FileProblem when it cannot be read so.

    Unbound when what was sent has the file read in another way than the page that it was sent from showed it.
    """
    chosen = Options.from_json(item.options)
    if request.method == "POST":
        sent = {name: request.POST.get(name, "") for name in ("encoding", "delimiter", "header_row")}
        row = sent["header_row"].strip()
        framing = sent | {"header_row": int(row) if re.fullmatch("[0-9]{1,7}", row) else 0}
        chosen = replace(chosen, **framing)
    is_reread = request.method == "POST" and request.POST.get("framed", framed(chosen)) != framed(chosen)
    return MappingForm(
        None if is_reread else request.POST or None,
        initial={name: request.POST[name] for name in MappingForm.formats if is_reread and name in request.POST},
        chosen=replace(chosen, mapping={}) if is_reread else chosen,
        inspection=inspect_file(item.file.path, Subject(item.subject), **chosen.framing),
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
    if not is_under_way(item):
        return HttpResponseClientRefresh()
    return render(request, "console/imports/progress.html", {"item": item, "is_undo": item.status == "applied"})


@require_POST
@unlimited_editor_required
def undo_import(request: HttpRequest, pk: int) -> HttpResponse:
    """Have an import undone."""
    item = get_object_or_404(Import.objects.visible_to(request.user), pk=pk)
    journal = journal_of(item)
    try:
        if journal is None:
            raise UndoRefused("There is nothing to undo, or what was there before is no longer kept.")
        request_undo(journal_id=journal.pk, user=request.user)
    except UndoRefused as refused:
        messages.warning(request, str(refused))
    return redirect("console_import", pk)


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
