"""The console's courses: their lessons and questions, written without a script, and how people fare in them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from people.guards import editor_required, vendor_required
from programs import lessons as curriculum
from programs import quizzes, teaching
from programs.console.course_forms import LESSON_FORMS, LessonForm, QuestionForm
from programs.markdown import to_html
from programs.models import LessonFile, Program

STEPS = {"up": -1, "down": 1}


def course_or_404(request: HttpRequest, slug: str) -> Program:
    """The course that the viewer may see."""
    programs = Program.objects.visible_to(request.user).filter(kind=Program.Kind.COURSE)
    return get_object_or_404(programs.select_related("course"), slug=slug)


def lesson_or_404(program: Program, key: str) -> dict[str, Any]:
    """The lesson of that key."""
    for found, lesson in zip(curriculum.keys(program.course.lessons), program.course.lessons, strict=True):
        if found == key:
            return {**lesson, "key": key, "kind": curriculum.kind_of(lesson)}
    raise Http404


def _back(request: HttpRequest, slug: str, moved: str = "") -> HttpResponse:
    """To the list of lessons, with the keyboard where it was."""
    return redirect(reverse("console_lessons", args=[slug]) + (f"?moved={moved}" if moved else ""))


@require_safe
@vendor_required
def lessons(request: HttpRequest, slug: str) -> HttpResponse:
    """The lessons in order, to rearrange."""
    found = course_or_404(request, slug)
    rows = [lesson_or_404(found, key) for key in curriculum.keys(found.course.lessons)]
    return render(
        request,
        "console/programs/lessons.html",
        {"program": found, "rows": rows, "kinds": curriculum.KINDS.items(), "moved": request.GET.get("moved", "")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
def lesson_new(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """Write a new lesson; a quiz begins with its first question."""
    found = course_or_404(request, slug)
    if kind not in LESSON_FORMS:
        raise Http404
    form = LESSON_FORMS[kind](request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"program": found, "form": form, "kind": curriculum.KINDS[kind]}
    if kind == "quiz":
        type_ = request.GET.get("type", "single")
        context["question"] = QuestionForm(request.POST or None, type=type_ if type_ in quizzes.TYPES else "single")
        context["types"] = quizzes.TYPES.items()
    forms = [form, *([context["question"]] if kind == "quiz" else [])]
    if request.method == "POST" and all([each.is_valid() for each in forms]):  # noqa: C419 — both show what is wrong
        try:
            key = _write(found, form, question=context.get("question"))
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, f"“{form.cleaned_data['title']}” is added.")
            return redirect("console_lesson", slug, key) if kind == "quiz" else _back(request, slug, key)
    return render(request, "console/programs/lesson_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
def lesson(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Change a lesson; a quiz lists its questions here."""
    found = course_or_404(request, slug)
    present = lesson_or_404(found, key)
    form_class = LESSON_FORMS[present["kind"]]
    form = form_class(request.POST or None, request.FILES or None, initial=form_class.initial_of(present))
    if request.method == "POST" and form.is_valid():
        try:
            _write(found, form, present=present)
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, f"“{form.cleaned_data['title']}” is saved.")
            return _back(request, slug, key)
    context = {
        "program": found,
        "form": form,
        "lesson": present,
        "kind": curriculum.KINDS[present["kind"]],
        "questions": _described(present),
        "types": quizzes.TYPES.items(),
        "moved": request.GET.get("moved", ""),
        "file": LessonFile.objects.filter(pk=present.get("file") or 0, course=found.course).first(),
    }
    return render(request, "console/programs/lesson_form.html", context, status=422 if form.errors else 200)


def _described(lesson: dict[str, Any]) -> list[dict[str, Any]]:
    """A quiz's questions for the list: with their type and right answer in words."""
    found = lesson.get("quiz", {}).get("questions", [])
    return [
        {**question, "noun": quizzes.TYPES[question["type"]], "right": quizzes.right_answer(question)}
        for question in found
    ]


@transaction.atomic
def _write(
    found: Program, form: LessonForm, *, present: dict[str, Any] | None = None, question: QuestionForm | None = None
) -> str:
    """Stores the lesson as entered, with its file or its first question. Returns its key."""
    wanted = form.lesson(present)
    if upload := form.cleaned_data.get("upload"):
        wanted["file"] = teaching.store_file(program=found, upload=upload).pk
    key = teaching.put_lesson(program=found, lesson=wanted, key=(present or {}).get("key", ""))
    if question is not None:
        teaching.put_question(program=found, key=key, question=question.entered())
    return key


@require_POST
@editor_required
def lesson_move(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Up or down by one."""
    found = course_or_404(request, slug)
    lesson_or_404(found, key)
    place = teaching.move_lesson(program=found, key=key, by=STEPS.get(request.POST.get("to", ""), 0))
    messages.info(request, f"Now lesson {place}.")
    return _back(request, slug, key)


@require_POST
@editor_required
def lesson_delete(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Take it out."""
    found = course_or_404(request, slug)
    present = lesson_or_404(found, key)
    try:
        teaching.remove_lesson(program=found, key=key)
        messages.success(request, f"“{present['title']}” is removed.")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return _back(request, slug)


@require_safe
@vendor_required
def lesson_preview(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """The lesson as a partner meets it."""
    found = course_or_404(request, slug)
    present = lesson_or_404(found, key)
    context = {
        "program": found,
        "lesson": present,
        "kind": present["kind"],
        "body": to_html(present.get("body", "")),
        "quiz": present.get("quiz"),
        "questions": quizzes.asked(present["quiz"]) if present["kind"] == "quiz" else [],
        "file": LessonFile.objects.filter(pk=present.get("file") or 0, course=found.course).first(),
    }
    return render(request, "console/programs/lesson_preview.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
def question(request: HttpRequest, slug: str, key: str, question: str = "", type: str = "") -> HttpResponse:  # noqa: A002
    """Write a question of a quiz."""
    found = course_or_404(request, slug)
    lesson = lesson_or_404(found, key)
    known = {each["id"]: each for each in lesson.get("quiz", {}).get("questions", [])}
    if (question and question not in known) or (type and type not in quizzes.TYPES) or lesson["kind"] != "quiz":
        raise Http404
    present = known.get(question)
    form = QuestionForm(request.POST or None, type=type or known[question]["type"], question=present)
    if request.method == "POST" and form.is_valid():
        try:
            made = teaching.put_question(program=found, key=key, question=form.entered())
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, "The question is saved.")
            return _to_questions(slug, key, made)
    context = {"program": found, "lesson": lesson, "form": form, "noun": quizzes.TYPES[form.type], "present": present}
    return render(request, "console/programs/question_form.html", context, status=422 if form.errors else 200)


def _to_questions(slug: str, key: str, moved: str = "") -> HttpResponse:
    return redirect(reverse("console_lesson", args=[slug, key]) + (f"?moved={moved}" if moved else ""))


@require_POST
@editor_required
def question_change(request: HttpRequest, slug: str, key: str, question: str, act: str) -> HttpResponse:
    """Move a question up or down, or take it out."""
    found = course_or_404(request, slug)
    try:
        if act == "move":
            by = STEPS.get(request.POST.get("to", ""), 0)
            place = teaching.move_question(program=found, key=key, question=question, by=by)
            messages.info(request, f"Now question {place}.")
            return _to_questions(slug, key, question)
        teaching.remove_question(program=found, key=key, question=question)
        messages.success(request, "The question is removed.")
    except teaching.Gone as gone:
        raise Http404 from gone
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return _to_questions(slug, key)
