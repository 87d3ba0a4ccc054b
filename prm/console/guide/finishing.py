"""The end of the guided set-up: what others say, publishing, and the day to look again."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from people.guards import editor_required
from prm.console.guide.forms import DateForm, ReviewForm
from prm.console.guide.showing import address, forget, one, onwards, page, told
from prm.guide import going_live, keeping
from prm.guide.progress import progress_of
from segments.models import SegmentComment
from segments.rules import RuleInvalid

QUARTER = timedelta(days=91)
SHOWN = 50


@require_http_methods(["GET", "POST"])
@editor_required
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask colleagues, write down what they and partners say, or go on without."""
    guide, viewer = one(request, pk), request.user
    if request.method == "POST" and "without" in request.POST:
        keeping.leave_undone(guide=guide, key="review")
        return onwards("review", guide)
    form = ReviewForm(request.POST if request.method == "POST" else None, guide=guide, viewer=viewer)
    if request.method == "POST" and form.is_valid():
        keeping.ask_for_review(guide=guide, user=viewer, **form.cleaned_data)
        messages.success(request, "Asked. It stands under “Needs you” on your colleagues’ first page.")
        return redirect(address("review", guide))
    progress = progress_of(guide, viewer)
    segments = [group.segment for group in progress.groups]
    comments = SegmentComment.objects.filter(segment__in=segments).select_related("segment").order_by("-id")[:SHOWN]
    words = {"form": form, "comments": comments, "asked": list(guide.reviewers.order_by("name", "email"))}
    return page(request, guide, "review", words, status=400 if form.errors else 200, progress=progress)


@require_POST
@editor_required
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what somebody says of a group, or of all."""
    guide, sent = one(request, pk), request.POST
    try:
        keeping.note(
            guide=guide,
            slug=sent.get("segment", ""),
            user=request.user,
            text=sent.get("text", ""),
            partner=sent.get("partner", ""),
        )
    except ValidationError as refused:
        messages.error(request, told(refused))
    return redirect(address("review", guide))


@require_http_methods(["GET", "POST"])
@editor_required
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Who would enter; sent, all of it is put to work."""
    guide = one(request, pk)
    if request.method == "POST":
        try:
            done = going_live.go_live(
                guide=guide, author=str(request.user), with_programs="with_programs" in request.POST
            )
        except (ValidationError, RuleInvalid) as refused:
            said = told(refused) if isinstance(refused, ValidationError) else str(refused)
            messages.error(request, f"Nothing was published. {said}")
            return redirect(address("publish", guide))
        offered = f" and {done.programs} programmes on offer" if done.programs else ""
        messages.success(request, f"{done.segments} segments are published{offered}. Members are coming.")
        return onwards("publish", guide)
    return page(request, guide, "publish", {"programs": going_live.waiting_programs(guide)})


@require_safe
@editor_required
def counts(request: HttpRequest, pk: int) -> HttpResponse:
    """Who would enter and leave each group that is not published: a fragment, since it takes a moment."""
    guide = one(request, pk)
    return render(request, "console/guide/counts.html", {"rows": going_live.entering(guide, request.user)})


@require_http_methods(["GET", "POST"])
@editor_required
def date(request: HttpRequest, pk: int) -> HttpResponse:
    """The day to look again; then the guide is done with, and the page shows what came of it."""
    guide = one(request, pk)
    progress = progress_of(guide, request.user)
    days = [group.profile.review_on for group in progress.groups if group.profile and group.profile.review_on]
    form = DateForm(
        request.POST if request.method == "POST" else None,
        initial={"review_on": min(days) if days else timezone.localdate() + QUARTER},
    )
    if request.method == "POST" and form.is_valid():
        try:
            keeping.finish(guide=guide, review_on=form.cleaned_data["review_on"])
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            forget(request)
            messages.success(request, "Done. You are reminded on that day.")
            return redirect(address("date", guide))
    words = {"form": form, "review_on": min(days) if days else None}
    return page(request, guide, "date", words, status=400 if form.errors else 200, progress=progress)
