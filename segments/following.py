"""On change: the subjects that were touched are looked at again, in just the segments that read what changed.

The same interpreter, the same ledger, the same lock as a full run. Marks are noted as followed in the transaction that
writes the outcome, so nothing is lost and nothing is done twice. What compares subjects with each other, or is about too
many of them, is handed to a run of those segments.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from pyroaring import BitMap64

from partners import touching
from partners.reading import one_snapshot
from partners.touching import Mark
from partners.vocabulary import Subject
from segments import boundaries, computing, ledger
from segments.computing import Material
from segments.dispatch import recompute_soon
from segments.ledger import Outcome
from segments.locks import lock_members
from segments.membership import request_recompute
from segments.models import Recompute, Segment
from segments.reconcile import reconcile
from segments.rulebook import clock_at
from segments.shelf import Pin, Shelf, shelf
from segments.standing import note_lost

TRIES = 5
QUIET = timedelta(seconds=10)
"""Segments that compare subjects are worked out at most so often on account of changes; then the sweep sees to it."""

log = logging.getLogger(__name__)


class Overtaken(Exception):
    """Somebody else published meanwhile; look again."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What following the marks came to."""

    marks: int
    subjects: int
    segments: int
    entered: int
    left: int
    run: Recompute | None
    """What programmes settle on; None when nobody moved."""
    handed_over: Recompute | None
    """The run asked for, of the segments that are worked out for everybody."""


@dataclass(frozen=True, slots=True)
class _Work:
    marks: Sequence[Mark]
    ids: Mapping[Subject, Sequence[int]]
    material: Material
    pins: Mapping[str, Pin]
    mine: Collection[str]
    whole: Collection[str]
    found: Mapping[str, BitMap64]
    lost: Mapping[str, BitMap64]
    as_of: datetime


def follow() -> Followed | None:
    """Follow all marks there are. None when there is none, or another worker is always quicker."""
    for attempt in range(TRIES):
        with one_snapshot():
            work = _look()
        if work is None:
            return None
        try:
            with transaction.atomic():
                return _publish(work, trust_bitmaps=not attempt)
        except Overtaken:
            continue
        except (IntegrityError, ValueError):
            log.warning("Bitmaps and intervals differ; following by the intervals.", exc_info=True)
    return None


def _look() -> _Work | None:
    """Everything read, in one snapshot: the marks, the rules, and the facts of the subjects marked."""
    marks = touching.pending()
    if not marks:
        return None
    clock = clock_at()
    rules = shelf(clock)
    affected = rules.index.affected((mark.subject, mark.fields) for mark in marks)
    ids = _ids(marks)
    everybody = sum(map(len, ids.values())) > settings.FOLLOW_MOST
    whole = affected if everybody else affected & rules.index.comparing
    mine = affected - whole
    material = computing.load(rules.some(mine, clock), ids=ids)
    found = computing.work_out(material) if mine else {}
    return _Work(marks, ids, material, _pins(rules, mine), mine, whole, found, material.lost, clock.as_of)


def _pins(rules: Shelf, slugs: Collection[str]) -> dict[str, Pin]:
    return {slug: rules.pins[slug] for slug in sorted(slugs)}


def _ids(marks: Sequence[Mark]) -> dict[Subject, Sequence[int]]:
    found: dict[Subject, set[int]] = {Subject.PARTNER: set(), Subject.CUSTOMER: set()}
    for mark in marks:
        if mark.subject in found:
            found[mark.subject].update(mark.ids)
    return {subject: sorted(ids) for subject, ids in found.items()}


