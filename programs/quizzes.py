"""Quizzes: what may be asked, and how answers are marked. Pure values.

A quiz is {"pass_mark": per cent, "attempts": how many (0: no limit), "questions": [question, …]}; a question is
{"id", "type", "text", "explanation"} and, by type,
  single    "choices": [{"id", "text"}, …], "correct": [one choice id]
  multiple  "choices", "correct": [choice ids]: right when exactly these are chosen
  number    "value": decimal as text, "tolerance": decimal as text: right within value ± tolerance
  text      "accepted": [words, …]: right when equal to one of them, whatever the case and accents
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from segments.normalise import loose

Question = dict[str, Any]
Quiz = dict[str, Any]
TYPES = {"single": "One right answer", "multiple": "Several right answers", "number": "A number", "text": "A few words"}
PASS_MARK = 80
LARGEST = {"questions": 100, "choices": 20, "text": 2000, "answer": 500, "number": 40}
KEY = re.compile(r"[A-Za-z0-9_-]{1,20}")
"""The id of a lesson, question or answer."""
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3},[0-9]{3}")
_MEMBERS = {
    "single": {"choices", "correct"},
    "multiple": {"choices", "correct"},
    "number": {"value", "tolerance"},
    "text": {"accepted"},
}


@dataclass(frozen=True, slots=True)
class Marked:
    """A quiz as it was answered."""

    right: tuple[bool, ...]
    """For each question, in order."""
    score: int
    """Per cent right, rounded down."""
    passed: bool


def mark(quiz: Quiz, answers: Mapping[str, Any]) -> Marked:
    """Marks answers (question id → choice id, list of choice ids, or text); a question left out is wrong."""
    right = tuple(is_right(question, answers.get(question["id"])) for question in quiz["questions"])
    score = 100 * sum(right) // len(right) if right else 0
    return Marked(right, score, bool(right) and score >= quiz["pass_mark"])


def is_right(question: Question, answer: Any) -> bool:
    """One answer is right. Anything of another shape than asked for is wrong, never an error."""
    match question["type"]:
        case "single":
            return isinstance(answer, str) and [answer] == question["correct"]
        case "multiple":
            return isinstance(answer, list) and bool(answer) and set(map(str, answer)) == set(question["correct"])
        case "number":
            value, tolerance = number(question["value"]) or Decimal(), number(question.get("tolerance")) or Decimal()
            return any(abs(given - value) <= tolerance for given in _readings(answer))
        case "text":
            given_words = _words(answer)
            return bool(given_words) and given_words in {_words(accepted) for accepted in question["accepted"]}
    return False


def number(text: Any) -> Decimal | None:
    """A number as people type it: 1234.5, 1 234,5, 1,234.5; None where it is none."""
    if not isinstance(text, str) or len(text) > LARGEST["number"]:
        return None
    plain = "".join(text.split()).replace("\u2212", "-").replace("'", "").replace("’", "")
    comma, point = plain.rfind(","), plain.rfind(".")
    if comma > point and plain.count(",") == 1:
        plain = plain.replace(".", "").replace(",", ".")
    else:
        plain = plain.replace(",", "")
    return Decimal(plain) if _NUMBER.fullmatch(plain) else None


def _readings(text: Any) -> list[Decimal]:
    """What a typed number may mean: 1,234 is taken either way."""
    found = [number(text)]
    if isinstance(text, str) and _THOUSANDS.fullmatch(text.strip()):
        found.append(number(text.replace(",", "")))
    return [each for each in found if each is not None]


def attempts_left(quiz: Quiz, made: int, extra: int = 0) -> int | None:
    """How many more goes there are; None: no limit."""
    return max(quiz["attempts"] + extra - made, 0) if quiz["attempts"] else None


def asked(quiz: Quiz) -> list[dict[str, Any]]:
    """What a learner may see of the questions before answering: nothing that tells which answer is right."""
    return [
        {
            "id": question["id"],
            "type": question["type"],
            "text": question["text"],
            "choices": [{"id": each["id"], "text": each["text"]} for each in question.get("choices", [])],
        }
        for question in quiz["questions"]
    ]


def right_answer(question: Question) -> str:
    """The right answer in words."""
    match question["type"]:
        case "number":
            tolerance = number(question.get("tolerance"))
            return f"{question['value']} (± {tolerance})" if tolerance else str(question["value"])
        case "text":
            return str(question["accepted"][0])
    return in_words(question, question["correct"])


def in_words(question: Question, answer: Any) -> str:
    """What was answered, in words; "" for nothing."""
    if question["type"] not in {"single", "multiple"}:
        return answer.strip() if isinstance(answer, str) else ""
    chosen = answer if isinstance(answer, list) else [answer]
    return "; ".join(each["text"] for each in question["choices"] if each["id"] in chosen)


def problems(quiz: Any) -> list[str]:
    """What is wrong with a quiz, each in a sentence that says what would be right."""
    if not isinstance(quiz, dict) or set(quiz) != {"pass_mark", "attempts", "questions"}:
        return ["A quiz has a pass_mark, attempts and questions."]
    found = []
    if not _whole(quiz["pass_mark"], 1, 100):
        found.append("The pass mark is a whole number of per cent from 1 to 100.")
    if not _whole(quiz["attempts"], 0, 100):
        found.append("Attempts is a whole number from 0 (no limit) to 100.")
    questions = quiz["questions"]
    if not isinstance(questions, list) or len(questions) > LARGEST["questions"]:
        return [*found, f"Questions is a list of at most {LARGEST['questions']}."]
    ids = [question.get("id") for question in questions if isinstance(question, dict)]
    if len(set(map(str, ids))) != len(ids):
        found.append("Each question has an id of its own.")
    for place, question in enumerate(questions, start=1):
        found += [f"Question {place}: {text}" for text in question_problems(question)]
    return found


def question_problems(question: Any) -> list[str]:
    """What is wrong with one question."""
    if not isinstance(question, dict) or question.get("type") not in TYPES:
        return [f"a question has a type: {', '.join(TYPES)}."]
    extra = set(question) - {"id", "type", "text", "explanation"} - _MEMBERS[question["type"]]
    if extra:
        return [f"a question of type {question['type']} has no {', '.join(sorted(extra))}."]
    return list(_wrong_with(question))


def _wrong_with(question: Question) -> Iterator[str]:
    if not _key(question.get("id")):
        yield "give it an id of letters, digits, - and _, at most 20 of them."
    if not _text(question.get("text"), LARGEST["text"]):
        yield "write the question."
    if not isinstance(question.get("explanation", ""), str) or len(question.get("explanation", "")) > LARGEST["text"]:
        yield f"the explanation is a text of at most {LARGEST['text']} characters."
    match question["type"]:
        case "number":
            value, tolerance = number(question.get("value")), number(question.get("tolerance") or "0")
            if value is None:
                yield "give the right number."
            if tolerance is None or tolerance < 0:
                yield "the tolerance is a number from 0."
        case "text":
            accepted = question.get("accepted")
            if not _list_of_texts(accepted) or not all(_words(each) for each in accepted or []):
                yield "give at least one accepted answer."
        case _:
            yield from _wrong_with_choices(question)


def _wrong_with_choices(question: Question) -> Iterator[str]:
    choices, correct = question.get("choices"), question.get("correct")
    if not isinstance(choices, list) or not all(
        isinstance(each, dict)
        and set(each) == {"id", "text"}
        and _key(each["id"])
        and _text(each["text"], LARGEST["answer"])
        for each in choices
    ):
        yield "every answer has an id and a text."
        return
    ids = {each["id"] for each in choices}
    if not 2 <= len(choices) <= LARGEST["choices"] or len(ids) != len(choices):
        yield f"give from 2 to {LARGEST['choices']} different answers."
    if not _list_of_texts(correct) or not set(correct or []) <= ids:
        yield "mark the right answer."
    elif question["type"] == "single" and len(correct or []) != 1:
        yield "mark just one answer as right, or make it a question with several right answers."


def _words(value: Any) -> str:
    """A text answer as it is compared."""
    return " ".join(loose(value).split()) if isinstance(value, str) and len(value) <= LARGEST["answer"] else ""


def _whole(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _key(value: Any) -> bool:
    return isinstance(value, str) and KEY.fullmatch(value) is not None


def _text(value: Any, most: int) -> bool:
    return isinstance(value, str) and bool(value.strip()) and len(value) <= most


def _list_of_texts(value: Sequence[Any] | None) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, str) for each in value)
