"""The audit log: who changed what, when, before and after."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from partners.instants import in_utc
from people import roles
from people.guards import administrator_required
from people.models import User
from prm.audit import Place, kinds, log


@require_safe
@administrator_required
def audit(request: HttpRequest) -> HttpResponse:
    """Newest first; by what was changed, and by whom."""
    kind, who = request.GET.get("kind", ""), request.GET.get("who", "")
    kind = kind if kind in dict(kinds()) else ""
    pk = int(who) if who.isascii() and who.isdigit() and len(who) < 10 else None
    entries, more = log(kind=kind, who=pk, place=place_of(request.GET.get("cursor", "")))
    people = User.objects.filter(role__in=roles.VENDOR).order_by("name", "email")
    words = {
        "entries": entries,
        "next": f"{more.at.isoformat()}|{more.table}|{more.pk}" if more else "",
        "kinds": kinds(),
        "kind": kind,
        "people": [(str(person.pk), str(person)) for person in people],
        "who": who,
    }
    return render(request, "console/audit/list.html", words)


def place_of(word: str) -> Place | None:
    """The place that a cursor says; None when it says none."""
    try:
        at, table, pk = word.replace("\x00", "").split("|")
        instant = datetime.fromisoformat(at)
        return Place(in_utc(instant), table, int(pk[:9])) if instant.tzinfo else None
    except ValueError:
        return None
