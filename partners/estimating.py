"""How many there are, where near enough will do."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from partners import snapshot
from partners.coverage import MODELS
from partners.reading import one_snapshot
from partners.vocabulary import Subject
from people.roles import Viewer

COUNTED = 10_000
"""Up to here it is said exactly how many; beyond, the planner's estimate is near enough."""


@dataclass(frozen=True, slots=True)
class About:
    """A number, and whether it is an estimate."""

    count: int
    is_estimate: bool

    def __str__(self) -> str:
        return f"{'about ' * self.is_estimate}{self.count:,}"


def records(subject: Subject, viewer: Viewer) -> About:
    """How many records the viewer may see; exactly where the columns kept of a large population tell."""
    with one_snapshot():
        every = snapshot.count(subject) if not viewer.regions else None
        if every is not None:
            return About(every, False)
        return About(*estimated(MODELS[subject].objects.visible_to(viewer)))


def estimated(rows: QuerySet[Any]) -> tuple[int, bool]:
    """How many rows: exactly up to `COUNTED`, else as the planner estimates. True when it is an estimate."""
    some = rows.order_by().values("pk")[: COUNTED + 1].count()
    if some <= COUNTED:
        return some, False
    plan = json.loads(rows.order_by().values("pk").explain(format="json"))
    return max(int(plan[0]["Plan"]["Plan Rows"]), some), True
