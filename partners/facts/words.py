"""The words there are to say about a subject now: built-in, custom and computed. Read once where a snapshot is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from partners.facts.computed import FACTS
from partners.stored_fields import stored_fields
from partners.vocabulary import BUILT_IN, Field, Subject

NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
"""What the name of an attribute looks like."""
RESERVED = frozenset({"id", "segment", "custom", "provenance", "created_at", "updated_at", "deleted_at", "everyone"})
"""Names with a meaning of their own in rules, files or addresses."""


def reserved_names(subject: Subject) -> frozenset[str]:
    """Names a custom attribute may not take: built-in and computed fields, and words with a meaning of their own."""
    return RESERVED | {field.name for field in BUILT_IN[subject]} | {fact.field.name for fact in FACTS[subject]}


_remembered: ContextVar[dict[str, Any] | None] = ContextVar("remembered", default=None)
T = TypeVar("T")


@contextmanager
def one_vocabulary() -> Iterator[None]:
    """Inside, a vocabulary (and whatever else is read `once`) is read once: for a transaction that reads all from one
    snapshot and writes nothing."""
    token = _remembered.set({})
    try:
        yield
    finally:
        _remembered.reset(token)


def once(name: str, read: Callable[[], T]) -> T:
    """What `read` gives; inside `one_vocabulary` only the first time. Nobody may change it."""
    kept = _remembered.get()
    if kept is None:
        return read()
    if name not in kept:
        kept[name] = read()
    found: T = kept[name]
    return found


def vocabulary(subject: Subject) -> dict[str, Field]:
    """Every field of a subject by name: built-in with the choices added to them, custom (not archived), computed.

    One query; inside `one_vocabulary` one for all subjects.
    """
    if _remembered.get() is None:
        return _vocabulary(subject, stored_fields()[subject])
    every = once("attributes", stored_fields)
    return dict(once(f"vocabulary of {subject}", lambda: _vocabulary(subject, every[subject])))


def _vocabulary(subject: Subject, stored: dict[str, Field]) -> dict[str, Field]:
    return stored | {fact.field.name: fact.field for fact in FACTS[subject]}
