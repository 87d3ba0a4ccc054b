"""What is let go of at night, and after how many days: one list, which `docs/operations.md` shows to people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import structlog
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.utils import timezone
from pghistory.models import Context

from integrations import idempotency
from integrations.webhooks import collecting
from partners import forgetting, outbox, undoing
from prm import audit
from segments import history

log = structlog.get_logger(__name__)


class Incomplete(Exception):
    """Some of it could not be let go of; the log says why. The rest is done, and the next night tries again."""


def forget() -> dict[str, int]:
    """Let go of everything that was kept long enough; how many of each kind. Safe to run at any time, and again."""
    done: dict[str, int] = {}
    failed = []
    for name, let_go in KINDS.items():
        days = settings.KEEP_DAYS.get(name)
        if days == 0:
            continue  # for ever
        try:
            done[name] = let_go(timedelta(days=days or 0))
        except Exception:
            log.exception("not_forgotten", kind=name)
            failed.append(name)
    log.info("forgotten", **done)
    if failed:
        raise Incomplete(f"Not let go of: {', '.join(failed)}.")
    return done


def _sessions(_keep: timedelta) -> int:
    return Session.objects.filter(expire_date__lt=timezone.now()).delete()[0]


def _runs(keep: timedelta) -> int:
    count = 0
    while gone := history.prune_runs(keep=keep):
        count += gone
    return count


@transaction.atomic
def _audit(keep: timedelta) -> int:
    """Old events, but the last of each thing before that day: what it was at any later time can still be told."""
    before, count = timezone.now() - keep, 0
    with connection.cursor() as cursor:
        names = [connection.ops.quote_name(model._meta.db_table) for model in audit.tables().values()]
        for name in names:
            cursor.execute(
                f"DELETE FROM {name} e WHERE e.pgh_created_at < %(before)s AND EXISTS (SELECT 1 FROM {name} n"
                " WHERE n.pgh_obj_id = e.pgh_obj_id AND n.pgh_id > e.pgh_id AND n.pgh_created_at < %(before)s)",
                {"before": before},
            )
            count += cursor.rowcount
        unused = " AND ".join(f"NOT EXISTS (SELECT 1 FROM {name} e WHERE e.pgh_context_id = c.id)" for name in names)
        context = connection.ops.quote_name(Context._meta.db_table)
        cursor.execute(f"DELETE FROM {context} c WHERE c.created_at < %s AND {unused}", [before])
    return count


KINDS: dict[str, Callable[[timedelta], int]] = {
    "activity": lambda keep: forgetting.forget_activity(keep=keep),
    "deliveries": lambda keep: collecting.forget_old(keep=keep),
    "events": lambda keep: outbox.forget_old(keep=keep),
    "import_files": lambda keep: forgetting.forget_import_files(keep=keep),
    "journals": lambda _keep: undoing.forget_old(),
    "answers": lambda keep: idempotency.forget_old(keep=keep),
    "runs": _runs,
    "audit": _audit,
    "sessions": _sessions,
}
"""What, and how. Those without a number of days in the settings know by themselves what is over."""
