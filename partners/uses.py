"""What still needs an attribute. Apps above tell by registering here, so that this one need not know them."""

from __future__ import annotations

from collections.abc import Callable

from partners.vocabulary import Subject

Finder = Callable[[Subject, str], list[str]]
"""Given a subject and a field's name: what uses it, in words ("segment Gold in EMEA")."""

_finders: list[Finder] = []


def register(finder: Finder) -> Finder:
    """Have `finder` asked before an attribute is archived; called once, when an app is ready."""
    if finder not in _finders:
        _finders.append(finder)
    return finder


def uses(subject: Subject, name: str) -> list[str]:
    """Everything that uses a field, in words."""
    return [use for finder in _finders for use in finder(subject, name)]
