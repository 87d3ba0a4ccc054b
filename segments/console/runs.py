"""Runs: what they did, how the present one is getting on, and asking for one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from people.guards import editor_required, vendor_required
from segments.console.parts import is_part
from segments.dispatch import recompute_soon
from segments.models import Recompute, Segment

PAGE_SIZE = 50
UNFINISHED = (Recompute.Status.QUEUED, Recompute.Status.RUNNING)


@require_http_methods(["GET", "POST"])
@vendor_required
def recomputes(request: HttpRequest) -> HttpResponseBase:
    """The history of runs; editors start one."""
    if request.method == "POST":
        return _start(request)
    found = Recompute.objects.visible_to(request.user)
    status = request.GET.get("status", "")
    if status in Recompute.Status.values:
        found = found.filter(status=status)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    words = {
        "page": page,
        "rows": [{"run": run, "took": took(run)} for run in page.object_list],
        "status": status,
        "statuses": Recompute.Status.choices,
        "waits": any(run.status in UNFINISHED for run in page.object_list),
    }
    template = "console/segments/parts/runs.html" if is_part(request) else "console/segments/recomputes.html"
    return render(request, template, words)


@editor_required
def _start(request: HttpRequest) -> HttpResponse:
    run = ask(Recompute.Trigger.MANUAL, [], str(request.user))
    messages.info(request, "The recompute is on its way; this page follows it.")
    return redirect("console_recompute", run.pk)


@require_safe
@vendor_required
def recompute(request: HttpRequest, pk: int) -> HttpResponse:
    """One run, segment by segment; the part follows a run that is not finished."""
    run = get_object_or_404(Recompute.objects.visible_to(request.user), pk=pk)
    names = dict(
        Segment.objects.visible_to(request.user).filter(slug__in=list(run.details)).values_list("slug", "name")
    )
    lines = [
        {"slug": slug, "name": names.get(slug, slug), "known": slug in names, **of} for slug, of in run.details.items()
    ]
    words = {
        "run": run,
        "took": took(run),
        "lines": sorted(lines, key=lambda line: ("error" not in line, line["name"])),
    }
    template = "console/segments/parts/run_details.html" if is_part(request) else "console/segments/recompute.html"
    return render(request, template, words)


@require_safe
@vendor_required
def segment_run(request: HttpRequest, slug: str) -> HttpResponse:
    """The part that follows the newest run of a segment; once it is over, the parts that list members read again."""
    segment = get_object_or_404(Segment.objects.visible_to(request.user), slug=slug)
    run = newest_run(segment)
    response = render(
        request, "console/segments/parts/run.html", {"segment": segment, "run": run, "outcome": outcome(segment, run)}
    )
    if run is None or run.status not in UNFINISHED:
        response["HX-Trigger"] = "recomputed"
    return response


@require_POST
@editor_required
def recompute_segment(request: HttpRequest, slug: str) -> HttpResponse:
    """Recompute one segment now."""
    segment = get_object_or_404(Segment.objects.visible_to(request.user).active(), slug=slug)
    ask(Recompute.Trigger.MANUAL, [segment.slug], str(request.user))
    return redirect("console_segment", slug)


def outcome(segment: Segment, run: Recompute | None) -> dict[str, Any] | None:
    """What a run did to one segment: {"members", "entered", "left"}; None where it did not get to it."""
    found = run.details.get(segment.slug) if run else None
    return found if found and "error" not in found else None


def took(run: Recompute) -> str:
    """How long a run took, in words; empty before it began."""
    if run.started_at is None:
        return ""
    seconds = ((run.finished_at or timezone.now()) - run.started_at).total_seconds()
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes} min {seconds} s"


def ask(trigger: str, slugs: list[str], who: str) -> Recompute:
    """A run of these segments; the one that is waiting already where there is one, so that asking twice is one run."""
    waiting = Recompute.objects.filter(status=Recompute.Status.QUEUED, slugs=slugs).first()
    return waiting or recompute_soon(trigger=trigger, slugs=slugs, requested_by=who)


def newest_run(segment: Segment) -> Recompute | None:
    """The newest run that the segment is in."""
    return Recompute.objects.filter(Q(slugs=[]) | Q(slugs__contains=[segment.slug])).first()
