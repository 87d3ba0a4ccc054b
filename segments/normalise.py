"""Text as rules compare it: "ZÜRICH ", "Zürich" and "zurich" are one city. Pure values."""

from __future__ import annotations

import unicodedata

_ACCENTS = {
    code: None
    for first, last in ((0x300, 0x36F), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE20, 0xFE2F))
    for code in range(first, last + 1)
}
"""Combining accents of Latin, Greek and Cyrillic. Marks of other scripts carry meaning and stay (か is not が)."""
_STROKES = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe"})
"""Letters that people type without their stroke, though Unicode does not take them apart."""


def loose(text: str) -> str:
    """Trimmed, without regard to case, accents and compatibility forms (full width, ligatures)."""
    if text.isascii():
        return text.strip().lower()
    plain = unicodedata.normalize("NFKD", text).translate(_ACCENTS).casefold().translate(_STROKES)
    # Folding may bring accents back (İ becomes i with a dot above), so they are taken off once more.
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKD", plain).translate(_ACCENTS)).strip()


def exact(text: str) -> str:
    """Trimmed and composed (NFC), and nothing else: what `case_sensitive` compares."""
    return unicodedata.normalize("NFC", text).strip()
