"""What can be wrong with a rule, said so that it can be put right."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class RuleError:
    """One thing wrong: where (RFC 6901 pointer of the node), which kind, and what would be right."""

    pointer: str
    code: str
    detail: str
    """For whoever wrote the JSON: in its words."""
    plain: str = ""
    """For whoever built the rule by hand, where the detail speaks JSON."""

    @property
    def words(self) -> str:
        """What a person reads."""
        return self.plain or self.detail


class RuleInvalid(ValueError):
    """The rule cannot be evaluated. `errors` holds everything that is wrong with it, in reading order."""

    def __init__(self, errors: Iterable[RuleError]) -> None:
        self.errors = tuple(errors)
        super().__init__(" ".join(f"{error.pointer or 'The rule'}: {error.detail}" for error in self.errors))

    @property
    def words(self) -> str:
        """Everything that is wrong, as a person reads it."""
        return " ".join(error.words for error in self.errors)


class Refused(Exception):
    """One part cannot be read; the parser adds where it stands and goes on with the rest."""

    def __init__(self, code: str, detail: str, plain: str = "") -> None:
        self.code = code
        self.detail = detail
        self.plain = plain
        super().__init__(detail)


class Noted(Exception):
    """One part cannot be read, and why has been noted where it stands."""


def shown(value: Any) -> str:
    """A value as it reads in a message: JSON, shortened, and safe to encode whatever was sent."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        text = type(value).__name__
    text = text.encode("utf-8", "replace").decode()
    return text if len(text) <= 80 else text[:77] + "…"


def said(value: Any) -> str:
    """The same as a person reads it: text in quotation marks, a number in digits."""
    if isinstance(value, str):
        return f"“{value[:80]}”".encode("utf-8", "replace").decode() if value else "empty"
    return shown(value)


def nearest(word: str, known: Iterable[str], *, most: int = 3) -> str:
    """A hint, " Did you mean …?", with the nearest known words, or the whole list when it is short, or nothing."""
    pool = list(known)
    lower = {entry.casefold(): entry for entry in reversed(pool)}
    close = [lower[hit] for hit in difflib.get_close_matches(word.casefold()[:100], lower, n=most, cutoff=0.6)]
    if close:
        return f" Did you mean {either(close)}?"
    return f" It can be {either(pool)}." if 0 < len(pool) <= 12 else ""


def either(words: Iterable[str]) -> str:
    """Words in quotation marks, the last after "or"."""
    quoted = [f"“{word}”" for word in words]
    return quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + " or " + quoted[-1]
