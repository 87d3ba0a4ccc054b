"""Members as they were, what changed between two instants, and the life of one subject: reads of the intervals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.db import connection
from django.utils import timezone
from pyroaring import BitMap64

from segments.bitmaps import bitmap, load
from segments.models import MemberSet, Membership, Recompute, Segment
from segments.reconcile import Delta, reconcile

KEPT = timedelta(days=90)
"""How long runs are listed. Stays and the ledger are kept."""


def members_at(segment: Segment, at: datetime) -> BitMap64:
    """Who was in the segment at an instant: the present members, without those who entered since, with those who left."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT bitmap FROM segments_memberset WHERE segment_id = %(id)s),"
            " ARRAY(SELECT subject_id FROM segments_membership WHERE segment_id = %(id)s AND left_at IS NULL"
            "  AND entered_at > %(at)s)::text,"
            " ARRAY(SELECT subject_id FROM segments_membership WHERE segment_id = %(id)s AND left_at > %(at)s"
            "  AND entered_at <= %(at)s)::text",
            {"id": segment.pk, "at": at},
        )
        stored, since, gone = cursor.fetchone()
    if stored is None:
        return _stays_at(segment, at)
    return (load(stored) - _listed(since)) | _listed(gone)


def _stays_at(segment: Segment, at: datetime) -> BitMap64:
    """The same by the intervals alone, of a segment that no run has looked at."""
    rows = Membership.objects.filter(segment=segment).as_of(at)
    return BitMap64(rows.values_list("subject_id", flat=True))


def _listed(ids: str) -> BitMap64:
    """The ids of an array as PostgreSQL writes it: as text it is read many times faster than number by number."""
    return bitmap(np.fromstring(ids[1:-1], dtype=np.int64, sep=",")) if len(ids) > 2 else BitMap64()


def between(segment: Segment, start: datetime, end: datetime) -> Delta:
    """Who was in at `end` and not at `start`, and the other way round. Those who came and went between do not show."""
    return reconcile(wanted=members_at(segment, end), have=members_at(segment, start))


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay of a subject's timeline."""

    segment: Segment
    entered_at: datetime
    left_at: datetime | None
    version: int


def timeline(subject: str, subject_id: int, *, limit: int = 500) -> list[Stay]:
    """Every stay of a subject, the latest first."""
    rows = Membership.objects.of(subject_id).filter(segment__subject=subject).select_related("segment")
    return [Stay(row.segment, row.entered_at, row.left_at, row.version) for row in rows.order_by("-entered_at")[:limit]]


def prune_runs(*, keep: timedelta = KEPT) -> int:
    """Forget finished runs that are older, but for those that some segment's members still go back to."""
    old = Recompute.objects.filter(
        status__in=(Recompute.Status.SUCCEEDED, Recompute.Status.FAILED), finished_at__lt=timezone.now() - keep
    )
    used = MemberSet.objects.filter(recompute__isnull=False).values("recompute")
    ids = list(old.exclude(pk__in=used).order_by("id").values_list("pk", flat=True)[:1000])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE segments_change SET recompute_id = NULL WHERE recompute_id = ANY(%s)", [ids])
        cursor.execute("UPDATE segments_firstbuild SET recompute_id = NULL WHERE recompute_id = ANY(%s)", [ids])
        cursor.execute("DELETE FROM segments_shard WHERE recompute_id = ANY(%s)", [ids])
        cursor.execute("DELETE FROM segments_recompute WHERE id = ANY(%s)", [ids])
    return len(ids)
