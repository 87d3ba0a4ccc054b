"""How segments perform: all of a subject side by side, one over time, one month's members, a set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from insights import measures, reading
from insights.console.showing import (
    Cell,
    asked_period,
    asked_subject,
    cells,
    compared_by,
    csv_file,
    drawn,
    measures_of,
    of_month,
)
from insights.measures import Sums
from insights.periods import CHOICES, Period
from people.guards import vendor_required
from people.roles import Viewer
from segments.console.segment import one
from segments.models import SUBJECTS, Segment, SegmentProfile, SegmentSet
from segments.stages import STAGES

PAGE = 50
SPARK = "revenue"
PLOTS = ("revenue", "revenue_per_member", "win_rate", "engagement", "training", "cost")


@dataclass(frozen=True, slots=True)
class Line:
    """One segment among others."""

    segment: Segment
    cells: list[Cell]
    reached: float | None
    """How far its target is, as a share; None without one."""
    spark: list[float]


@dataclass(frozen=True, slots=True)
class Compared:
    """Segments in order with their figures: those that are shown become lines."""

    segments: list[Segment]
    figures: dict[int, dict[str, float | None]]
    everybody: list[Cell]
    subject: str

    def lines(self, segments: Sequence[Segment]) -> list[Line]:
        """A line for each of these."""
        return [
            Line(
                segment,
                shown(self.figures[segment.pk], self.subject),
                _reached(segment, self.figures[segment.pk]),
                [],
            )
            for segment in segments
        ]


def compared(segments: list[Segment], subject: str, viewer: Viewer, period: Period, sort: str = "") -> Compared:
    """The segments beside everybody. Three queries."""
    figures_of = reading.figures(subject, viewer, period, [segment.pk for segment in segments])
    figures = {segment.pk: figures_of(segment.pk) for segment in segments}
    key = sort.removeprefix("-")
    if key in measures.BY_NAME:
        # Those without the figure come last, whichever way it is sorted.
        down = -1 if sort.startswith("-") else 1
        segments = sorted(segments, key=lambda segment: _place(figures[segment.pk][key], down))
    return Compared(segments, figures, shown(figures_of(None), subject), subject)


def shown(figures: dict[str, float | None], subject: str) -> list[Cell]:
    """The cells that segments are compared by."""
    return [cell for cell in cells(figures, subject) if cell.measure in compared_by(subject)]


def _place(value: float | None, down: int) -> tuple[bool, float]:
    return (value is None, down * (value or 0.0))


def _reached(segment: Segment, figures: dict[str, float | None]) -> float | None:
    profile: SegmentProfile | None = getattr(segment, "profile", None)
    if profile is None or not profile.measure:
        return None
    return measures.of_target(profile.measure, figures[profile.measure], profile.target_value)


def sparks(lines: list[Line], subject: str, viewer: Viewer, period: Period) -> list[Line]:
    """The same lines with their trend. One query."""
    found = reading.series(subject, viewer, period.months, [line.segment.pk for line in lines])
    return [Line(line.segment, line.cells, line.reached, _trend(found[line.segment.pk], period)) for line in lines]


def _trend(by_month: dict[date, Sums], period: Period) -> list[float]:
    return [float(by_month[month].revenue) for month in period.months if month in by_month]


def heads(subject: str) -> list[str]:
    """The heads of the figures in the file, as on the screen."""
    return [measure.label for measure in compared_by(subject)]


@require_safe
@vendor_required
def overview(request: HttpRequest) -> HttpResponseBase:
    """Every active segment of a subject, with its figures beside everybody's."""
    subject, period = asked_subject(request), asked_period(request)
    sort, stage = request.GET.get("sort", "-revenue"), request.GET.get("stage", "")
    found = Segment.objects.visible_to(request.user).active().filter(subject=subject).select_related("profile")
    if stage in dict(STAGES):
        found = found.filter(stage=stage)
    asked = compared(list(found), subject, request.user, period, sort)
    if request.GET.get("as") == "csv":
        return _file("performance", asked)
    page = Paginator(asked.segments, PAGE).get_page(request.GET.get("page"))
    words = {
        **_common(subject, period),
        "page": page,
        "lines": sparks(asked.lines(list(page)), subject, request.user, period),
        "everybody": asked.everybody,
        "sort": sort,
        "stage": stage,
        "stages": STAGES,
        "measures": compared_by(subject),
    }
    return render(request, "console/insights/performance.html", words)


def _common(subject: str, period: Period) -> dict[str, Any]:
    return {
        "subject": subject,
        "subjects": SUBJECTS,
        "period": period,
        "periods": CHOICES,
        "measured_at": reading.measured_at(),
        "margin": measures.words("share", settings.MARGIN),
    }


def _file(name: str, asked: Compared) -> HttpResponseBase:
    rows = [["Everybody", *(cell.raw for cell in asked.everybody), None]]
    rows += [
        [line.segment.name, *(cell.raw for cell in line.cells), line.reached] for line in asked.lines(asked.segments)
    ]
    return csv_file(f"{name}-{asked.subject}s", ["Segment", *heads(asked.subject), "Of the target"], rows)


