"""Why one partner or customer is, or is not, in one segment."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from partners.vocabulary import Subject
from people.guards import vendor_required
from segments.console.parts import is_part
from segments.console.segment import one
from segments.console.subjects import Names
from segments.console.vocabulary import subjects_of
from segments.explaining import explain
from segments.models import Segment
from segments.rules import RuleInvalid


@require_safe
@vendor_required
def why(request: HttpRequest, slug: str, external_id: str) -> HttpResponse:
    """The rule as a tree with verdicts and the values found; the part alone for htmx."""
    segment = one(request.user, slug)
    subject = Subject(segment.subject)
    record = get_object_or_404(subjects_of(subject, request.user), external_id=external_id)
    words = {"segment": segment, "member": Names(subject).of(record)}
    try:
        found = explain(segment=segment, subject_id=record.pk, viewer=request.user)
    except RuleInvalid as invalid:
        words |= {"note": f"The rule cannot be worked out: {invalid.errors[0].words}"}
    else:
        words |= {
            "is_member": found.member,
            "since": found.since,
            "reason": found.why,
            "nearest": found.nearest,
            "sentence": found.sentence,
            "note": note(segment, found.member, found.verdict),
        }
    template = "console/segments/parts/why.html" if is_part(request) else "console/segments/why.html"
    return render(request, template, words)


CANDIDATES = 20


@require_safe
@vendor_required
def ask(request: HttpRequest, slug: str) -> HttpResponse:
    """From a name or an id typed in (`?who=`) to why that one is in it or not; a choice where several are meant."""
    segment = one(request.user, slug)
    subject, who = Subject(segment.subject), request.GET.get("who", "").strip()
    records: Any = subjects_of(subject, request.user)
    exact = records.filter(external_id=who).first() if who else None
    found = [exact] if exact else list(records.search(who).order_by("name", "id")[:CANDIDATES]) if who else []
    if len(found) == 1:
        return redirect("console_segment_why", slug, found[0].external_id)
    if not found:
        messages.info(
            request, f"Nobody is called “{who}”. Try part of the name, or the id." if who else "Type a name or an id."
        )
        return redirect("console_segment_members", slug)
    names = Names(subject)
    words = {"segment": segment, "who": who, "found": [names.of(record) for record in found]}
    return render(request, "console/segments/ask_why.html", words)


def note(segment: Segment, is_member: bool, verdict: bool | None) -> str:
    """What to know when the facts of this moment say otherwise than the last run; empty when they agree."""
    if segment.published is None:
        return "This segment is not published yet: it has no members. Below is what its rule says."
    if segment.status != Segment.Status.ACTIVE or verdict in (None, is_member):
        return ""
    turn = "enters" if verdict else "leaves"
    return f"The facts have changed since the segment was last computed: with the next run this one {turn}."
