"""Marking, type by type, and what a quiz may be."""

from __future__ import annotations

from typing import Any

import pytest

from programs import quizzes
from tests.programs.courses import MULTIPLE, NUMBER, SINGLE, TEXT, quiz


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        (SINGLE, "b", True),
        (SINGLE, "a", False),
        (SINGLE, ["b"], False),
        (SINGLE, None, False),
        (MULTIPLE, ["a", "c"], True),
        (MULTIPLE, ["c", "a"], True),
        (MULTIPLE, ["a"], False),
        (MULTIPLE, ["a", "b", "c"], False),
        (MULTIPLE, [], False),
        (MULTIPLE, "a", False),
        (NUMBER, "99.9", True),
        (NUMBER, " 99,95 ", True),
        (NUMBER, "100", True),
        (NUMBER, "100.01", False),
        (NUMBER, "99.79", False),
        (NUMBER, "ninety", False),
        (NUMBER, "NaN", False),
        (NUMBER, "1e999999999", False),
        (NUMBER, ["99.9"], False),
        (TEXT, "zürich", True),
        (TEXT, "  ZURICH ", True),
        (TEXT, "Zurich,  Switzerland", True),
        (TEXT, "Bern", False),
        (TEXT, "", False),
        (TEXT, None, False),
    ],
)
def test_is_right__answer__as_the_type_says(question: dict[str, Any], answer: Any, expected: bool) -> None:
    assert quizzes.is_right(question, answer) is expected


def test_is_right__comma_of_either_meaning__both_are_right() -> None:
    for value in ("1234", "1.234"):
        assert quizzes.is_right(NUMBER | {"value": value, "tolerance": "0"}, "1,234")


@pytest.mark.parametrize(
    ("text", "value"),
    [("1234.5", "1234.5"), ("1 234,5", "1234.5"), ("1,234.5", "1234.5"), ("1.234,5", "1234.5"), ("-3", "-3")],
)
def test_number__as_people_type_it__is_read(text: str, value: str) -> None:
    assert str(quizzes.number(text)) == value


def test_mark__half_right__score_and_pass_mark_decide() -> None:
    answers = {"s": "b", "m": ["a", "c"], "n": "1", "t": "Bern"}
    marked = quizzes.mark(quiz(pass_mark=51), answers)
    assert (marked.right, marked.score, marked.passed) == ((True, True, False, False), 50, False)
    assert quizzes.mark(quiz(pass_mark=50), answers).passed
    assert quizzes.mark({"pass_mark": 1, "attempts": 0, "questions": []}, {}).passed is False


def test_asked__every_type__tells_nothing_of_the_answer() -> None:
    asked = quizzes.asked(quiz())
    assert {name for question in asked for name in question} == {"id", "type", "text", "choices"}
    assert {name for question in asked for choice in question["choices"] for name in choice} == {"id", "text"}


@pytest.mark.parametrize(("made", "extra", "left"), [(0, 0, 2), (1, 0, 1), (2, 0, 0), (5, 0, 0), (2, 1, 1)])
def test_attempts_left__limit_of_two__counts_down(made: int, extra: int, left: int) -> None:
    assert quizzes.attempts_left(quiz(attempts=2), made, extra) == left


def test_attempts_left__no_limit__none() -> None:
    assert quizzes.attempts_left(quiz(attempts=0), 99) is None


def test_problems__good_quiz__none() -> None:
    assert quizzes.problems(quiz()) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"correct": []}, "mark the right"),
        ({"correct": ["a", "b"]}, "just one"),
        ({"correct": ["x"]}, "mark the right"),
        ({"choices": [{"id": "a", "text": "One"}], "correct": ["a"]}, "from 2"),
        ({"choices": "ab"}, "id and a text"),
        ({"text": " "}, "write the question"),
        ({"type": "essay"}, "has a type"),
        ({"points": 3}, "has no points"),
    ],
)
def test_problems__question_at_fault__named(change: dict[str, Any], words: str) -> None:
    found = quizzes.problems({"pass_mark": 80, "attempts": 0, "questions": [SINGLE | change]})
    assert any("Question 1" in text and words in text for text in found), found


@pytest.mark.parametrize("bad", [None, [], {}, {"pass_mark": 0, "attempts": -1, "questions": 3}])
def test_problems__not_a_quiz__said(bad: Any) -> None:
    assert quizzes.problems(bad)
