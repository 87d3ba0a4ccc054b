"""How much segments have in common: set algebra on their members' bitmaps, within what a viewer may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap64

from people.roles import Viewer
from segments.bitmaps import ids_of
from segments.ledger import present_members
from segments.members import seen_subjects
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
    """Who is in each segment (all of one subject) of those the viewer may see, by segment id. A handful of queries."""
    found = present_members([segment.pk for segment in segments])
    if not viewer.regions or not segments:
        return found
    seen = seen_subjects(segments[0].subject, viewer)
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


def matrix(sets: Sequence[BitMap64]) -> npt.NDArray[np.int64]:
    """How many each two sets have in common, shape (n, n); the diagonal is their sizes.

    Pairs are counted subject by subject: as long as the memberships, not as the square of the sets.
    """
    ids = [ids_of(members) for members in sets]
    size = len(sets)
    if not any(map(len, ids)):
        return np.zeros((size, size), dtype=np.int64)
    subjects = np.concatenate(ids)
    which = np.repeat(np.arange(size, dtype=np.int32), [len(found) for found in ids])
    order = np.argsort(subjects, kind="stable")
    which = which[order]
    starts = np.flatnonzero(np.diff(subjects[order], prepend=-1))
    lengths = np.diff(starts, append=len(which))
    counts = np.zeros(size * size, dtype=np.int64)
    for length in np.unique(lengths):
        rows = which[starts[lengths == length][:, None] + np.arange(length)].astype(np.int64)
        for block in np.array_split(rows, max(1, len(rows) * int(length) ** 2 // 20_000_000)):
            pairs = (block[:, :, None] * size + block[:, None, :]).ravel()
            counts += np.bincount(pairs, minlength=size * size)
    return counts.reshape(size, size)
