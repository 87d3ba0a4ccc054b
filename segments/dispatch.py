"""Asks for a run and sends it to the workers once the asking is committed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from segments.membership import request_recompute, send
from segments.models import Recompute


def recompute_soon(
    *, trigger: str, slugs: Collection[str] = (), as_of: datetime | None = None, requested_by: str = ""
) -> Recompute:
    """A run of all active segments, or of these; as of now, or of another instant.

    Should the broker not answer, the run stays noted and the sweep sends it again.
    """
    run = request_recompute(trigger=trigger, slugs=slugs, as_of=as_of, requested_by=requested_by)
    send(run)
    return run
