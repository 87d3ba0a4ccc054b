"""Telling an administrator a sensitive value that a page masks; that it was told is noted."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from partners import facts
from partners.console.layout import Line
from partners.console.listing import MODELS
from partners.disclosing import note_disclosure
from partners.profile import profile
from partners.vocabulary import Subject
from people.guards import administrator_required


@never_cache
@require_POST
@administrator_required
def reveal(request: HttpRequest, subject: Subject, external_id: str, name: str) -> HttpResponse:
    """The value, in the mask's place."""
    record = get_object_or_404(MODELS[subject].objects.visible_to(request.user), external_id=external_id)
    field = facts.vocabulary(subject).get(name)
    if field is None or not field.sensitive:
        raise Http404
    said = profile(subject=subject, record=record, vocabulary={name: field})
    note_disclosure(viewer=request.user, fields=[field], of=f"{subject.value} {external_id}")
    return render(request, "console/records/revealed.html", {"line": Line(said[name], is_hidden=False)})
