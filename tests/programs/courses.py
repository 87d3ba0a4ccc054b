"""A quiz with a question of each type, and a course with it in."""

from __future__ import annotations

from typing import Any

from programs.models import Offer
from programs.settling import settle
from tests.programs.world import program

CHOICES = [{"id": "a", "text": "One"}, {"id": "b", "text": "Two"}, {"id": "c", "text": "Three"}]
SINGLE = {
    "id": "s",
    "type": "single",
    "text": "Which?",
    "choices": CHOICES,
    "correct": ["b"],
    "explanation": "SAID-WHY",
}
MULTIPLE = {"id": "m", "type": "multiple", "text": "Which ones?", "choices": CHOICES, "correct": ["a", "c"]}
NUMBER = {"id": "n", "type": "number", "text": "How much?", "value": "99.9", "tolerance": "0.1"}
TEXT = {"id": "t", "type": "text", "text": "Where?", "accepted": ["Zürich", "Zurich, Switzerland"]}
RIGHT: dict[str, Any] = {"s": "b", "m": ["c", "a"], "n": "99.9", "t": "zurich"}
RIGHT_FORM = {"q-s": "b", "m-m": ["a", "c"], "q-n": "99,9", "q-t": "ZÜRICH"}


def quiz(**changes: Any) -> dict[str, Any]:
    """One question of each type."""
    return {"pass_mark": 75, "attempts": 2, "questions": [SINGLE, MULTIPLE, NUMBER, TEXT], **changes}


def lessons(**changes: Any) -> list[dict[str, Any]]:
    """A page, then the quiz."""
    return [
        {"key": "read", "kind": "page", "title": "Read this", "body": "All of *it*"},
        {"key": "quiz", "kind": "quiz", "title": "The quiz", "body": "", "quiz": quiz(**changes)},
    ]


def offered(segment: Any, *, of: list[dict[str, Any]] | None = None, **detail: Any) -> Offer:
    """A course on offer to the members of the segment."""
    made = program("basics", kind="course", any=[segment], name="Basics", detail={"lessons": of or lessons(), **detail})
    settle()
    return Offer.objects.on().get(program=made)
