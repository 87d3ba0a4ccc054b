"""The loop's one turn: members are recomputed, then programmes settle on the outcome. Command, clock and API all call it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.utils import timezone
from structlog.contextvars import bound_contextvars

from programs import accruing, settling
from programs.dispatch import accrue_soon
from programs.settling import Settled
from segments import following, ledger, membership
from segments.following import Followed
from segments.membership import Recomputed
from segments.models import Recompute

log = structlog.get_logger(__name__)

HISTORY = timedelta(days=2)
"""How far back the sweep looks for runs that nobody settled."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn changed."""

    recomputed: Recomputed
    settled: Settled


def run_recompute(*, run: Recompute) -> Turn | None:
    """Do a requested run and let programmes settle. None when another worker holds it or it was done before.

    Both halves are reconciles, so a turn that was cut off anywhere is simply taken again.
    """
    with bound_contextvars(run_id=run.pk):
        recomputed = membership.recompute(run=run)
        if recomputed is None:
            return None
        log.info("recomputed", segments=recomputed.segment_count, entered=recomputed.entered, left=recomputed.left)
        ledger.complete_indexes()
        turn = Turn(recomputed=recomputed, settled=settle_run(run=run))
        ledger.complete()
        return turn


def settle_run(*, run: Recompute) -> Settled:
    """Let programmes settle after a finished run and deals earn what they should, and note on the run that they did.

    After a small run a worker sees to the deals by itself: it looks at all of them, and nobody waits for that.
    """
    settled = settling.settle()
    if run.trigger == Recompute.Trigger.CHANGE:
        accrue_soon()
    else:
        accruing.accrue()
    Recompute.objects.filter(pk=run.pk).update(settled_at=timezone.now())
    return settled


def follow() -> Followed | None:
    """Look again at the subjects that were touched, and let programmes settle when somebody moved. None: nothing to do."""
    followed = following.follow()
    if followed is not None and followed.run is not None:
        settle_run(run=followed.run)
    elif followed is not None:
        accrue_soon()
    return followed


def unfinished() -> list[Recompute]:
    """Runs that a lost message or a killed worker left behind: waiting too long, lease run out, or not settled."""
    recent = Recompute.objects.filter(
        status=Recompute.Status.SUCCEEDED,
        settled_at=None,
        finished_at__gt=timezone.now() - HISTORY,
    )
    return [*membership.expired(), *recent.order_by("id")]
