"""The quiz that ends a course of the demo: one question of each type, in the words of an industry."""

from __future__ import annotations

from typing import Any


def final_quiz(focus: str) -> dict[str, Any]:
    """The last lesson of "selling with confidence"."""
    return {
        "key": "final-quiz",
        "kind": "quiz",
        "title": "Show what you know",
        "body": "Four questions. Take your time: you have three attempts.",
        "quiz": {
            "pass_mark": 75,
            "attempts": 3,
            "questions": [
                {
                    "id": "first",
                    "type": "single",
                    "text": "What belongs into the first two sentences to a customer?",
                    "choices": [
                        {"id": "a", "text": "Our history and our prizes"},
                        {"id": "b", "text": "Whom we help, and with what"},
                        {"id": "c", "text": "The price list"},
                    ],
                    "correct": ["b"],
                    "explanation": "A customer listens for themselves in what you say.",
                },
                {
                    "id": "second",
                    "type": "multiple",
                    "text": "Which of these make an offer easy to sign?",
                    "choices": [
                        {"id": "a", "text": "One page"},
                        {"id": "b", "text": "One price"},
                        {"id": "c", "text": "Every option we have"},
                    ],
                    "correct": ["a", "b"],
                    "explanation": "Whatever has to be compared has to be put off.",
                },
                {
                    "id": "third",
                    "type": "number",
                    "text": "A customer pays 400 a month. What is that in a year?",
                    "value": "4800",
                    "tolerance": "0",
                    "explanation": "Say both sums: the small one to begin with, the large one to decide by.",
                },
                {
                    "id": "fourth",
                    "type": "text",
                    "text": "Which field is this course's example from?",
                    "accepted": [focus],
                    "explanation": "It is the one that the vendor puts first this year.",
                },
            ],
        },
    }
