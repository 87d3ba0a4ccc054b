"""How many lines the ledger has of a segment: worked out from figures that are quick to come by, not line by line.

Who entered less who left, and what the ledger is still owed, is the members (`verifying` holds the ledger to it). So two
of the figures tell the third, and the lines of the records in some regions follow from the stays of those.
"""

from __future__ import annotations

from pyroaring import BitMap64

from partners.columns import read_ids
from people.roles import Viewer
from segments.bitmaps import load
from segments.ledger import present_members
from segments.members import MODELS, seen_subjects
from segments.models import Change, FirstBuild, Segment


def lines_of(segment: Segment, viewer: Viewer, kind: str = "") -> int:
    """How many changes of the segment, of one kind or of both, are about records in the viewer's regions, deleted or not.

    Constant queries: the lines are counted in the index, and only the stays that have ended are read, for a viewer limited
    to regions.
    """
    total = Change.objects.filter(segment=segment).count()
    if not kind and not viewer.regions:
        return total
    inside = present_members([segment.pk])[segment.pk] - _owed(segment)
    if not viewer.regions:
        left = (total - len(inside)) // 2
        return left if kind == Change.Kind.LEFT else total - left
    ended = read_ids(
        "SELECT subject_id FROM segments_membership WHERE segment_id = %(id)s AND left_at IS NOT NULL",
        {"id": segment.pk},
    )
    if len(inside) + 2 * len(ended) != total:  # stays were put right by hand: the ledger alone knows
        return _one_by_one(segment, viewer, kind)
    scope = _scope(segment, viewer)
    left = sum(1 for subject_id in ended.tolist() if subject_id in scope)
    if kind == Change.Kind.LEFT:
        return left
    entered = inside.intersection_cardinality(scope) + left
    return entered if kind else entered + left


def _owed(segment: Segment) -> BitMap64:
    """Who has entered without a line yet."""
    build = FirstBuild.objects.filter(segment=segment).values_list("bitmap", flat=True).first()
    return BitMap64() if build is None else load(build)


def _scope(segment: Segment, viewer: Viewer) -> BitMap64:
    """The records in the viewer's regions, with the deleted ones."""
    deleted = MODELS[segment.subject].objects.filter(deleted_at__isnull=False, region__in=viewer.regions)
    return seen_subjects(segment.subject, viewer) | BitMap64(deleted.values_list("pk", flat=True))


def _one_by_one(segment: Segment, viewer: Viewer, kind: str) -> int:
    there = MODELS[segment.subject].objects.filter(region__in=viewer.regions)
    rows = Change.objects.filter(segment=segment, subject_id__in=there.values("pk"))
    return (rows.filter(kind=kind) if kind else rows).count()
