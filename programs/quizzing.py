"""Taking a quiz: an attempt is handed in, marked and kept; passing it finishes its lesson."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from people.roles import Viewer
from programs import lessons as curriculum
from programs import quizzes
from programs.models import Course, Enrolment, QuizAttempt
from programs.taking import Refused, finish_lesson, locked_enrolment


class NoAttemptsLeft(Refused):
    """Every attempt is used up."""

    def __init__(self) -> None:
        super().__init__("You have used every attempt at this quiz. Ask your contact at the vendor for another one.")


@dataclass(frozen=True, slots=True)
class HandedIn:
    """The attempt, whether this call made it (False: it had been handed in before), and whether the course is complete."""

    attempt: QuizAttempt
    is_new: bool
    completed: bool


@transaction.atomic
def hand_in(*, offer_id: int, user: Viewer, number: int, attempt: int, answers: Mapping[str, Any]) -> HandedIn:
    """Hand in attempt `attempt` (from 1) at the quiz that is lesson `number`. Also after the offer has lapsed.

    The same attempt handed in twice, from two tabs or by a double click, counts once: the first one stands.
    """
    offer, enrolment = locked_enrolment(offer_id, user)
    course = offer.program.course
    key, quiz = _quiz(course, enrolment, number)
    ever = list(enrolment.attempts.filter(lesson=key))
    if 1 <= attempt <= len(ever):
        return HandedIn(ever[attempt - 1], is_new=False, completed=not enrolment.is_under_way)
    if attempt != len(ever) + 1:
        raise Refused("This page is out of date. Open the quiz again.")
    before = [each for each in ever if enrolment.counts(each)]
    if before and before[-1].passed:
        raise Refused("You have passed this quiz already.")
    if quizzes.attempts_left(quiz, len(before), enrolment.extra_attempts) == 0:
        raise NoAttemptsLeft
    given = given_answers(quiz, answers)
    marked = quizzes.mark(quiz, given)
    made = QuizAttempt.objects.create(
        enrolment=enrolment,
        lesson=key,
        number=attempt,
        quiz=quiz,
        answers=given,
        score=marked.score,
        passed=marked.passed,
    )
    completed = finish_lesson(offer, enrolment, user, key).completed if marked.passed else False
    return HandedIn(made, is_new=True, completed=completed)


def _quiz(course: Course, enrolment: Enrolment, number: int) -> tuple[str, quizzes.Quiz]:
    """The key and the quiz of a lesson that the person may open."""
    if not 1 <= number <= len(course.lessons) or curriculum.kind_of(course.lessons[number - 1]) != "quiz":
        raise Refused("There is no quiz here.")
    if not curriculum.may_open(course.lessons, enrolment.done, number):
        raise Refused(f"Finish lesson {curriculum.next_number(course.lessons, enrolment.done)} first.")
    return curriculum.keys(course.lessons)[number - 1], course.lessons[number - 1]["quiz"]


def given_answers(quiz: quizzes.Quiz, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers to the quiz's own questions, each in its type's shape; whatever else was sent is left out."""
    found: dict[str, Any] = {}
    for question in quiz["questions"]:
        answer = answers.get(question["id"])
        if isinstance(answer, str):
            found[question["id"]] = answer[: quizzes.LARGEST["answer"]]
        elif isinstance(answer, Sequence):
            known = {each["id"] for each in question.get("choices", [])}
            found[question["id"]] = [str(each) for each in answer if str(each) in known]
    return found


@transaction.atomic
def grant_attempt(*, enrolment: Enrolment) -> Enrolment:
    """Give a person one more attempt at the quizzes of a course."""
    enrolment = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    if not enrolment.is_under_way:
        raise Refused("This person has completed the course.")
    enrolment.extra_attempts += 1
    enrolment.save(update_fields=["extra_attempts"])
    return enrolment
