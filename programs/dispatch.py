"""Hands settling to a worker once the change that calls for it is committed."""

from __future__ import annotations

from collections.abc import Collection

from celery import current_app
from django.db import transaction

SETTLE_TASK = "programs.settle"
ACCRUE_TASK = "programs.accrue"


def settle_soon(programs: Collection[int]) -> None:
    """Let these programmes (ids) settle after the commit. A lost message is made good by the next run."""
    ids = list(programs)
    transaction.on_commit(lambda: current_app.send_task(SETTLE_TASK, [ids]), robust=True)


def accrue_soon() -> None:
    """Let deals earn what they should after the commit. A lost message is made good by the clock."""
    transaction.on_commit(lambda: current_app.send_task(ACCRUE_TASK), robust=True)
