"""What the builder in the browser asks while somebody works: who matches, which values there are, how full a field is."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.http import require_POST, require_safe

from partners.facts import vocabulary
from partners.vocabulary import Subject
from people.guards import vendor_required
from people.roles import Viewer
from segments import previewing
from segments.console.subjects import Named, Names
from segments.console.vocabulary import MODELS, filled, shares, subjects_of, values_of
from segments.models import Segment

SAMPLE_SIZE = 8


def subject_named(name: Any) -> Subject:
    """Partner or customer; 404 for anything else."""
    if not isinstance(name, str) or name not in MODELS:
        raise Http404
    return Subject(name)


@require_POST
@vendor_required
def preview(request: HttpRequest) -> JsonResponse:
    """{subject, rule, zone?} → who matches among those the viewer may see; a rule that is not right yet answers with its errors."""
    try:
        body = json.loads(request.body if request.content_type == "application/json" else "")
        subject, rule = body["subject"], body["rule"]
    except (ValueError, TypeError, KeyError):
        detail = "Send JSON: {“subject”: “partner” or “customer”, “rule”: …}."
        return JsonResponse(
            {"ok": False, "errors": [{"pointer": "", "code": "bad_request", "detail": detail}]}, status=400
        )
    subject = subject_named(subject)
    segment = Segment.objects.visible_to(request.user).filter(slug=str(body.get("segment", ""))).first()
    found = previewing.preview(
        subject=subject,
        rule=rule,
        viewer=request.user,
        sample_size=SAMPLE_SIZE,
        segment=segment,
        zone=str(body.get("zone") or ""),
    )
    if found.errors:
        return JsonResponse({"ok": False, "errors": [_error(error) for error in found.errors]})
    return JsonResponse(
        {
            "ok": True,
            "count": found.count,
            "total": found.total,
            "sentence": found.sentence,
            "intervals": found.intervals,
            "missing": missing_notes(subject, found.missing),
            "sample": [
                {"name": named.name, "url": named.url, "facts": [fact for fact in named.facts if fact]}
                for named in by_external_id(subject, found.sample, request.user)
            ],
        }
    )


def _error(error: Any) -> dict[str, str]:
    return {"pointer": error.pointer, "code": error.code, "detail": error.words}


def missing_notes(subject: Subject, missing: dict[str, int]) -> list[dict[str, Any]]:
    """How many have nothing in a field the rule reads, most first; fields that all have are left out."""
    fields = vocabulary(subject)
    return [
        {"field": name, "label": fields[name].label, "count": count}
        for name, count in sorted(missing.items(), key=lambda pair: -pair[1])
        if count
    ]


def by_external_id(subject: Subject, rows: list[dict[str, Any]], viewer: Viewer) -> list[Named]:
    """The rows of a sample with names and links, by name."""
    if not rows:
        return []
    names, ids = Names(subject), [row["external_id"] for row in rows]
    return [
        names.of(record) for record in subjects_of(subject, viewer).filter(external_id__in=ids).order_by("name", "id")
    ]


@require_safe
@vendor_required
def field_values(request: HttpRequest) -> JsonResponse:
    """?subject=&field=&q= → {values: [{value, label, count}]}, counted among those the viewer may see."""
    subject = subject_named(request.GET.get("subject"))
    values = values_of(subject, request.GET.get("field", ""), request.user, request.GET.get("q", ""))
    if values is None:
        raise Http404
    return JsonResponse({"values": values})


@require_safe
@vendor_required
def field_coverage(request: HttpRequest) -> JsonResponse:
    """?subject= → {total, shares: {field: 0 … 1}}: how many the viewer may see, and how full each field is."""
    subject = subject_named(request.GET.get("subject"))
    total = filled(subject, request.user).get("external_id", 0)
    return JsonResponse({"total": total, "shares": shares(subject, request.user)})