def _publish(work: _Work, *, trust_bitmaps: bool) -> Followed:
    lock_members()
    if not touching.followed([mark.id for mark in work.marks]):
        raise Overtaken
    by_pk = {pin.pk: slug for slug, pin in work.pins.items() if slug in work.found}
    segments = Segment.objects.select_for_update(no_key=True).filter(pk__in=by_pk, status=Segment.Status.ACTIVE)
    rows = {row.pk: row for row in segments.order_by("id")}
    # A newer version, or a segment never worked out yet: its own run is on the way.
    current = [
        pk for pk, row in rows.items() if row.published_id == work.pins[by_pk[pk]].published_id and row.computed_at
    ]
    if any((rows[pk].computed_at or work.as_of) > work.as_of for pk in current):
        raise Overtaken
    chosen = {subject: BitMap64(ids) for subject, ids in work.ids.items()}
    have = ledger.present_among({pk: chosen[Subject(rows[pk].subject)] for pk in current})
    deltas = {pk: reconcile(wanted=work.found[by_pk[pk]], have=have[pk]) for pk in current}
    moved = [pk for pk, delta in deltas.items() if delta.entered or delta.left]
    before = ledger.present_members(moved, trust_bitmaps=trust_bitmaps)
    outcomes = []
    for pk in moved:
        delta, version = deltas[pk], work.pins[by_pk[pk]].number
        outcomes.append(Outcome(pk, version, work.as_of, (before[pk] - delta.left) | delta.entered, delta))
    run = _run(work, outcomes, by_pk) if outcomes else None
    ledger.write(outcomes, run=run, in_part=True)
    ledger.note_look({pk: _boundary(work, by_pk[pk]) for pk in current}, as_of=work.as_of, in_part=True)
    looked = {by_pk[pk]: chosen[Subject(rows[pk].subject)] for pk in current}
    note_lost(work.lost, looked, only=looked)
    return Followed(
        marks=len(work.marks),
        subjects=sum(map(len, work.ids.values())),
        segments=len(current),
        entered=sum(len(outcome.delta.entered) for outcome in outcomes),
        left=sum(len(outcome.delta.left) for outcome in outcomes),
        run=run,
        handed_over=_hand_over(sorted(work.whole)),
    )


def _boundary(work: _Work, slug: str) -> datetime | None:
    subject = work.material.subjects[slug]
    table, book = work.material.tables[subject], work.material.books[subject]
    return boundaries.Boundaries(subject, table, book.vocabulary, work.material.clock).of(work.material.nodes[slug])


def _run(work: _Work, outcomes: Sequence[Outcome], slugs: Mapping[int, str]) -> Recompute:
    """The entry in the list of runs: done as soon as it is there; programmes have yet to settle on it."""
    now = timezone.now()
    return Recompute.objects.create(
        status=Recompute.Status.SUCCEEDED,
        trigger=Recompute.Trigger.CHANGE,
        as_of=work.as_of,
        slugs=sorted(slugs[outcome.segment_id] for outcome in outcomes),
        requested_at=work.as_of,
        started_at=work.as_of,
        finished_at=now,
        attempts=1,
        segment_count=len(work.mine),
        entered_count=sum(len(outcome.delta.entered) for outcome in outcomes),
        left_count=sum(len(outcome.delta.left) for outcome in outcomes),
        details={
            slugs[outcome.segment_id]: {
                "version": outcome.version,
                "members": len(outcome.members),
                "entered": len(outcome.delta.entered),
                "left": len(outcome.delta.left),
            }
            for outcome in outcomes
        },
    )


def _hand_over(slugs: Sequence[str]) -> Recompute | None:
    """Ask for a run of segments that are worked out for everybody, unless one waits already."""
    if not slugs:
        return None
    mine = Recompute.objects.filter(trigger=Recompute.Trigger.CHANGE, slugs=list(slugs))
    waiting = mine.filter(status=Recompute.Status.QUEUED).first()
    if waiting is not None:
        return waiting
    if mine.filter(requested_at__gt=timezone.now() - QUIET).exists():
        return request_recompute(trigger=Recompute.Trigger.CHANGE, slugs=slugs)
    return recompute_soon(trigger=Recompute.Trigger.CHANGE, slugs=slugs)


__all__ = ["Followed", "follow"]
