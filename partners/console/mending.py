"""Rejected rows put right: on the page, cell by cell, or in the file of rejects that comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from django.core.files.base import ContentFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from partners.console.import_forms import UploadForm
from partners.console.imports import on_a_page, outcome
from partners.importing import FileProblem, Options, Source, corrected, mended, request_dry_run, start_import
from partners.models import Import
from partners.vocabulary import Subject
from people.guards import unlimited_editor_required

CELL = "cell"
"""Fields of the page: `cell:LINE:COLUMN`."""


@require_POST
@unlimited_editor_required
def mend_import(request: HttpRequest, pk: int) -> HttpResponse:
    """Values put right on the page. Before applying, the whole file is tried again; afterwards just the mended rows."""
    item = get_object_or_404(Import.objects.visible_to(request.user), pk=pk)
    present = {(reject["line"], reject["column"]): reject["value"] for reject in item.rejects}
    cells = {}
    for name, value in request.POST.items():
        kind, _, place = name.partition(":")
        line, _, column = place.partition(":")
        if kind == CELL and line.isascii() and line.isdigit() and len(line) < 10:
            key = (int(line), column)
            if key in present and present[key] != value:
                cells[key] = value
    whole = item.status == Import.Status.TRIED
    return _again(request, item, lambda source: mended(source, cells, whole=whole))


@require_POST
@unlimited_editor_required
def correct_import(request: HttpRequest, pk: int) -> HttpResponse:
    """The file of rejects comes back mended: tried out with the columns and formats of the import it is from."""
    item = get_object_or_404(Import.objects.visible_to(request.user), pk=pk)
    form = UploadForm({"subject": item.subject}, request.FILES)
    if not item.rejects_file or not form.is_valid():
        return outcome(request, item, problem="Choose the file with the mended rows.")
    return _again(request, item, lambda source: corrected(form.cleaned_data["file"].read(), source))


def _again(request: HttpRequest, item: Import, rows: Callable[[Source], bytes]) -> HttpResponse:
    options = Options.from_json(item.options)
    name = f"corrected {item.filename.rsplit('.', 1)[0].removeprefix('corrected ')}.csv"
    try:
        text = rows(Source(item.file.path, **options.framing))
        again = start_import(
            subject=Subject(item.subject),
            file=ContentFile(text, name=name),
            filename=name,
            user=request.user,
            corrects=item,
        )
    except FileProblem as error:
        return outcome(request, item, problem=on_a_page(str(error)))
    request_dry_run(import_id=again.pk, options=replace(options, encoding="utf-8", delimiter=",", header_row=0))
    return redirect("console_import", again.pk)
