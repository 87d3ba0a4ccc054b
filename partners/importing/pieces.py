"""Values as COPY's text format has them. Pure values."""

from __future__ import annotations

import re
from collections.abc import Sequence

_ESCAPED = re.compile(r"[\\\t\n\r\v\x08\f]")
_ESCAPES = str.maketrans(
    {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\x0b": "\\v", "\x08": "\\b", "\x0c": "\\f"}
)


def escape(text: str) -> str:
    """A text for COPY's text format."""
    return text.translate(_ESCAPES) if _ESCAPED.search(text) else text


def array(items: Sequence[str | int]) -> str:
    """An array for COPY's text format."""
    if items and isinstance(items[0], int):
        return "{" + ",".join(map(str, items)) + "}"
    quoted = ('"' + str(item).replace("\\", "\\\\").replace('"', '\\"') + '"' for item in items)
    return escape("{" + ",".join(quoted) + "}")
