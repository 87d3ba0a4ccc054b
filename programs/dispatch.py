"""Hands settling to a worker once the change that calls for it is committed."""

from __future__ import annotations

from collections.abc import Collection

from celery import current_app
from django.db import connection, transaction

SETTLE_TASK = "programs.settle"
ACCRUE_TASK = "programs.accrue"


class _Settle:
    """One message for all that a transaction changed."""

    def __init__(self, programs: Collection[int]) -> None:
        self.programs = set(programs)

    def __call__(self) -> None:
        current_app.send_task(SETTLE_TASK, [sorted(self.programs)])


def settle_soon(programs: Collection[int]) -> None:
    """Let these programmes (ids) settle after the commit, all of one transaction's together.

    A lost message is made good by the next run.
    """
    for _, waiting, *_ in connection.run_on_commit:
        # What waits falls only with a savepoint that is open still, hence one that we are in, too.
        if isinstance(waiting, _Settle):
            waiting.programs.update(programs)
            return
    transaction.on_commit(_Settle(programs), robust=True)


def accrue_soon() -> None:
    """Let deals earn what they should after the commit. A lost message is made good by the clock."""
    transaction.on_commit(_accrue, robust=True)


def _accrue() -> None:
    current_app.send_task(ACCRUE_TASK)
