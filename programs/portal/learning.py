"""The player: the lessons of a course that the person has begun, one after the other."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from people.guards import partner_required
from programs import lessons as curriculum
from programs import quizzing, renewing, taking
from programs.markdown import to_html
from programs.models import LessonFile, Offer, Program
from programs.portal.progress import quiz_context, steps
from programs.portal.shelf import Card, card_of
from programs.portal.views import own_offer
from programs.serving import send


def _on_the_way(request: HttpRequest, pk: int) -> tuple[Offer, Card]:
    """The company's course, and how far the person is."""
    found = own_offer(request, pk, kind=Program.Kind.COURSE)
    return found, card_of(request.user, found)


def _is_open(card: Card, number: int) -> bool:
    """The person may have that lesson before them; 404 where the course has none."""
    if not 1 <= number <= card.lessons:
        raise Http404
    return card.enrolment is not None and curriculum.may_open(card.program.course.lessons, card.enrolment.done, number)


@require_safe
@partner_required
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """To where the person left the course."""
    _, card = _on_the_way(request, pk)
    number = curriculum.next_number(card.program.course.lessons, card.enrolment.done) if card.enrolment else None
    return redirect("portal_lesson", pk, number) if number else redirect("portal_offer", pk)


@require_POST
@partner_required
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a course again because its certificate ends."""
    own_offer(request, pk, kind=Program.Kind.COURSE)
    try:
        renewing.renew(offer_id=pk, user=request.user)
    except taking.Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("portal_offer", pk)
    return redirect("portal_resume", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@partner_required
def lesson(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One lesson; POST finishes it and goes on to the next."""
    found, card = _on_the_way(request, pk)
    if card.enrolment is None:
        return redirect("portal_offer", pk)
    if request.method == "POST":
        return _finish(request, pk, number)
    if not _is_open(card, number):
        return redirect("portal_resume", pk)
    lessons = found.program.course.lessons
    shown = lessons[number - 1]
    kind = curriculum.kind_of(shown)
    context: dict[str, Any] = {
        "door": "portal_training",
        "card": card,
        "offer": found,
        "number": number,
        "lesson": shown,
        "kind": kind,
        "key": curriculum.keys(lessons)[number - 1],
        "body": to_html(shown.get("body", "")),
        "steps": steps(lessons, card.enrolment),
        "is_done": curriculum.keys(lessons)[number - 1] in card.enrolment.done,
        "is_last": number == len(lessons),
    }
    if kind == "file":
        context["file"] = LessonFile.objects.filter(pk=shown["file"], course=found.program.course).first()
    elif kind == "quiz":
        context |= quiz_context(card, number, request.GET.get("attempt", ""))
    return render(request, "portal/lesson.html", context)


def _finish(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    try:
        progress = taking.complete_lesson(
            offer_id=pk, user=request.user, number=number, key=request.POST.get("lesson", "")
        )
    except taking.Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("portal_offer", pk)
    return _onward(request, pk, number, lessons=progress.lessons, completed=progress.completed)


def _onward(request: HttpRequest, pk: int, number: int, *, lessons: int, completed: bool) -> HttpResponse:
    """To the next lesson, or back to the course where there is none."""
    if completed and number == lessons:
        messages.success(request, "Well done: you have completed the course.")
        return redirect("portal_offer", pk)
    return redirect("portal_lesson", pk, number + 1) if number < lessons else redirect("portal_offer", pk)


@require_POST
@partner_required
def quiz(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Hand in an attempt at the quiz; its page then shows what was right."""
    own_offer(request, pk, kind=Program.Kind.COURSE)
    many = {name.removeprefix("m-"): request.POST.getlist(name) for name in request.POST if name.startswith("m-")}
    one = {name.removeprefix("q-"): value for name, value in request.POST.items() if name.startswith("q-")}
    attempt = request.POST.get("attempt", "")
    try:
        handed = quizzing.hand_in(
            offer_id=pk,
            user=request.user,
            number=number,
            attempt=int(attempt) if attempt.isdecimal() and len(attempt) < 6 else 0,
            answers={**one, **many},
        )
    except taking.Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("portal_resume", pk)
    if not handed.is_new:
        messages.info(request, "This attempt had been handed in before. What you see is how it was answered then.")
    elif handed.completed:
        messages.success(request, "Well done: you have completed the course.")
    response = redirect("portal_lesson", pk, number)
    response["Location"] += f"?attempt={handed.attempt.number}"
    return response


@require_safe
@partner_required
def lesson_file(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    """The file of a lesson that the person may open."""
    found, card = _on_the_way(request, pk)
    if not _is_open(card, number):
        raise Http404
    shown = found.program.course.lessons[number - 1]
    stored = get_object_or_404(LessonFile, pk=shown.get("file") or 0, course=found.program.course)
    return send(
        request,
        storage=stored.file.storage,
        name=stored.file.name or "",
        filename=stored.filename,
        media_type=stored.media_type,
    )


@require_POST
@partner_required
def complete(request: HttpRequest, pk: int) -> HttpResponse:
    """Complete a course whose lessons are all done (it may have become shorter meanwhile)."""
    own_offer(request, pk, kind=Program.Kind.COURSE)
    try:
        taking.complete_offer(offer_id=pk, user=request.user)
        messages.success(request, "Well done: you have completed the course.")
    except taking.Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("portal_offer", pk)
