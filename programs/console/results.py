"""How people fare in a course: who started, who passed, who is stuck, and the averages."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Avg, Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from partners.models import Partner
from people.guards import editor_required, vendor_required
from programs import lessons as curriculum
from programs import quizzing
from programs.console.courses import course_or_404
from programs.models import Course, Enrolment, QuizAttempt
from programs.taking import Refused
from programs.transcripts import learners

PAGE = 50


@dataclass(frozen=True, slots=True)
class QuizResult:
    """One quiz of a course, over the people the viewer may see."""

    title: str
    attempts: int
    tried: int
    passed: int
    average: int | None

    @property
    def failed(self) -> int:
        """People who tried and have not passed."""
        return self.tried - self.passed


def quiz_results(course: Course, enrolments: QuerySet[Enrolment]) -> list[QuizResult]:
    """The quizzes in order. One query."""
    tallies = {
        row["lesson"]: row
        for row in QuizAttempt.objects.filter(enrolment__in=enrolments)
        .order_by()
        .values("lesson")
        .annotate(
            attempts=Count("pk"),
            tried=Count("enrolment", distinct=True),
            passers=Count("enrolment", filter=Q(passed=True), distinct=True),
            average=Avg("score"),
        )
    }
    found = []
    for key, lesson in zip(curriculum.keys(course.lessons), course.lessons, strict=True):
        if curriculum.kind_of(lesson) == "quiz":
            row = tallies.get(key, {"attempts": 0, "tried": 0, "passers": 0, "average": None})
            average = round(row["average"]) if row["average"] is not None else None
            found.append(QuizResult(lesson["title"], row["attempts"], row["tried"], row["passers"], average))
    return found


@require_safe
@vendor_required
def results(request: HttpRequest, slug: str) -> HttpResponse:
    """The course's people whom the viewer may see."""
    found = course_or_404(request, slug)
    seen = Enrolment.objects.filter(course=found.course, partner__in=Partner.objects.visible_to(request.user))
    page = Paginator(seen.select_related("course", "user", "partner").order_by("-started_at", "-pk"), PAGE).get_page(
        request.GET.get("page")
    )
    tally = seen.aggregate(started=Count("pk"), completed=Count("pk", filter=Q(completed_at__isnull=False)))
    quizzes = quiz_results(found.course, seen)
    scores = [quiz.average for quiz in quizzes if quiz.average is not None]
    context = {
        "program": found,
        "page": page,
        "rows": learners(page),
        "tally": tally,
        "quizzes": quizzes,
        "failed": sum(quiz.failed for quiz in quizzes),
        "average": sum(scores) // len(scores) if scores else None,
    }
    return render(request, "console/programs/results.html", context)


@require_POST
@editor_required
def grant(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One more attempt for one person."""
    found = course_or_404(request, slug)
    seen = Enrolment.objects.filter(course=found.course, partner__in=Partner.objects.visible_to(request.user))
    enrolment = get_object_or_404(seen.select_related("user"), pk=pk)
    try:
        quizzing.grant_attempt(enrolment=enrolment)
        messages.success(request, f"{enrolment.user} may try each quiz once more.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("console_course_results", slug)
