"""Proves that nothing drifted: the rules, the intervals, the bitmaps, the counts and the ledger tell one story."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Q
from pyroaring import BitMap64

from segments import computing, ledger, planned
from segments.bitmaps import ids_of
from segments.computing import Material
from segments.locks import lock_members
from segments.models import Change, FirstBuild, MemberSet, Membership, Segment, SetEntry
from segments.reconcile import reconcile
from segments.rulebook import clock_at
from segments.standing import lost_of

SAMPLE = 10
"""Ids named per drift."""


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference between two things that should agree."""

    slug: str
    kind: str
    """rule, bitmap, count, ledger, overlap, set or stray."""
    detail: str
    subject_ids: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Verified:
    """What was looked at and what was found."""

    segments: int
    members: int
    drift: list[Drift]
    unverified: dict[str, str]
    """Segments whose rule cannot be evaluated any more; they keep their last good members, and why by slug."""

    def to_json(self) -> dict[str, Any]:
        """As the command prints it."""
        return asdict(self)


def verify(*, as_of: datetime | None = None) -> Verified:
    """Recompute everything without writing, and compare. Each segment as of the last look at it, or as of the instant given.

    Facts that changed since then and wait to be followed show as drift of the rule.
    """
    with transaction.atomic():
        lock_members()  # a run that publishes meanwhile would look like drift
        segments = list(Segment.objects.order_by("id").select_related("published", "member_set__recompute"))
        stays = ledger.open_stays([segment.pk for segment in segments])
        drift: list[Drift] = []
        unverified: dict[str, str] = {}
        for instant, group in _by_instant(segments, as_of).items():
            plans, _ = planned.active_plans(segment.slug for segment in group)
            material = computing.read(plans, clock=clock_at(instant))
            wanted = computing.work_out(material)
            for segment in group:
                if segment.slug in material.failures:
                    unverified[segment.slug] = material.failures[segment.slug]
                else:
                    drift += _against_rule(segment, wanted[segment.slug], stays[segment.pk])
            drift += _against_losers(group, material)
        for segment in segments:
            drift += _against_intervals(segment, stays[segment.pk])
        drift += _ledger(segments, stays)
        drift += _overlaps(segments)
    return Verified(segments=len(segments), members=sum(map(len, stays.values())), drift=drift, unverified=unverified)


def _by_instant(segments: Iterable[Segment], as_of: datetime | None) -> dict[datetime, list[Segment]]:
    """The active segments that have been computed, by the instant at which that was."""
    groups: dict[datetime, list[Segment]] = {}
    for segment in segments:
        kept = getattr(segment, "member_set", None)
        if segment.status == Segment.Status.ACTIVE and segment.published_id and kept and kept.recompute:
            groups.setdefault(as_of or kept.as_of or kept.recompute.as_of, []).append(segment)
    return groups


def _against_rule(segment: Segment, wanted: BitMap64, have: BitMap64) -> list[Drift]:
    delta = reconcile(wanted=wanted, have=have)
    found = []
    if delta.entered:
        detail = f"{len(delta.entered)} match the rule and are not members."
        found.append(Drift(segment.slug, "rule", detail, _some(delta.entered)))
    if delta.left:
        detail = f"{len(delta.left)} are members and do not match the rule."
        found.append(Drift(segment.slug, "rule", detail, _some(delta.left)))
    return found


def _against_losers(group: Iterable[Segment], material: Material) -> list[Drift]:
    """Who is kept as having gone to another segment of a set, against who does."""
    found = []
    slugs = [segment.slug for segment in group if segment.slug not in material.failures]
    for entry in SetEntry.objects.filter(segment__slug__in=slugs).select_related("segment", "set"):
        differ = lost_of(entry) ^ material.lost.get(entry.segment.slug, BitMap64())
        if differ or entry.lost_count != len(lost_of(entry)):
            detail = (
                f"{len(differ)} of set “{entry.set.slug}” are wrongly kept as having gone to another, or missing there."
            )
            found.append(Drift(entry.segment.slug, "set", detail, _some(differ)))
    return found


def _against_intervals(segment: Segment, have: BitMap64) -> list[Drift]:
    """Bitmap and counts against the open stays."""
    found = []
    kept: MemberSet | None = getattr(segment, "member_set", None)
    if kept is not None:
        try:
            stored = ledger.load(kept.bitmap)
        except ValueError:
            return [Drift(segment.slug, "bitmap", "The bitmap cannot be read.")]
        if stored != have:
            differ = stored ^ have
            found.append(Drift(segment.slug, "bitmap", f"{len(differ)} differ from the intervals.", _some(differ)))
        if kept.count != len(have):
            detail = f"The bitmap's count says {kept.count}, the intervals {len(have)}."
            found.append(Drift(segment.slug, "count", detail))
    if segment.member_count != len(have):
        detail = f"The segment says {segment.member_count} members, the intervals {len(have)}."
        found.append(Drift(segment.slug, "count", detail))
    if have and segment.status != Segment.Status.ACTIVE:
        detail = f"It is {segment.get_status_display().lower()} and has {len(have)} members."
        found.append(Drift(segment.slug, "stray", detail, _some(have)))
    return found


def _ledger(segments: Iterable[Segment], stays: dict[int, BitMap64]) -> list[Drift]:
    """Entered less left, and what is still owed to the ledger, is the number of open stays of each segment."""
    sums = Change.objects.values("segment").annotate(
        entered=Count("id", filter=Q(kind=Change.Kind.ENTERED)), left=Count("id", filter=Q(kind=Change.Kind.LEFT))
    )
    net = {row["segment"]: row["entered"] - row["left"] for row in sums}
    for segment_id, owed in FirstBuild.objects.values_list("segment", "count"):
        net[segment_id] = net.get(segment_id, 0) + owed
    return [
        Drift(
            segment.slug,
            "ledger",
            f"The ledger adds up to {net.get(segment.pk, 0)} members, the intervals to {len(stays[segment.pk])}.",
        )
        for segment in segments
        if net.get(segment.pk, 0) != len(stays[segment.pk])
    ]


def _overlaps(segments: Iterable[Segment]) -> list[Drift]:
    """Nobody is in a segment twice at the same time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT segment_id, array_agg(DISTINCT subject_id) FROM ("  # noqa: S608 - the name of our own table
            " SELECT segment_id, subject_id, entered_at, lag(coalesce(left_at, 'infinity')) OVER ("
            "  PARTITION BY subject_id, segment_id ORDER BY entered_at, left_at NULLS LAST) AS before"
            f" FROM {Membership._meta.db_table}) s WHERE before > entered_at GROUP BY segment_id"
        )
        rows = dict(cursor.fetchall())
    return [
        Drift(
            segment.slug,
            "overlap",
            f"{len(rows[segment.pk])} have two stays at once.",
            sorted(rows[segment.pk])[:SAMPLE],
        )
        for segment in segments
        if segment.pk in rows
    ]


def _some(members: BitMap64) -> list[int]:
    return [int(subject_id) for subject_id in ids_of(members)[:SAMPLE]]
