"""What would change on offer, before anything is done: for a programme being written, or for a segment about to change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils import timezone
from pyroaring import BitMap64

from programs.audience import Targeted, entitlements, standings, targeted_programs
from programs.models import Program
from programs.targeting import Targeting, difference


@dataclass(frozen=True, slots=True)
class Effect:
    """Partners who would be offered a programme, would lose it, and would keep it."""

    enter: int
    leave: int
    stay: int
    program: str = ""
    """The programme's slug; empty for one that is not saved yet."""
    name: str = ""
    wanted: BitMap64 = field(default_factory=BitMap64, repr=False, compare=False)
    """Ids of those who would have it on offer."""


def would_offer(
    *,
    targeting: Targeting,
    starts_on: date | None = None,
    ends_on: date | None = None,
    new_members_only: bool = False,
    program: Program | None = None,
    now: datetime | None = None,
) -> Effect:
    """What activating a programme with this targeting would do now; compared with what `program` has on offer."""
    now = now or timezone.now()
    draft = Program(
        pk=program.pk if program else 0,
        status=Program.Status.ACTIVE,
        starts_on=starts_on,
        ends_on=ends_on,
        new_members_only=new_members_only,
        created_at=program.created_at if program else now,
    )
    [effect] = _effects([Targeted(draft, targeting)], now)
    return effect


def effects_of_members(*, members: Mapping[str, BitMap64], now: datetime | None = None) -> list[Effect]:
    """What each programme would offer and withdraw if these segments (by slug) had these members; only those that change."""
    targeted = [each for each in targeted_programs() if set(each.targeting.slugs) & set(members)]
    effects = _effects(targeted, now or timezone.now(), members)
    return [effect for effect in effects if effect.enter or effect.leave]


def _effects(targeted: list[Targeted], now: datetime, instead: Mapping[str, BitMap64] | None = None) -> list[Effect]:
    have = standings([each.program.pk for each in targeted])
    found = []
    for each, groups in entitlements(targeted, now, instead):
        wanted = BitMap64.union(BitMap64(), *(partners for _, partners in groups))
        on = BitMap64.union(BitMap64(), *(s.partners for s in have.get(each.program.pk, []) if not s.lapsed))
        moved = difference(wanted=wanted, have=on)
        found.append(
            Effect(
                enter=len(moved.enter),
                leave=len(moved.leave),
                stay=len(wanted & on),
                program=each.program.slug,
                name=each.program.name,
                wanted=wanted,
            )
        )
    return found
