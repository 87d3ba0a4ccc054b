"""The two turnstiles of the app, as PostgreSQL advisory locks that end with the transaction.

Where both are needed, rules come first.
"""

from __future__ import annotations

from django.db import connection

_RULES = 5_171_001
_MEMBERS = 5_171_002


def lock_rules() -> None:
    """One at a time may change what refers to what: two people saving A → B and B → A see each other."""
    _lock(_RULES)


def lock_members() -> None:
    """One at a time may write members and the ledger: the order of ids is the order of commits."""
    _lock(_MEMBERS)


def _lock(key: int) -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("The lock ends with the transaction; begin one first.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
