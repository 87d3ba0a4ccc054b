"""The text of a cell: trimmed, normalised, and told apart from a missing one."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, tzinfo

NULL_WORDS = frozenset({"NULL", "#N/A"})
"""What means missing in a file beside an empty cell, unless the import says otherwise. Compared exactly: `NA` is North
America, `null` may be a name."""
MARGIN = "\ufeff\u200b\u2060"
"""Invisible characters that exports leave at the ends of cells."""

_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n")
"""What a spreadsheet would take for a formula at the start of a cell; some take the wide forms of East Asia, too."""
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")


@dataclass(frozen=True, slots=True)
class Formats:
    """How a file (or one column of it) writes its values. The empty string means: not said."""

    null_words: frozenset[str] = NULL_WORDS
    decimal: str = ""
    """"." or ","; the other one may group thousands."""
    date_format: str = ""
    """A strptime format ("%d/%m/%Y") or an order ("dmy", "mdy", "ymd")."""
    zone: tzinfo = UTC
    """The zone of instants written without one."""


PLAIN = Formats(null_words=frozenset())
"""Values of JSON and of forms: only empty is missing."""


def clean(text: str) -> str:
    """The text as it is kept: without blanks around it, in Unicode's composed form (NFC)."""
    text = text.strip()
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", text.strip(MARGIN).strip())


def fold(text: str) -> str:
    """The text for comparing: without blanks around it, case and accents."""
    if text.isascii():
        return text.strip().casefold()
    apart = unicodedata.normalize("NFKD", clean(text).casefold())
    return unicodedata.normalize("NFC", "".join(c for c in apart if not unicodedata.combining(c)))


def is_missing(text: str, formats: Formats) -> bool:
    """Whether cleaned text means that there is no value."""
    return not text or text in formats.null_words


def check_text(text: str, longest: int) -> str:
    """The text, when it can be kept; ValueError when it is too long or holds what no text may."""
    if len(text) > longest:
        raise ValueError(f"has {len(text)} characters; at most {longest} fit")
    if "\x00" in text:
        raise ValueError("contains a NUL character; remove it")
    if not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text):
        raise ValueError("contains half of a character pair (a lone surrogate); write the character whole")
    return text


def has_control_characters(text: str) -> bool:
    """Whether the text holds line breaks, tabs or other control characters."""
    return not text.isprintable() and any(unicodedata.category(c) == "Cc" for c in text)


def harmless(text: str) -> str:
    """The text so that no spreadsheet takes it for a formula; plain numbers stay as they are."""
    return "'" + text if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text) else text
