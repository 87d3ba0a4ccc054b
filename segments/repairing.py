"""Puts right what `verify` finds: the intervals are the truth, and the rules say what they should be next.

Stays that overlap are cut where the next begins, strays leave, the ledger is completed by what it misses (never rewritten),
bitmaps and counts are made anew, and a run by the intervals does the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from django.db import connection, transaction
from django.utils import timezone
from pyroaring import BitMap64

from segments import ledger, membership
from segments.ledger import Outcome
from segments.locks import lock_members
from segments.models import Change, MemberSet, Recompute, Segment
from segments.reconcile import Delta, reconcile


@dataclass(frozen=True, slots=True)
class Repaired:
    """How much was put right."""

    stays_cut: int
    strays_ended: int
    ledger_entries: int
    entered: int
    left: int

    def counts(self) -> Iterator[tuple[str, int]]:
        """What and how many, without the nothings."""
        return ((name.replace("_", " "), count) for name, count in asdict(self).items() if count)


def repair() -> Repaired:
    """Put everything right, and recompute all active segments. Harmless where nothing is wrong."""
    with transaction.atomic():
        lock_members()
        ledger.tell_first_builds()
        cut = _cut_overlaps()
        segments = list(Segment.objects.select_for_update(no_key=True).order_by("id"))
        stays = ledger.open_stays([segment.pk for segment in segments])
        entries = _complete_ledger(stays)
        strays = 0
        for segment in segments:
            have = stays[segment.pk]
            if segment.status != Segment.Status.ACTIVE and have:
                nobody = BitMap64()
                at = max(timezone.now(), segment.computed_at or segment.created_at)
                ledger.write([Outcome(segment.pk, 0, at, nobody, reconcile(wanted=nobody, have=have))])
                strays += len(have)
            else:
                MemberSet.objects.filter(pk=segment.pk).update(bitmap=have.serialize(), count=len(have))
                Segment.objects.filter(pk=segment.pk).update(member_count=len(have))
    run = membership.request_recompute(trigger=Recompute.Trigger.MANUAL, requested_by="repair")
    done = membership.recompute(run=run)
    return Repaired(cut, strays, entries, done.entered if done else 0, done.left if done else 0)


def _cut_overlaps() -> int:
    """End a stay where the next one of the same subject in the same segment begins."""
    with connection.cursor() as cursor:
        # Twice the same open stay is one: the later row goes.
        cursor.execute(
            "UPDATE segments_membership m SET left_at = s.next FROM (SELECT id, entered_at, left_at, lead(entered_at)"
            " OVER (PARTITION BY subject_id, segment_id ORDER BY entered_at, id) AS next FROM segments_membership) s"
            " WHERE s.id = m.id AND s.next IS NOT NULL AND coalesce(s.left_at, 'infinity') > s.next"
        )
        return int(cursor.rowcount)


def _complete_ledger(stays: dict[int, BitMap64]) -> int:
    """Append what the ledger misses, so that it adds up to the open stays, subject by subject."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT segment_id, subject_id, sum(CASE kind WHEN 'entered' THEN 1 ELSE -1 END)"
            " FROM segments_change GROUP BY 1, 2"
        )
        said: dict[int, BitMap64] = {}
        odd: list[tuple[int, int, int]] = []
        for segment_id, subject_id, net in cursor:
            if net == 1:
                said.setdefault(segment_id, BitMap64()).add(subject_id)
            elif net:
                odd.append((segment_id, subject_id, int(net)))
    now = timezone.now()
    missing = []
    for segment_id, have in stays.items():
        delta = reconcile(wanted=have, have=said.get(segment_id, BitMap64()))
        missing += _entries(segment_id, delta)
    for segment_id, subject_id, net in odd:
        if net > 1:
            missing += [(segment_id, subject_id, Change.Kind.LEFT)] * (net - 1)
        else:
            missing += [(segment_id, subject_id, Change.Kind.ENTERED)] * -net
    Change.objects.bulk_create(
        [
            Change(segment_id=segment_id, subject_id=subject_id, kind=kind, at=now, version=0)
            for segment_id, subject_id, kind in missing
        ],
        batch_size=5000,
    )
    return len(missing)


def _entries(segment_id: int, delta: Delta) -> list[tuple[int, int, Change.Kind]]:
    entered = [(segment_id, subject_id, Change.Kind.ENTERED) for subject_id in delta.entered]
    return [*((segment_id, subject_id, Change.Kind.LEFT) for subject_id in delta.left), *entered]
