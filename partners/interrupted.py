"""Told apart: work that failed, and work whose database went away in the middle of it. Pure."""

from __future__ import annotations

from django.db import Error

GONE = ("08", "57P")
"""How the codes begin that PostgreSQL gives when a connection breaks or the server goes down or is not up yet."""


def is_interrupted(error: BaseException) -> bool:
    """The connection was lost: nothing was decided, and whoever comes after may simply do it again."""
    if not isinstance(error, Error):
        return False
    code = getattr(error.__cause__, "pgcode", None)
    if code is not None:
        return str(code).startswith(GONE)
    said = str(error).lower()
    return any(words in said for words in ("connection", "server closed", "could not connect", "ssl syscall"))
