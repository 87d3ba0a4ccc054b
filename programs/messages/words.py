"""The words of a message for one person: places in the text that are filled in, as HTML and as plain text. Pure values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

from programs.markdown import to_html

PLACES = {
    "name": "the person's name",
    "company": "the partner's name",
    "vendor": "our name",
}
"""What a text may say in double braces, and what stands there then."""
_PLACE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+.!|<>~-])")


def unknown_places(text: str) -> list[str]:
    """The places in a text that cannot be filled in, in order."""
    return [name for name in dict.fromkeys(_PLACE.findall(text)) if name not in PLACES]


def readable(text: str) -> str:
    """The text as its name is said where nobody in particular reads it: places in square brackets."""
    return _PLACE.sub(lambda found: f"[{found[1]}]", text)


def filled(text: str, words: Mapping[str, str]) -> str:
    """The text with every place filled in, as it is."""
    return _PLACE.sub(lambda found: words.get(found[1], found[0]), text)


def line(text: str, words: Mapping[str, str]) -> str:
    """A heading for one person: one line, whatever a name holds."""
    return " ".join(filled(text, words).split())


def html(text: str, words: Mapping[str, str]) -> str:
    """Safe HTML of a Markdown text for one person. Names are shown as they are: nothing in them is taken for Markdown."""
    return to_html(filled(text, {name: _SPECIAL.sub(r"\\\1", " ".join(word.split())) for name, word in words.items()}))


def mail_html(*, subject: str, body: str, button: tuple[str, str] | None, foot: list[tuple[str, str]]) -> str:
    """A whole mail. `body` is safe HTML; `button` and each line of the foot are (words, address); no address: words alone."""

    def linked(words: str, address: str) -> str:
        return f'<a href="{escape(address)}">{escape(words)}</a>' if address else escape(words)

    action = f"<p><strong>{linked(*button)}</strong></p>" if button else ""
    feet = "<br>".join(linked(*each) for each in foot)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(subject)}</title></head>'
        f"<body><h1>{escape(subject)}</h1>{body}{action}<hr><p><small>{feet}</small></p></body></html>"
    )


def mail_text(*, body: str, button: tuple[str, str] | None, foot: list[tuple[str, str]]) -> str:
    """The same as plain text: Markdown reads well as it is."""
    parts = [body.strip()]
    if button:
        parts.append(f"{button[0]}: {button[1]}")
    parts.append("-- \n" + "\n".join(f"{words}: {address}" if address else words for words, address in foot))
    return "\n\n".join(parts) + "\n"
