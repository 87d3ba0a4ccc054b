"""What stands above the records and narrows their lists, such as segments: registered by the apps above."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q

from partners.tables import Ints
from partners.vocabulary import Subject
from people.roles import Viewer

Narrow = Callable[[Subject, str, Viewer], Q | None]
Ids = Callable[[Subject, str, Viewer], Ints]


@dataclass(frozen=True, slots=True)
class Grouping:
    """Something above the records that a list can be narrowed by, such as a segment."""

    name: str
    label: str
    options: Callable[[Subject, Viewer], list[tuple[str, str]]]
    """The values to choose from, with their words."""
    narrow: Narrow
    """The condition of a value; None when there is none such."""
    ids: Ids
    """The same as ascending ids, whoever may see them; nobody when there is none such."""


groupings: list[Grouping] = []


def register(grouping: Grouping) -> None:
    """Have lists offer a grouping; called once, when an app above is ready."""
    if grouping.name not in {known.name for known in groupings}:
        groupings.append(grouping)
