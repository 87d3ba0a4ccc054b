"""What workers do for programmes. Ids in, a verb called; every task may safely run twice."""

from __future__ import annotations

from celery import shared_task

from programs import accruing, settling
from programs.dispatch import ACCRUE_TASK, SETTLE_TASK


@shared_task(name=SETTLE_TASK)
def settle(programs: list[int] | None = None) -> None:
    """Let these programmes settle, or all of them."""
    settling.settle(programs=programs)


@shared_task(name=ACCRUE_TASK)
def accrue() -> None:
    """Let deals earn what they should by now."""
    accruing.accrue()
