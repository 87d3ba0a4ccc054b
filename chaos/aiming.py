"""Sees in the database what is really under way, so that a kill comes in the middle of just that."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from django.db import connection

from integrations.webhooks.sending import LEASE
from programs.settling import LOCK
from tests.killing.state import again

PHASES = ("import", "recompute", "settle", "webhook delivery")
PAUSE = 0.002
"""Seconds between two looks."""
LONGEST = 1.0
"""Seconds that a phase counts as usually taking, however long it takes."""

_ON = {
    # A worker has it in hand, and said so a moment ago.
    "import": "SELECT EXISTS (SELECT 1 FROM partners_import WHERE status = 'running' AND heartbeat_at > now() - interval '2 s')",
    # It was cut into shares, and not all of them are there.
    "recompute": "SELECT EXISTS (SELECT 1 FROM segments_recompute r JOIN segments_shard s ON s.recompute_id = r.id"
    " WHERE r.status = 'running' AND r.lease_until > now() AND s.found IS NULL)",
    # Somebody is within the transaction that writes offers.
    "settle": "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1"
    f" AND classid::bigint = {LOCK >> 32} AND objid::bigint = {LOCK & 0xFFFFFFFF})",
    # A worker holds the endpoint, renewed its hold for a message within the last second, and has more to send.
    "webhook delivery": "SELECT EXISTS (SELECT 1 FROM integrations_webhook w WHERE w.id = %(endpoint)s"
    f" AND w.lease_until > now() + interval '{LEASE.total_seconds() - 1:g} s' AND EXISTS (SELECT 1"
    " FROM integrations_webhookdelivery d WHERE d.webhook_id = w.id AND d.state = 'waiting'))",
}


class Aim:
    """Waits for a phase and for a random instant within it."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.usual = dict.fromkeys(PHASES, 0.0)
        """Seconds that each phase was seen to take when nobody was killed."""

    def is_on(self, phase: str, endpoint: int) -> bool:
        """It is under way this instant."""

        def ask() -> bool:
            with connection.cursor() as cursor:
                cursor.execute(_ON[phase], {"endpoint": endpoint})
                return bool(cursor.fetchone()[0])

        return again(ask)

    def learn(self, is_over: Callable[[], bool], endpoint: int) -> None:
        """How long each phase takes, until all is over."""
        began: dict[str, float] = {}
        look = 0
        while look % 50 or not is_over():
            now = time.monotonic()
            for phase in PHASES:
                if not self.is_on(phase, endpoint):
                    began.pop(phase, None)
                    continue
                took = now - began.setdefault(phase, now)
                self.usual[phase] = min(LONGEST, max(self.usual[phase], took))
            look += 1
            time.sleep(PAUSE)

    def is_met(self, phase: str, endpoint: int, patience: float) -> bool:
        """True at a random instant within the phase; False when it was over before, or did not come."""
        until = time.monotonic() + patience
        while not self.is_on(phase, endpoint):
            if time.monotonic() > until:
                return False
            time.sleep(PAUSE)
        time.sleep(self.chance.random() * self.usual[phase] * 0.8)
        return self.is_on(phase, endpoint)
