"""Whom a programme is for: set algebra over the members of segments. Pure values: sets in, sets out.

A set is a roaring bitmap of partner ids. A segment that is not active has no members, so it counts as an empty set.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyroaring import BitMap64

Reason = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
"""(any, all, none): the slugs that decided it, in the order of the targeting."""


@dataclass(frozen=True, slots=True)
class Targeting:
    """The segments a programme names, by slug: in any of these, in all of those, in none of the last."""

    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()

    @property
    def names_somebody(self) -> bool:
        """True when there is a segment to be in; excluding alone is for nobody."""
        return bool(self.any or self.all)

    @property
    def slugs(self) -> tuple[str, ...]:
        """Every slug, in order."""
        return (*self.any, *self.all, *self.none)


@dataclass(frozen=True, slots=True)
class Difference:
    """What turns the partners who have an offer into the partners who are entitled to it."""

    enter: BitMap64
    leave: BitMap64


def entitled(
    any: Sequence[BitMap64] = (),  # noqa: A002 — the words of the targeting
    all: Sequence[BitMap64] = (),  # noqa: A002
    none: Sequence[BitMap64] = (),
) -> BitMap64:
    """Members of at least one of `any` (when there are any), of every one of `all`, and of none of `none`.

    With neither `any` nor `all` the answer is nobody: a programme is never for everyone by oversight.
    """
    if not any and not all:
        return BitMap64()
    # The smallest set first keeps every intermediate result small.
    parts = sorted([*all, *([BitMap64.union(*any)] if any else [])], key=len)
    wanted = BitMap64.intersection(*parts) if len(parts) > 1 else parts[0].copy()
    for excluded in none:
        wanted -= excluded
    return wanted


def entitled_to(targeting: Targeting, members: Mapping[str, BitMap64]) -> BitMap64:
    """The same for slugs, with the members of each segment; a slug without members is an empty set."""
    nobody = BitMap64()
    return entitled(
        [members.get(slug, nobody) for slug in targeting.any],
        [members.get(slug, nobody) for slug in targeting.all],
        [members.get(slug, nobody) for slug in targeting.none],
    )


def newly_entitled_to(targeting: Targeting, members: Mapping[str, BitMap64], early: Mapping[str, BitMap64]) -> BitMap64:
    """Those entitled only by what they entered since the programme began.

    `early` holds, per slug, the members whose present stay began before the programme did. Whoever those stays alone
    would have entitled was in the audience already; everybody else came into it since.
    """
    positive = Targeting(any=targeting.any, all=targeting.all)
    return entitled_to(targeting, members) - entitled_to(positive, early)


def reasons(targeting: Targeting, members: Mapping[str, BitMap64], wanted: BitMap64) -> list[tuple[Reason, BitMap64]]:
    """`wanted` cut into groups of partners who share one reason: which of `any` they are in, all of `all`, none of `none`.

    The groups are disjoint, none is empty, and together they are `wanted`.
    """
    groups: list[tuple[tuple[str, ...], BitMap64]] = [((), wanted)]
    nobody = BitMap64()
    for slug in targeting.any:
        inside = members.get(slug, nobody)
        cut: list[tuple[tuple[str, ...], BitMap64]] = []
        for matched, group in groups:
            within = group & inside
            if len(within) == len(group):
                cut.append(((*matched, slug), group))
                continue
            cut.append((matched, group - within))
            if within:
                cut.append(((*matched, slug), within))
        groups = cut
    return [((matched, targeting.all, targeting.none), group) for matched, group in groups if group]


def difference(*, wanted: BitMap64, have: BitMap64) -> Difference:
    """Who is to be offered it (`enter`) and who no longer is (`leave`)."""
    return Difference(enter=wanted - have, leave=have - wanted)
