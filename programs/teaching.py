"""Writing courses, lesson by lesson and question by question. Every refusal is a ValidationError by field name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from programs import filetypes, quizzes
from programs import lessons as curriculum
from programs.models import Course, LessonFile, Program

Rows = list[dict[str, Any]]


class Gone(LookupError):
    """The lesson or question is not there (any more)."""


@transaction.atomic
def put_lesson(*, program: Program, lesson: curriculum.Lesson, key: str = "") -> str:
    """Change the lesson of that key, or add one at the end where there is none. Returns its key."""
    course = _locked(program)
    rows = curriculum.keyed(course.lessons, course.lessons)
    key = key or curriculum.new_key(curriculum.keys(rows))
    wanted = {**lesson, "key": key}
    if wrong := curriculum.problems([wanted]):
        raise ValidationError({"title": [text.removeprefix("Lesson 1: ") for text in wrong]})
    place = next((place for place, row in enumerate(rows) if row["key"] == key), len(rows))
    rows[place : place + 1] = [wanted]
    _save(course, rows)
    return key


@transaction.atomic
def move_lesson(*, program: Program, key: str, by: int) -> int:
    """Move a lesson up (-1) or down (1); at the edge it stays. Returns its place (from 1)."""
    course = _locked(program)
    rows = curriculum.keyed(course.lessons, course.lessons)
    place = _moved(rows, "key", key, by)
    _save(course, rows)
    return place


@transaction.atomic
def remove_lesson(*, program: Program, key: str) -> None:
    """Take a lesson out. What people have done of the others stays done; a course on offer keeps at least one."""
    course = _locked(program)
    rows = curriculum.keyed(course.lessons, course.lessons)
    left = [row for row in rows if row["key"] != key]
    if len(left) == len(rows):
        raise Gone(key)
    if not left and program.status == Program.Status.ACTIVE:
        raise ValidationError("The course is on offer and this is its only lesson. Archive the course, or add another.")
    _save(course, left)


@transaction.atomic
def put_question(*, program: Program, key: str, question: quizzes.Question) -> str:
    """Change the question of that id in a quiz, or add one at the end where it has none. Returns its id."""
    made = question.get("id") or ""

    def write(rows: Rows) -> None:
        nonlocal made
        made = made or curriculum.new_key([str(row["id"]) for row in rows])
        wanted = {**question, "id": made}
        if wrong := quizzes.question_problems(wanted):
            raise ValidationError({"text": [text[0].upper() + text[1:] for text in wrong]})
        place = next((place for place, row in enumerate(rows) if row["id"] == made), len(rows))
        rows[place : place + 1] = [wanted]

    _change_questions(program, key, write)
    return made


@transaction.atomic
def move_question(*, program: Program, key: str, question: str, by: int) -> int:
    """Move a question up (-1) or down (1); at the edge it stays. Returns its place (from 1)."""
    place = 0

    def write(rows: Rows) -> None:
        nonlocal place
        place = _moved(rows, "id", question, by)

    _change_questions(program, key, write)
    return place


@transaction.atomic
def remove_question(*, program: Program, key: str, question: str) -> None:
    """Take a question out; a quiz keeps at least one."""

    def write(rows: Rows) -> None:
        place = _place(rows, "id", question)
        if len(rows) == 1:
            raise ValidationError("A quiz has at least one question. Add another first, or remove the lesson.")
        del rows[place]

    _change_questions(program, key, write)


def store_file(*, program: Program, upload: UploadedFile) -> LessonFile:
    """Keep a file for a lesson; ValidationError at `upload` where its size, type or content forbids it."""
    media_type = checked_type(upload)
    return LessonFile.objects.create(
        course=program.course,
        file=upload,
        filename=(upload.name or "file")[:200],
        media_type=media_type,
        size=upload.size or 0,
    )


def checked_type(upload: Any) -> str:
    """The media type of an upload, by its content; ValidationError (of no field) where it may not be taken."""
    try:
        return filetypes.check(name=upload.name or "", size=upload.size or 0, file=upload.file)
    except filetypes.Unfit as error:
        raise ValidationError(str(error)) from error


def _locked(program: Program) -> Course:
    """The course, held until the transaction ends, so that two editors do not undo each other."""
    return Course.objects.select_for_update().get(program=program)


def _save(course: Course, rows: Rows) -> None:
    if wrong := curriculum.problems(rows):
        raise ValidationError({"title": wrong})
    course.lessons = curriculum.keyed(rows)
    course.save(update_fields=["lessons"])


def _place(rows: Rows, name: str, value: str) -> int:
    for place, row in enumerate(rows):
        if row[name] == value:
            return place
    raise Gone(value)


def _moved(rows: Rows, name: str, value: str, by: int) -> int:
    """Moves the row; returns its new place (from 1)."""
    place = _place(rows, name, value)
    target = min(max(place + by, 0), len(rows) - 1)
    rows.insert(target, rows.pop(place))
    return target + 1


def _change_questions(program: Program, key: str, write: Callable[[Rows], None]) -> None:
    course = _locked(program)
    rows = curriculum.keyed(course.lessons, course.lessons)
    lesson = rows[_place(rows, "key", key)]
    if lesson["kind"] != "quiz":
        raise Gone(key)
    questions = [dict(question) for question in lesson["quiz"]["questions"]]
    write(questions)
    lesson["quiz"] = {**lesson["quiz"], "questions": questions}
    _save(course, rows)
