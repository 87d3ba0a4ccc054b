"""Whether a page or a part of it is asked for."""

from __future__ import annotations

from django.http import HttpRequest


def is_part(request: HttpRequest) -> bool:
    """The page on screen asks, by htmx, for a piece to put in."""
    return bool(getattr(request, "htmx", False))
