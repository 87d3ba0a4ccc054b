"""The console's content: its versions and their approval, how it is used, and the plays for a customer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from partners.models import Activity, Customer, Partner
from people.guards import editor_required, vendor_required
from people.roles import Viewer
from programs import versions
from programs.markdown import to_html
from programs.models import Content, Program
from programs.plays import shown_items, standings

VERSIONS = 10


def content_context(content: Content, viewer: Viewer) -> dict[str, Any]:
    """What the page of a programme shows of its content: the latest versions, what it holds, and how often it was used."""
    partners = Partner.objects.visible_to(viewer)
    used = Activity.objects.filter(about=content.program.slug, partner__in=partners).order_by().values("kind")
    found = used.annotate(count=Count("pk"), partners=Count("partner", distinct=True))
    counts = {kind: (count, partners) for kind, count, partners in found.values_list("kind", "count", "partners")}
    opened, readers = counts.get(Activity.Kind.CONTENT_OPENED, (0, 0))
    rows = list(content.versions.select_related("author", "approved_by")[:VERSIONS])
    waiting = rows[0] if rows and content.needs_approval and rows[0].number != content.shown_version else None
    return {
        "versions": rows,
        "waiting": waiting,
        "may_approve": waiting is not None and waiting.author_id != viewer.pk,
        "kit_items": content.items.select_related("item__program"),
        "play_segments": content.customer_segments.select_related("segment"),
        "opened": opened,
        "readers": readers,
        "downloaded": counts.get(Activity.Kind.CONTENT_DOWNLOADED, (0, 0))[0],
    }


def _content(request: HttpRequest, slug: str) -> Program:
    programs = Program.objects.visible_to(request.user).filter(kind=Program.Kind.CONTENT)
    return get_object_or_404(programs.select_related("content"), slug=slug)


@require_POST
@editor_required
def approve(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Put a colleague's version in force."""
    found = _content(request, slug)
    try:
        versions.approve(program=found, number=number, by=request.user)
        messages.success(request, f"Version {number} is approved. Partners see it from now on.")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("console_program", slug)


@require_safe
@vendor_required
def preview(request: HttpRequest, slug: str) -> HttpResponse:
    """The newest version as a partner would meet it."""
    found = _content(request, slug)
    latest = versions.latest_version(found.content) or found.content
    context = {"program": found, "latest": latest, "body": to_html(latest.body), "items": shown_items(found.content)}
    return render(request, "console/programs/content_preview.html", context)


@require_safe
@vendor_required
def customer_plays(request: HttpRequest, external_id: str) -> HttpResponse:
    """A part for the customer's page: the sales plays for it."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), external_id=external_id)
    plays = standings(request.user, [customer.pk])[customer.pk].plays
    return render(request, "console/programs/customer_plays.html", {"plays": plays})
