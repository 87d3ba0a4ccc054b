"""Where somebody is in a course, ready to be shown: its lessons, an attempt at a quiz with what was right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from people.models import User
from programs import lessons as curriculum
from programs import quizzes
from programs.certifying import today
from programs.models import Enrolment, QuizAttempt
from programs.portal.shelf import Card
from programs.renewing import latest_certificate, may_renew

ICONS = {"page": "document-text", "video": "play-circle", "file": "paper-clip", "quiz": "question-mark-circle"}


@dataclass(frozen=True, slots=True)
class Step:
    """One lesson in the list of a course."""

    number: int
    title: str
    kind: str
    is_done: bool
    is_next: bool

    @property
    def icon(self) -> str:
        """The picture of its kind."""
        return ICONS[self.kind]

    @property
    def noun(self) -> str:
        """What to call it."""
        return curriculum.KINDS[self.kind]


@dataclass(frozen=True, slots=True)
class Answered:
    """One question of an attempt that was handed in."""

    text: str
    given: str
    is_right: bool
    right: str
    """The right answer; "" while the quiz can still be passed, so that the next attempt is one."""
    explanation: str


def steps(lessons: list[curriculum.Lesson], enrolment: Enrolment | None) -> list[Step]:
    """The lessons in order, as far as the person is."""
    done = enrolment.done if enrolment else []
    upcoming = curriculum.next_number(lessons, done) if enrolment else None
    return [
        Step(number, lesson["title"], curriculum.kind_of(lesson), key in done, number == upcoming)
        for number, (key, lesson) in enumerate(zip(curriculum.keys(lessons), lessons, strict=True), start=1)
    ]


def course_context(user: User, card: Card) -> dict[str, Any]:
    """What a course's page shows besides its card."""
    certificate = latest_certificate(user, card.program.pk) if card.enrolment else None
    may = card.offer.lapsed_at is None and may_renew(certificate, card.enrolment, today())
    rows = steps(card.program.course.lessons, card.enrolment)
    return {"steps": rows, "certificate": certificate, "may_renew": may, "today": today()}


def feedback(attempt: QuizAttempt, *, reveals: bool) -> list[Answered]:
    """The questions as they were asked, each with what was answered; with the right answers where it `reveals`."""
    marked = quizzes.mark(attempt.quiz, attempt.answers)
    return [
        Answered(
            text=question["text"],
            given=quizzes.in_words(question, attempt.answers.get(question["id"])),
            is_right=is_right,
            right=quizzes.right_answer(question) if reveals and not is_right else "",
            explanation=question.get("explanation", ""),
        )
        for question, is_right in zip(attempt.quiz["questions"], marked.right, strict=True)
    ]


def quiz_context(card: Card, number: int, shown: str) -> dict[str, Any]:
    """A quiz as the person meets it: its questions without their answers, the attempts made, and one of them in full.

    `shown` is the number of the attempt to show, as the address gives it; "new" asks for another one.
    """
    assert card.enrolment is not None  # noqa: S101 — the caller lets in the enrolled alone
    lessons = card.program.course.lessons
    quiz = lessons[number - 1]["quiz"]
    ever = list(card.enrolment.attempts.filter(lesson=curriculum.keys(lessons)[number - 1]))
    attempts = [each for each in ever if card.enrolment.counts(each)]
    left = quizzes.attempts_left(quiz, len(attempts), card.enrolment.extra_attempts)
    passed = any(attempt.passed for attempt in attempts)
    may_try = not passed and left != 0
    attempt = next((each for each in attempts if str(each.number) == shown), None)
    if attempt is None and attempts and not (may_try and shown == "new"):
        attempt = attempts[-1]
    return {
        "quiz": quiz,
        "questions": quizzes.asked(quiz) if attempt is None and may_try else [],
        "attempts": attempts,
        "attempt": attempt,
        "answered": feedback(attempt, reveals=not may_try) if attempt else [],
        "right_count": sum(quizzes.mark(attempt.quiz, attempt.answers).right) if attempt else 0,
        "next_attempt": len(ever) + 1,
        "left": left,
        "may_try": may_try,
        "passed": passed,
    }
