"""Many reads, one moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from partners.facts import one_vocabulary


@contextmanager
def one_snapshot() -> Iterator[None]:
    """All reads inside see the database at one moment. Inside a transaction already: as that one sees it."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        with one_vocabulary():
            yield
