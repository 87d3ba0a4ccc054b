"""Instants in addresses."""

from __future__ import annotations

from datetime import datetime

from rest_framework.request import Request

from partners.api.filters import BadParameter
from segments.moments import read_moment


def as_of(request: Request) -> datetime | None:
    """`?as_of=`: an instant, or a day for its first moment in the organisation's zone. None when not given."""
    text = request.query_params.get("as_of", "").replace(" ", "+")  # a bare "+" of an offset arrives as a space
    if "as_of" not in request.query_params:
        return None
    try:
        return read_moment(text)
    except ValueError as error:
        raise BadParameter("as_of", "as_of is an instant such as 2026-11-21T02:00:00Z, or a day.") from error
