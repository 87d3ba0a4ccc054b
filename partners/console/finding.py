"""Finding the partner that somebody means, where a form asks for one: by id, or by name."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from partners.models import Partner
from people.guards import editor_required
from people.roles import Viewer

FOUND = 12
"""So many are offered to choose from."""


def called(viewer: Viewer, words: str) -> list[Partner]:
    """The visible partner with that id, or those (a few) with exactly that name, in whichever case."""
    words = words.replace("\x00", "").strip()
    visible = Partner.objects.visible_to(viewer)
    exact = visible.filter(external_id=words).first()
    if exact is not None or not words:
        return [exact] if exact else []
    return list(visible.search(words).filter(name__iexact=words).order_by("external_id")[:FOUND])


@require_safe
@editor_required
def partners(request: HttpRequest) -> HttpResponse:
    """The options of a list of partners that begin with the words typed: `?parent=`, or `?partners=`."""
    words = (request.GET.get("parent") or request.GET.get("partners", "")).replace("\x00", "").strip()
    found = Partner.objects.visible_to(request.user).search(words) if words else Partner.objects.none()
    return render(request, "console/records/found.html", {"found": found.order_by("name", "id")[:FOUND]})
