"""Asks workers, by the name of a task, to measure again."""

from __future__ import annotations

from celery import current_app
from django.db import transaction

MEASURE_TASK = "insights.measure"


def measure_soon() -> None:
    """Once the transaction is committed."""
    transaction.on_commit(lambda: current_app.send_task(MEASURE_TASK), robust=True)
