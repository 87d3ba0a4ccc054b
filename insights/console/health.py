"""The health of segments: all of them, one by one, and the classic mistakes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from insights.console import mending
from insights.console.showing import asked_subject, csv_file
from insights.dispatch import measure_soon
from insights.figures import figures_of
from insights.linting import lint, lint_one
from insights.mistakes import beside, material
from insights.models import Checkup
from insights.principles import PRINCIPLES, Judged, judged, percent, score, score_of
from people import roles
from people.guards import editor_required, vendor_required
from segments.console.segment import one
from segments.models import SUBJECTS, Segment

PAGE = 50


@dataclass(frozen=True, slots=True)
class Checked:
    """One segment among others."""

    segment: Any
    judged: list[Judged]
    score: float | None
    words: str


def checked(rows: Iterable[Checkup]) -> list[Checked]:
    """Each with how it stands by every principle."""
    found = []
    for row in rows:
        verdicts = judged(figures_of(row.figures))
        points = score(verdicts)
        found.append(Checked(row.segment, verdicts, points, percent(points)))
    return found


def weakest_first(subject: str) -> list[Checkup]:
    """Every active segment of a subject that was looked at. One query."""
    rows = list(Checkup.objects.filter(segment__subject=subject, segment__status="active").select_related("segment"))
    points = {row.pk: score_of(figures_of(row.figures)) for row in rows}
    return sorted(rows, key=lambda row: (points[row.pk] is None, points[row.pk], row.segment.name))


@require_safe
@vendor_required
def overview(request: HttpRequest) -> HttpResponseBase:
    """All segments of a subject with how each principle stands."""
    subject = asked_subject(request)
    found = weakest_first(subject)
    if request.GET.get("as") == "csv":
        heads = ["Segment", "Health", *(each.label for each in PRINCIPLES)]
        lines = [[each.segment.name, each.score, *(one.value for one in each.judged)] for each in checked(found)]
        return csv_file(f"health-{subject}s", heads, lines)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    words = {"subject": subject, "subjects": SUBJECTS, "page": page, "rows": checked(page), "principles": PRINCIPLES}
    return render(request, "console/insights/health.html", words)


@require_safe
@vendor_required
def of_segment(request: HttpRequest, slug: str) -> HttpResponseBase:
    """One segment by every principle, each with its formula and where to mend it; and its classic mistakes."""
    segment = one(request.user, slug)
    row = Checkup.objects.filter(segment=segment).first()
    verdicts = judged(figures_of(row.figures)) if row else []
    may_edit = roles.may_edit(request.user)
    found = lint_one(*beside(segment, row)) if row and segment.status == Segment.Status.ACTIVE else []
    words = {
        "segment": segment,
        "tab": "health",
        "checked_at": row.checked_at if row else None,
        "principles": [
            {"judged": each, "fix": mending.of_principle(each, segment, may_edit=may_edit)} for each in verdicts
        ],
        "score": percent(score(verdicts)),
        "findings": [{"finding": each, "fix": mending.of_finding(each, may_edit=may_edit)} for each in found],
    }
    return render(request, "console/insights/segment_health.html", words)


@require_safe
@vendor_required
def mistakes(request: HttpRequest) -> HttpResponseBase:
    """The classic mistakes, all or those of one kind."""
    found = lint(*material())
    code = request.GET.get("kind", "")
    may_edit = roles.may_edit(request.user)
    kinds = Counter((finding.code, finding.title.partition(" as ")[0]) for finding in found)
    shown = [finding for finding in found if finding.code == code] if code else found
    if request.GET.get("as") == "csv":
        heads = ["Mistake", "Segment or set", "What is wrong", "How grave"]
        rows = [[each.title, each.about, each.said, "Fix" if each.serious else "Look"] for each in shown]
        return csv_file("mistakes", heads, rows)
    page = Paginator(shown, PAGE).get_page(request.GET.get("page"))
    words = {
        "page": page,
        "rows": [{"finding": each, "fix": mending.of_finding(each, may_edit=may_edit)} for each in page],
        "kinds": [
            (value, f"{label} ({count})") for (value, label), count in sorted(kinds.items(), key=lambda i: -i[1])
        ],
        "kind": code,
        "serious": sum(finding.serious for finding in found),
        "total": len(found),
        "was_checked": Checkup.objects.exists(),
    }
    return render(request, "console/insights/mistakes.html", words)


@require_POST
@editor_required
def measure_now(request: HttpRequest) -> HttpResponseBase:
    """Work everything out again, without waiting for the night."""
    measure_soon()
    messages.success(request, "The figures are being worked out again. Look once more in a minute.")
    return redirect("console_insights")
