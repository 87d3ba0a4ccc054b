"""Which incentive pays when a partner has several of one type on offer: the highest priority, else the older one.

The others stay on offer and are shown with the one that pays instead of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count
from pyroaring import BitMap64

from programs.audience import standings
from programs.models import Incentive, Offer, Program


@dataclass(frozen=True, slots=True)
class Rival:
    """Another incentive of the same type, with the partners who have both on offer."""

    program: Program
    partners: int
    comes_first: bool
    """It pays instead of the one asked about."""


def rank(program: Program) -> tuple[int, float]:
    """Sorts what pays first to the front. One that is not saved yet is younger than all others."""
    return (-program.priority, program.pk or math.inf)


def outranked(offers: Iterable[Offer]) -> dict[int, Program]:
    """Of one partner's offers (programme and incentive loaded): by offer id, the incentive that pays instead of it."""
    by_type: dict[str, list[Offer]] = {}
    for offer in offers:
        if offer.program.kind != Program.Kind.INCENTIVE or offer.lapsed_at or offer.withdrawn_at:
            continue
        if offer.program.incentive.type != Incentive.Type.MDF:
            by_type.setdefault(offer.program.incentive.type, []).append(offer)
    found = {}
    for rivals in by_type.values():
        first, *others = sorted(rivals, key=lambda offer: rank(offer.program))
        found.update({offer.pk: first.program for offer in others})
    return found


def would_meet(program: Program, type_: str, partners: BitMap64) -> list[Rival]:
    """Incentives of the same type that some of these partners (ids) have on offer, weightiest first. Two queries.

    What `rivals` will say once the programme is on offer to them; it may not be saved yet.
    """
    if type_ == Incentive.Type.MDF or not partners:
        return []
    found = Program.objects.filter(kind=Program.Kind.INCENTIVE, incentive__type=type_, status=Program.Status.ACTIVE)
    others = sorted(found.exclude(pk=program.pk), key=rank)
    have = standings([other.pk for other in others])
    both = [
        (other, BitMap64.union(BitMap64(), *(s.partners for s in have.get(other.pk, []) if not s.lapsed)) & partners)
        for other in others
    ]
    return [Rival(other, len(shared), rank(other) < rank(program)) for other, shared in both if shared]


def rivals(program: Program) -> list[Rival]:
    """Other incentives of the same type that are on offer to the same partners, weightiest first. Two queries."""
    if program.incentive.type == Incentive.Type.MDF:
        return []
    standing = Offer.objects.on().filter(lapsed_at=None)
    both = (
        standing.filter(
            program__kind=Program.Kind.INCENTIVE,
            program__incentive__type=program.incentive.type,
            partner__in=standing.filter(program=program).values("partner"),
        )
        .exclude(program=program)
        .order_by()
        .values_list("program_id")
        .annotate(Count("partner_id", distinct=True))
    )
    counts = dict(both)
    found = sorted(Program.objects.filter(pk__in=counts), key=rank)
    return [Rival(each, counts[each.pk], rank(each) < rank(program)) for each in found]
