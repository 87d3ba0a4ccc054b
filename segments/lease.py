"""A worker's hold on a run: renewed while it works, taken over by another once it has lapsed. Times are the database's."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now

from segments.models import Recompute

LENGTH = timedelta(seconds=settings.LEASE_SECONDS)
BEAT = settings.LEASE_SECONDS / 6
"""Seconds between two renewals."""

log = logging.getLogger(__name__)


class LeaseLost(Exception):
    """Another worker has the run: stop, and write nothing."""


@dataclass
class Lease:
    """What a worker holds: the run, and which attempt at it is its own."""

    run_id: int
    attempt: int
    _lost: threading.Event = field(default_factory=threading.Event)

    def check(self) -> None:
        """Raises LeaseLost once a renewal has found the run in other hands."""
        if self._lost.is_set():
            raise LeaseLost(f"Run {self.run_id} is in other hands.")

    def renew(self) -> bool:
        """Hold it for another while; False when it is somebody else's by now."""
        held = Recompute.objects.filter(pk=self.run_id, status=Recompute.Status.RUNNING, attempts=self.attempt).update(
            heartbeat_at=Now(), lease_until=Now() + LENGTH
        )
        if not held:
            self._lost.set()
        return bool(held)

    def confirm(self) -> None:
        """Inside the transaction that writes: nobody can take the run over before it ends. Raises LeaseLost."""
        mine = Recompute.objects.select_for_update().filter(
            pk=self.run_id, status=Recompute.Status.RUNNING, attempts=self.attempt
        )
        if not list(mine.values_list("pk")):
            raise LeaseLost(f"Run {self.run_id} is in other hands.")


def claim(run_id: int) -> Lease | None:
    """Take a run that waits, or whose worker has fallen silent. None when there is nothing to take."""
    with transaction.atomic():
        taken = (
            Recompute.objects.filter(pk=run_id)
            .filter(Q(status=Recompute.Status.QUEUED) | Q(status=Recompute.Status.RUNNING, lease_until__lt=Now()))
            .update(
                status=Recompute.Status.RUNNING,
                attempts=F("attempts") + 1,
                started_at=Coalesce("started_at", Now()),
                heartbeat_at=Now(),
                lease_until=Now() + LENGTH,
            )
        )
        if not taken:
            return None
        return Lease(run_id, Recompute.objects.values_list("attempts", flat=True).get(pk=run_id))


@contextmanager
def kept(lease: Lease) -> Iterator[Lease]:
    """Renew the lease in the background while the block runs.

    Inside a caller's transaction nobody else can see the run yet, so there is nothing to renew.
    """
    if connection.in_atomic_block:
        yield lease
        return
    done = threading.Event()
    thread = threading.Thread(target=_beat, args=(lease, done), name=f"lease of run {lease.run_id}", daemon=True)
    thread.start()
    try:
        yield lease
    finally:
        done.set()
        thread.join()


def _beat(lease: Lease, done: threading.Event) -> None:
    """In a thread, on a connection of its own. A renewal that fails is tried again at the next beat."""
    try:
        while not done.wait(BEAT):
            try:
                if not lease.renew():
                    return
            except Exception:
                log.warning("The lease of run %s could not be renewed; trying again.", lease.run_id, exc_info=True)
                connection.close()
    finally:
        connection.close()
