"""What waits for a person: looked up in every app, most serious first; a handful of queries, however much there is."""

from __future__ import annotations

from itertools import chain

from people.models import User
from prm.needs import partnership, upkeep
from prm.needs.need import Need

__all__ = ["Need", "needs_of"]


def needs_of(viewer: User) -> list[Need]:
    """Everything that waits for this person."""
    found = chain(
        upkeep.invalid(viewer),
        upkeep.runs(viewer),
        partnership.claims(viewer),
        partnership.fund_requests(viewer),
        upkeep.registrations(viewer),
        partnership.disputes(viewer),
        partnership.tasks(viewer),
        upkeep.imports(viewer),
        upkeep.shrinking(viewer),
        upkeep.stale(viewer),
        upkeep.reviews(viewer),
        partnership.approvals(viewer),
        partnership.expiring(viewer),
        upkeep.ending(viewer),
        upkeep.webhooks(viewer),
    )
    return sorted(found, key=lambda need: not need.serious)
