"""What is done with a list: taken away as a file, kept as a view."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from partners import facts
from partners.console import customers, deals, keyset, partners
from partners.console.cells import Cells
from partners.console.listing import Layout, kept, narrowed, offered
from partners.console.sourcing import RELATED
from partners.disclosing import note_disclosure
from partners.importing.runs import harmless
from partners.models import SavedView
from partners.vocabulary import Field, FieldType, Subject
from people.guards import vendor_required
from people.models import User

LAYOUTS = {layout.subject: layout for layout in (partners.LAYOUT, customers.LAYOUT, deals.LAYOUT)}
AT_ONCE = 2_000


class Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        """The text itself."""
        return text


@require_safe
@vendor_required
def export(request: HttpRequest, subject: Subject) -> HttpResponseBase:
    """The list as a CSV file: what it shows, all rows, in its order; read page by page while it is sent."""
    lines = exported(LAYOUTS[subject], request.GET, request.user)
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{subject}s {timezone.localdate().isoformat()}.csv"'
    answer["Cache-Control"] = "no-store"
    return answer


def exported(layout: Layout, query: QueryDict, viewer: User) -> Iterator[str]:
    """The lines of the file. Codes rather than labels, so that it can be imported again; formulas made harmless."""
    subject = layout.subject
    words = offered(facts.vocabulary(subject), viewer)
    found = narrowed(subject, query, viewer, words).rows.select_related(*RELATED[subject])
    order = keyset.order_of(query.get("sort", layout.sort), words, layout.sort)
    names = dict.fromkeys(["external_id", "name", *(query.getlist("column") or layout.columns)])
    shown = [words[name] for name in names if name in words]
    note_disclosure(viewer=viewer, fields=shown, of=f"a file of {subject.value}s")
    writer, cells, cursor = csv.writer(Echo()), Cells(subject, shown, viewer), ""
    yield "\ufeff" + writer.writerow([field.name for field in shown])
    while True:
        page = keyset.page(found, order, cursor, size=AT_ONCE)
        for row in cells.of(page.object_list):
            yield writer.writerow([harmless(plain(cell.field, cell.value)) for cell in row.cells])
        cursor = page.next
        if not cursor:
            return


def plain(field: Field, value: Any) -> str:
    """A value as an import reads it."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "; ".join(plain(field, item) for item in value)
    if field.refers_to:
        return str(value.email if field.refers_to == "user" else value.external_id)
    if field.type is FieldType.BOOLEAN:
        return "yes" if value else "no"
    if field.type in {FieldType.NUMBER, FieldType.MONEY}:
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


@require_POST
@vendor_required
def save_view(request: HttpRequest, subject: Subject) -> HttpResponse:
    """Keep what the list shows under a name; a view of one's own with that name is replaced."""
    name = " ".join(request.POST.get("name", "").replace("\x00", "").split())[:100]
    query = kept(QueryDict(request.POST.get("query", "")[:8000]))
    if not name:
        messages.error(request, "Give the view a name.")
        return redirect(f"{address(subject)}?{query}")
    view, _ = SavedView.objects.update_or_create(
        owner_id=request.user.pk,
        subject=subject,
        name=name,
        defaults={"query": query, "is_shared": "is_shared" in request.POST},
    )
    messages.success(request, f"The view “{view}” is saved{' for you and your colleagues' * view.is_shared}.")
    return redirect(f"{address(subject)}?{query}&view={view.pk}")


@require_POST
@vendor_required
def delete_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Let go of a view of one's own."""
    view = get_object_or_404(SavedView.objects.filter(owner_id=request.user.pk), pk=pk)
    view.delete()
    messages.success(request, f"The view “{view}” is deleted.")
    return redirect(address(Subject(view.subject)))


def address(subject: Subject) -> str:
    """Where the list is."""
    return reverse(f"console_{subject}s")
