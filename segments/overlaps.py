"""How much segments have in common: set algebra on their members' bitmaps, within what a viewer may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyroaring import BitMap64

from people.roles import Viewer
from segments.ledger import present_members
from segments.members import MODELS
from segments.models import Segment


@dataclass(frozen=True, slots=True)
class Overlap:
    """One segment beside another one."""

    segment: Segment
    count: int
    """Members of the other one."""
    both: int
    share: float
    """Of this one's members, how many are in the other, 0 to 1."""
    likeness: float
    """Both over either, 0 to 1: 1 means that they hold the very same."""


def seen_members(segments: Sequence[Segment], viewer: Viewer) -> dict[int, BitMap64]:
    """Who is in each segment (all of one subject) of those the viewer may see, by segment id. Three queries at most."""
    found = present_members([segment.pk for segment in segments])
    if not viewer.regions or not segments:
        return found
    ids = MODELS[segments[0].subject].objects.visible_to(viewer).values_list("pk", flat=True)
    seen = BitMap64(ids.iterator())
    return {pk: members & seen for pk, members in found.items()}


def overlaps_of(segment: Segment, others: Sequence[Segment], viewer: Viewer) -> list[Overlap]:
    """One segment against each of the others, the most alike first; those that share nobody are left out."""
    members = seen_members([segment, *others], viewer)
    own = members[segment.pk]
    found = [compared(other, own, members[other.pk]) for other in others]
    return sorted(
        (each for each in found if each.both), key=lambda each: (-each.likeness, -each.share, each.segment.name)
    )


def compared(other: Segment, own: BitMap64, theirs: BitMap64) -> Overlap:
    """The figures for one pair of sets."""
    both = own.intersection_cardinality(theirs)
    either = len(own) + len(theirs) - both
    return Overlap(other, len(theirs), both, both / len(own) if own else 0.0, both / either if either else 0.0)
