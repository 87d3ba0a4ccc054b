"""Content as the portal shows it, wherever it is met: on offer, in a kit, in a play for a customer."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from people.guards import partner_required
from programs import taking
from programs.certifying import today
from programs.filetypes import media_type_of
from programs.markdown import to_html
from programs.models import Content, Offer, Program
from programs.plays import shown_items
from programs.serving import is_start, send


def send_content(request: HttpRequest, content: Content, *, partner_id: int) -> HttpResponseBase:
    """The file of a content, to somebody who was found entitled; taking it is counted."""
    name = content.file.name or ""
    answer = send(
        request,
        storage=content.file.storage,
        name=name,
        filename=content.filename,
        media_type=media_type_of(name),
    )
    if is_start(request, answer):
        taking.note_seen(partner_id=partner_id, user=request.user, content=content, downloaded=True)
    return answer


def item_or_404(content: Content, pk: int) -> Content:
    """The resource of that item, where the kit holds it and it may be seen."""
    for item in shown_items(content):
        if item.pk == pk:
            return item.item
    raise Http404


def item_page(
    request: HttpRequest, content: Content, *, partner_id: int, up: str, kit: Program, door: str
) -> HttpResponse:
    """A resource met in a kit or play; looking at it is counted."""
    taking.note_seen(partner_id=partner_id, user=request.user, content=content)
    context = {
        "door": door,
        "content": content,
        "program": content.program,
        "body": to_html(content.body),
        "up": up,
        "kit": kit,
        "file_url": f"{request.path}file/",
    }
    return render(request, "portal/piece.html", context)


def _kit(request: HttpRequest, pk: int) -> Offer:
    """The company's own kit, today."""
    offers = Offer.objects.visible_to(request.user).on().unexpired(today())
    return get_object_or_404(offers.filter(program__kind="content").select_related("program__content"), pk=pk)


@require_safe
@partner_required
def offer_item(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    """One resource of a kit on offer."""
    found = _kit(request, pk)
    content = item_or_404(found.program.content, item)
    up = reverse("portal_offer", args=[pk])
    return item_page(request, content, partner_id=found.partner_id, up=up, kit=found.program, door="portal_resources")


@require_safe
@never_cache
@partner_required
def offer_item_file(request: HttpRequest, pk: int, item: int) -> HttpResponseBase:
    """Its file."""
    found = _kit(request, pk)
    return send_content(request, item_or_404(found.program.content, item), partner_id=found.partner_id)
