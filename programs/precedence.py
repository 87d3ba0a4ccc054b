"""Which incentive pays when a partner has several of one type on offer: the highest priority, else the older one.

The others stay on offer and are shown with the one that pays instead of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count

from programs.models import Incentive, Offer, Program


@dataclass(frozen=True, slots=True)
class Rival:
    """Another incentive of the same type, with the partners who have both on offer."""

    program: Program
    partners: int
    comes_first: bool
    """It pays instead of the one asked about."""


def rank(program: Program) -> tuple[int, int]:
    """Sorts what pays first to the front."""
    return (-program.priority, program.pk)


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