@require_safe
@vendor_required
def of_set(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The segments of a set side by side."""
    found = get_object_or_404(SegmentSet, slug=slug)
    period = asked_period(request)
    entries = found.entries.select_related("segment__profile").order_by("position")
    segments = [entry.segment for entry in entries]
    asked = compared(segments, found.subject, request.user, period, request.GET.get("sort", ""))
    if request.GET.get("as") == "csv":
        return _file(f"performance-{found.slug}", asked)
    words = {
        **_common(found.subject, period),
        "set": found,
        "lines": sparks(asked.lines(asked.segments), found.subject, request.user, period),
        "everybody": asked.everybody,
        "sort": request.GET.get("sort", ""),
        "measures": compared_by(found.subject),
    }
    return render(request, "console/insights/set.html", words)


@require_safe
@vendor_required
def of_segment(request: HttpRequest, slug: str) -> HttpResponseBase:
    """One segment over time, against everybody and its target; before and after entering; the table behind it all."""
    segment, viewer = one(request.user, slug), request.user
    subject, period = segment.subject, asked_period(request)
    months = period.months
    if request.GET.get("as") == "csv" and request.GET.get("part") == "entering":
        return _entering_file(segment, viewer)
    found = reading.series(subject, viewer, months, [segment.pk, None])
    own, everybody = found[segment.pk], found[None]
    table = [(month, cells(of_month(own[month]), subject)) for month in reversed(months) if month in own]
    table = [(month, [cell for cell in row if cell.measure.name != "growth"]) for month, row in table]
    columns = [measure for measure in measures_of(subject) if measure.name != "growth"]
    if request.GET.get("as") == "csv":
        lines = [[f"{month:%Y-%m}", *(cell.raw for cell in row)] for month, row in table]
        return csv_file(f"performance-{segment.slug}", ["Month", *(measure.label for measure in columns)], lines)
    figures_of = reading.figures(subject, viewer, period, [segment.pk])
    words = {
        **_common(subject, period),
        "segment": segment,
        "tab": "performance",
        "stats": cells(figures_of(segment.pk), subject, figures_of(None)),
        "target": _target(segment, viewer, period),
        "plots": drawn(subject, months, own, everybody, PLOTS),
        "table": table,
        "columns": columns,
        "measures": measures_of(subject),
        **_entering(segment, viewer),
    }
    return render(request, "console/insights/segment.html", words)


def _target(segment: Segment, viewer: Viewer, period: Period) -> dict[str, Any] | None:
    """The figure to watch, always of a year, beside what it should be."""
    profile = getattr(segment, "profile", None)
    if profile is None or not profile.measure:
        return None
    year = Period(12, period.last)
    measure = measures.BY_NAME[profile.measure]
    value = reading.figures(segment.subject, viewer, year, [segment.pk])(segment.pk)[measure.name]
    goal = float(profile.target_value) / (100 if measure.unit == "share" else 1) if profile.target_value else None
    reached = measures.of_target(measure.name, value, profile.target_value)
    return {
        "measure": measure,
        "value": measures.words(measure.unit, value),
        "goal": measures.words(measure.unit, goal),
        "reached": reached,
        "percent": measures.words("share", reached),
        "kind": _kind(reached, measure.is_cost),
    }


def _kind(reached: float | None, is_cost: bool) -> str:
    if reached is None:
        return ""
    if is_cost:
        return "good" if reached <= 1 else "bad"
    return "good" if reached >= 1 else "warn" if reached < 0.5 else ""


def _entering_file(segment: Segment, viewer: Viewer) -> HttpResponseBase:
    lines = [
        [_stretch(each.number), each.entries, each.revenue, each.won, each.active]
        for each in reading.entering(segment, viewer)
    ]
    heads = ["When", "Entries", "Revenue an entry", "Deals won an entry", "Active"]
    return csv_file(f"entering-{segment.slug}", heads, lines)


def _stretch(number: int) -> str:
    if number < 0:
        return f"{-30 * number}–{-30 * (number + 1)} days before"
    return f"{30 * number}–{30 * (number + 1)} days after"


def _entering(segment: Segment, viewer: Viewer) -> dict[str, Any]:
    stretches = reading.entering(segment, viewer)
    if len(stretches) < 6:
        return {"stretches": []}
    most = max(each.revenue for each in stretches) or 1.0
    before, after = (sum(each.revenue for each in part) / 3 for part in (stretches[:3], stretches[3:]))
    change = measures.ratio(after - before, before)
    return {
        "stretches": [
            {
                "stretch": each,
                "label": _stretch(each.number),
                "revenue": measures.words("money", each.revenue),
                "won": measures.words("number", each.won),
                "active": measures.words("share", each.active),
                "share": each.revenue / most,
            }
            for each in stretches
        ],
        "change": measures.words("share", change),
        "rose": change is not None and change > 0,
        "before": measures.words("money", before),
        "after": measures.words("money", after),
    }
