"""Coverage of customer segments by partner segments, the board of stages, and where spend and people go."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from insights import measures, reading
from insights.allocating import STEP, Share, Suggestion, suggest
from insights.console.mending import new_program
from insights.console.showing import asked_subject, csv_file
from insights.covering import Coverage, coverage_of
from insights.models import Resource
from insights.periods import Period, month_of
from insights.principles import percent
from partners.vocabulary import Subject
from people.guards import vendor_required
from people.roles import Viewer
from programs.models import PlaySegment, Program, Target
from segments.models import SUBJECTS, Segment
from segments.stages import STAGES

MOST = 16
"""So many rows and columns make a matrix that can be read."""
PAGE = 50
THIN = 0.05


def largest(viewer: Viewer, subject: str, stage: str = "") -> QuerySet[Segment]:
    """The active segments of a subject, the largest first."""
    found = Segment.objects.visible_to(viewer).active().filter(subject=subject)
    found = found.filter(stage=stage) if stage else found
    ordered: QuerySet[Segment] = found.order_by("-member_count", "name")
    return ordered


@require_safe
@vendor_required
def coverage(request: HttpRequest) -> HttpResponseBase:
    """The page; the matrix comes by itself."""
    return render(request, "console/insights/coverage.html", {})


@require_safe
@vendor_required
def coverage_matrix(request: HttpRequest) -> HttpResponseBase:
    """A part: which share of each customer segment is served by partners of each partner segment."""
    rows, columns = (list(largest(request.user, subject)[:MOST]) for subject in ("partner", "customer"))
    found = coverage_of(rows, columns, request.user)
    table: list[dict[str, Any]] = [
        {
            "segment": row,
            "members": int(found.members[at]),
            "cells": [_cell(found, at, place) for place in range(len(columns))],
        }
        for at, row in enumerate(rows)
    ]
    if request.GET.get("as") == "csv":
        lines = [[row["segment"].name, *(cell["share"] for cell in row["cells"])] for row in table]
        return csv_file("coverage", ["Partner segment", *(column.name for column in columns)], lines)
    heads: list[dict[str, Any]] = [
        {
            "segment": column,
            "customers": int(found.customers[place]),
            "unserved": int(found.customers[place] - found.reached[place]),
            "share": percent(measures.ratio(int(found.reached[place]), int(found.customers[place]))),
        }
        for place, column in enumerate(columns)
    ]
    holes = sorted((head for head in heads if head["unserved"]), key=lambda head: -head["unserved"])
    words = {"heads": heads, "rows": table, "holes": holes[:5], "most": MOST}
    return render(request, "console/insights/parts/coverage_matrix.html", words)


def _cell(found: Coverage, at: int, place: int) -> dict[str, Any]:
    served, partners = int(found.served[at, place]), int(found.partners[at, place])
    customers = int(found.customers[place])
    share = measures.ratio(served, customers)
    shade = 0 if not share else min(4, 1 + int(share * 8))
    return {
        "share": share,
        "words": percent(share),
        "served": served,
        "partners": partners,
        "kind": "gap"
        if served == 0 and customers
        else "thin"
        if share is not None and share < THIN
        else f"step-{shade}",
    }


@require_safe
@vendor_required
def stages(request: HttpRequest) -> HttpResponseBase:
    """Segments × the eight stages: how many active programmes serve each stage of each segment, and which have none."""
    subject, stage = asked_subject(request), request.GET.get("stage", "")
    stage = stage if stage in dict(STAGES) else ""
    found = list(largest(request.user, subject, stage))
    counts = _bound_by_stage(subject)
    own = [row for row in found if row.stage]
    if request.GET.get("as") == "csv":
        lines = [
            [row.name, row.get_stage_display(), *(counts[row.pk, code] for code, _ in STAGES), counts[row.pk, ""]]
            for row in found
        ]
        return csv_file(
            f"stages-{subject}s", ["Segment", "Meant for", *(label for _, label in STAGES), "No stage"], lines
        )
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    rows = [
        {
            "segment": segment,
            "cells": [
                {"stage": code, "label": label, "count": counts[segment.pk, code], "own": segment.stage == code}
                for code, label in STAGES
            ],
            "untagged": counts[segment.pk, ""],
        }
        for segment in page
    ]
    words = {
        "page": page,
        "subject": subject,
        "subjects": SUBJECTS,
        "stage": stage,
        "stages": STAGES,
        "rows": rows,
        "empty": [
            {"segment": row, "fix": new_program(row.slug, row.subject, row.stage)}
            for row in own
            if not counts[row.pk, row.stage]
        ],
        "untagged": Program.objects.filter(status="active", stage="").count(),
        "unstaged": sum(1 for row in found if not row.stage),
        "totals": [sum(counts[segment.pk, code] for segment in found) for code, _ in STAGES],
    }
    return render(request, "console/insights/stages.html", words)


def _bound_by_stage(subject: str) -> Counter[tuple[int, str]]:
    """By segment id and stage, the active programmes for it: their targeting names it, or a play is for its customers."""
    if subject == Subject.PARTNER.value:
        rows = Target.objects.filter(program__status="active").exclude(mode="none")
        return Counter(rows.values_list("segment_id", "program__stage"))
    plays = PlaySegment.objects.filter(play__program__status="active")
    return Counter(plays.values_list("segment_id", "play__program__stage"))


@require_safe
@vendor_required
def resources(request: HttpRequest) -> HttpResponseBase:
    """Spend and people of each partner segment against what it wins and could win, and a suggestion with its reason."""
    pairs = _suggestions(request.user)
    found = [each for _, each in pairs]
    if request.GET.get("as") == "csv":
        heads = ["Segment", "Spend", "People", "Won revenue", "Potential", "Suggested change of spend", "Why"]
        lines = [
            [
                each.share.name,
                each.share.spend,
                each.share.people,
                each.share.revenue,
                each.share.potential,
                each.change,
                each.said,
            ]
            for each in found
        ]
        return csv_file("resources", heads, lines)
    page = Paginator(pairs, PAGE).get_page(request.GET.get("page"))
    words = {
        "page": page,
        "rows": [{"segment": segment, **_line(each)} for segment, each in page],
        "spend": measures.words("money", sum(each.share.spend for each in found)),
        "moved": measures.words("money", sum(each.change for each in found if each.change > 0)),
        "step": percent(STEP),
    }
    return render(request, "console/insights/resources.html", words)


def _suggestions(viewer: Viewer) -> list[tuple[Segment, Suggestion]]:
    """Each segment with what is suggested, the largest change first."""
    year = Period(12, month_of(timezone.localdate(timezone=timezone.get_default_timezone())))
    totals = reading.totals("partner", viewer, year.months)
    summed = Resource.objects.visible_to(viewer).exclude(segment=None).order_by().values("segment_id")
    kept = {
        row["segment_id"]: row for row in summed.annotate(n=Sum("people"), could=Sum("potential"), won=Sum("revenue"))
    }
    segments = [segment for segment in largest(viewer, "partner") if segment.pk in kept]
    shares = [
        Share(
            segment.name,
            float(totals.get(segment.pk, measures.NONE).cost),
            kept[segment.pk]["n"],
            float(kept[segment.pk]["won"]),
            float(kept[segment.pk]["could"]),
        )
        for segment in segments
    ]
    found = suggest(shares) if shares else []
    return sorted(zip(segments, found, strict=True), key=lambda pair: -abs(pair[1].change))


def _line(each: Suggestion) -> dict[str, Any]:
    most = max(each.spend_share, each.people_share, each.open_share) or 1.0
    return {
        "each": each,
        "change": each.change,
        "spend": measures.words("money", each.share.spend),
        "people": measures.words("number", each.share.people),
        "revenue": measures.words("money", each.share.revenue),
        "potential": measures.words("money", each.share.potential),
        "changed": ("+" if each.change > 0 else "") + measures.words("money", each.change),
        "bars": [
            ("Spend", each.spend_share / most, percent(each.spend_share), "warn" if each.change < 0 else ""),
            ("People", each.people_share / most, percent(each.people_share), ""),
            ("Could be won", each.open_share / most, percent(each.open_share), "good"),
        ],
    }
