"""The lessons of a course, and how far somebody is in them. Pure values.

A lesson is {"key", "kind", "title", "body"} and, by kind: page – nothing more; video – "url"; file – "file" (the id of a
stored file); quiz – "quiz" (see `programs.quizzes`). The key stays with the lesson when it moves. One without a kind is a
page; one without a key has its place (from 1) as its key.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from programs import quizzes

Lesson = dict[str, Any]
KINDS = {"page": "Page", "video": "Video", "file": "File", "quiz": "Quiz"}
_MEMBERS = {"page": set(), "video": {"url"}, "file": {"file"}, "quiz": {"quiz"}}
MOST = 200
KEY = quizzes.KEY


def kind_of(lesson: Mapping[str, Any]) -> str:
    """The lesson's kind."""
    return str(lesson.get("kind") or "page")


def keys(lessons: Sequence[Mapping[str, Any]]) -> list[str]:
    """The key of each lesson, in order."""
    return [str(lesson.get("key") or place) for place, lesson in enumerate(lessons, start=1)]


def new_key(taken: Collection[str]) -> str:
    """A key that no lesson (or question, or answer) has; never a plain number, which may be a place."""
    while (key := f"k{secrets.token_hex(4)}") in taken:
        pass
    return key


def keyed(lessons: Iterable[Mapping[str, Any]], before: Sequence[Mapping[str, Any]] = ()) -> list[Lesson]:
    """The lessons as they are stored: titles trimmed, every one with a key.

    One that comes without a key is taken for the one of the same title that there was before, so that what people have
    done of it stays done; else it is new.
    """
    known = keys(before)
    by_title: dict[str, list[str]] = {}
    for key, lesson in zip(known, before, strict=True):
        by_title.setdefault(str(lesson.get("title", "")).strip(), []).append(key)
    given = [dict(lesson) for lesson in lessons]
    taken = {str(lesson["key"]) for lesson in given if lesson.get("key")}
    found = []
    for lesson in given:
        title = str(lesson.get("title", "")).strip()
        if not lesson.get("key"):
            same = [key for key in by_title.get(title, []) if key not in taken]
            lesson["key"] = same[0] if same else new_key(taken | set(known))
            taken.add(lesson["key"])
        kind = kind_of(lesson)
        extra = {name: lesson[name] for name in _MEMBERS.get(kind, ()) if name in lesson}
        found.append({"key": str(lesson["key"]), "kind": kind, "title": title, "body": lesson.get("body", ""), **extra})
    return found


def problems(lessons: Iterable[Mapping[str, Any]]) -> list[str]:
    """What is wrong with the lessons, each in a sentence that says what would be right."""
    rows = list(lessons)
    found = [f"A course has at most {MOST} lessons."] if len(rows) > MOST else []
    given = [lesson.get("key") for lesson in rows if lesson.get("key")]
    if len(set(map(str, given))) != len(given):
        found.append("Each lesson has a key of its own.")
    for place, lesson in enumerate(rows, start=1):
        found += _wrong_with(place, lesson)
    return found


def _wrong_with(place: int, lesson: Mapping[str, Any]) -> list[str]:
    kind = kind_of(lesson)
    if kind not in KINDS:
        return [f"Lesson {place}: its kind is one of {', '.join(KINDS)}."]
    known = {"key", "kind", "title", "body"} | _MEMBERS[kind]
    if set(lesson) - known or not all(isinstance(lesson.get(name, ""), str) for name in ("key", "title", "body")):
        return [f"Lesson {place}: a lesson of kind {kind} has {', '.join(sorted(known))}; title and body are texts."]
    found = []
    if not lesson.get("title", "").strip() or len(lesson["title"]) > 300:
        found.append(f"Lesson {place} needs a title of at most 300 characters.")
    if lesson.get("key") and not KEY.fullmatch(lesson["key"]):
        found.append(f"Lesson {place}: a key is made of letters, digits, - and _, at most 20 of them.")
    if kind == "video" and not is_link(lesson.get("url")):
        found.append(f"Lesson {place}: the link to the video begins with https:// or http:// and names a site.")
    if kind == "file" and not (isinstance(lesson.get("file"), int) and not isinstance(lesson.get("file"), bool)):
        found.append(f"Lesson {place}: add a file.")
    if kind == "quiz":
        found += [f"Lesson {place}: {text}" for text in quizzes.problems(lesson.get("quiz"))]
    return found


def is_link(url: Any) -> bool:
    """An address on the web."""
    if not isinstance(url, str) or len(url) > 2000:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def next_number(lessons: Sequence[Mapping[str, Any]], done: Collection[str]) -> int | None:
    """The place (from 1) of the first lesson not done; None when all are."""
    return next((place for place, key in enumerate(keys(lessons), start=1) if key not in done), None)


def done_count(lessons: Sequence[Mapping[str, Any]], done: Collection[str]) -> int:
    """How many of the lessons are done."""
    return sum(key in done for key in keys(lessons))


def may_open(lessons: Sequence[Mapping[str, Any]], done: Collection[str], number: int) -> bool:
    """A lesson may be opened when it is done, or is the next."""
    return keys(lessons)[number - 1] in done or number == next_number(lessons, done)
