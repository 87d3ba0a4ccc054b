"""How many records a CSV text holds, counted one character at a time: what the product's reader is compared with."""

from __future__ import annotations

import re


class NeverClosed(ValueError):
    """A quote opens and the text ends within it."""


def records(text: str, delimiter: str) -> list[list[str]]:
    """The records below the header; one that cannot be read is an empty list, blank ones are left out.

    A quote stands at the start of a cell; a doubled one belongs to the text. Anything else behind a closing quote makes the
    record unreadable to the end of its line.
    """
    found, at = [], 0
    while at < len(text):
        cells, at = _record(text, at, delimiter)
        if not cells or "".join(cells).strip():
            found.append(cells)
    return found[1:]


def _record(text: str, at: int, delimiter: str) -> tuple[list[str], int]:
    plain = re.compile(rf"[^{re.escape(delimiter)}\r\n]*")
    cells = []
    while True:
        if at < len(text) and text[at] == '"':
            cell, at = _quoted(text, at + 1)
            if at < len(text) and text[at] not in {delimiter, "\r", "\n"}:
                while at < len(text) and text[at] not in "\r\n":
                    at += 1
                return [], _next_line(text, at)
        else:
            match = plain.match(text, at)
            assert match
            cell, at = match[0], match.end()
        cells.append(cell)
        if at >= len(text) or text[at] != delimiter:
            return cells, _next_line(text, at)
        at += 1


def _quoted(text: str, at: int) -> tuple[str, int]:
    """The text up to the closing quote, and the place behind it."""
    start = at
    while True:
        end = text.find('"', at)
        if end < 0:
            raise NeverClosed
        if text[end + 1 : end + 2] != '"':
            return text[start:end].replace('""', '"'), end + 1
        at = end + 2


def _next_line(text: str, at: int) -> int:
    return at + (2 if text[at : at + 2] == "\r\n" else 1)
