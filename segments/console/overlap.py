"""What segments have in common: one beside the others, all as a heat map, two side by side."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from pyroaring import BitMap64

from partners.vocabulary import Subject
from people.guards import vendor_required
from people.roles import Viewer
from segments.console.describing import sentence_of
from segments.console.segment import one
from segments.console.subjects import Named, Names
from segments.console.versions import difference_of
from segments.console.vocabulary import MODELS
from segments.models import SUBJECTS, Segment
from segments.overlaps import compared, overlaps_of, seen_members

MOST = 30
"""So many segments make a map that can be read."""
LIKE = 0.9
"""From this likeness on two segments are nearly the same."""
STEPS = 10
SAMPLE_SIZE = 20


@require_safe
@vendor_required
def overlap(request: HttpRequest, slug: str) -> HttpResponse:
    """The other active segments that share members with this one."""
    segment = one(request.user, slug)
    others = list(active(request.user, segment.subject).exclude(pk=segment.pk))
    found = overlaps_of(segment, others, request.user)
    words = {"segment": segment, "tab": "overlap", "overlaps": found, "others": len(others), "like": LIKE}
    return render(request, "console/segments/overlap.html", words)


def active(viewer: Viewer, subject: str) -> Any:
    """The active segments of a subject, the largest first."""
    return Segment.objects.visible_to(viewer).active().filter(subject=subject).order_by("-member_count", "name")


@dataclass(frozen=True, slots=True)
class Cell:
    """How much of the row's segment is in the column's."""

    column: Segment
    both: int
    percent: int
    step: int
    """Shade, 0 to STEPS."""
    is_own: bool


@require_safe
@vendor_required
def heat_map(request: HttpRequest) -> HttpResponse:
    """Every active segment of a subject against every other one."""
    subject = request.GET.get("subject", "")
    subject = subject if subject in MODELS else Subject.PARTNER.value
    everyone = active(request.user, subject)
    shown = sorted(everyone[:MOST], key=lambda segment: segment.name)
    members = seen_members(shown, request.user)
    words = {
        "subject": subject,
        "subjects": SUBJECTS,
        "shown": shown,
        "more": max(0, everyone.count() - len(shown)),
        "rows": [
            {"segment": row, "count": len(members[row.pk]), "cells": [_cell(row, column, members) for column in shown]}
            for row in shown
        ],
        "alike": alike(shown, members),
        "steps": range(0, STEPS + 1, 2),
    }
    return render(request, "console/segments/heat_map.html", words)


def _cell(row: Segment, column: Segment, members: dict[int, BitMap64]) -> Cell:
    pair = compared(column, members[row.pk], members[column.pk])
    # Something is never shown as nothing, nor almost all as all.
    percent = 0 if not pair.both else min(max(round(100 * pair.share), 1), 99 if pair.share < 1 else 100)
    return Cell(column, pair.both, percent, -(-percent * STEPS // 100), row.pk == column.pk)


def alike(shown: list[Segment], members: dict[int, BitMap64]) -> list[dict[str, Any]]:
    """Pairs that are nearly the same, the most alike first."""
    pairs = []
    for place, first in enumerate(shown):
        for second in shown[place + 1 :]:
            found = compared(second, members[first.pk], members[second.pk])
            if found.likeness >= LIKE:
                percent = 100 if found.likeness == 1 else min(99, round(100 * found.likeness))
                pairs.append({"first": first, "second": second, "both": found.both, "percent": percent})
    return sorted(pairs, key=lambda pair: -pair["percent"])


@require_safe
@vendor_required
def compare(request: HttpRequest) -> HttpResponse:
    """Two segments: who is only in one, in both, only in the other, and what their rules say. `?a=&b=`."""
    choices = Segment.objects.visible_to(request.user).exclude(status=Segment.Status.ARCHIVED)
    slugs = [request.GET.get(name, "") for name in ("a", "b")]
    known = {
        segment.slug: segment
        for segment in Segment.objects.visible_to(request.user)
        .filter(slug__in=slugs)
        .select_related("draft", "published", "owner", "profile")
    }
    words: dict[str, Any] = {"choices": choices.values_list("slug", "name", "subject"), "a": slugs[0], "b": slugs[1]}
    first, second = (known.get(slug) for slug in slugs)
    words["problem"] = _problem(slugs, first, second)
    if first is not None and second is not None and not words["problem"]:
        words |= _compared(first, second, request.user)
    return render(request, "console/segments/compare.html", words)


def _problem(slugs: list[str], first: Segment | None, second: Segment | None) -> str:
    if not all(slugs):
        return ""
    if first is None or second is None:
        return "One of these segments does not exist any more. Choose another one."
    if first.pk == second.pk:
        return "Choose two different segments."
    if first.subject != second.subject:
        return "One is made of partners, the other of customers: they cannot have members in common."
    return ""


def _compared(first: Segment, second: Segment, viewer: Viewer) -> dict[str, Any]:
    members = seen_members([first, second], viewer)
    a, b = members[first.pk], members[second.pk]
    names = Names(Subject(first.subject))
    sides = [("Only in " + first.name, a - b), ("In both", a & b), ("Only in " + second.name, b - a)]
    return {
        "first": first,
        "second": second,
        "sides": [_side(title, ids, names, viewer) for title, ids in sides],
        "pair": compared(second, a, b),
        "sentences": [sentence_of(each, each.published or each.draft) for each in (first, second)],
        "lines": difference_of(first, first.published or first.draft, second.published or second.draft),
    }


def _side(title: str, ids: BitMap64, names: Names, viewer: Viewer) -> dict[str, Any]:
    shown: list[Named] = list(names.by_id(islice(ids, SAMPLE_SIZE), viewer).values())
    more = len(ids) - len(shown)
    return {
        "title": title,
        "count": len(ids),
        "words": f"{len(ids):,}",
        "names": sorted(shown, key=lambda named: named.name),
        "more": f"{more:,}" if more else "",
    }
