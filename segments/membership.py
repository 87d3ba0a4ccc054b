"""Recompute: who should be in each segment, against who is. A run is published at once or not at all.

Rerunning is harmless. A worker may be killed at any instant: its writing is one transaction, and once its lease has run
out another takes the run over.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from pyroaring import BitMap64

from partners import touching
from partners.interrupted import is_interrupted
from partners.vocabulary import Subject
from segments import ledger, planned, sharding
from segments.computing import Answer, Seen
from segments.lease import Lease, LeaseLost, claim, kept
from segments.ledger import Outcome
from segments.locks import lock_members
from segments.models import MemberSet, Recompute, Segment
from segments.reconcile import reconcile
from segments.standing import note_lost

FORGOTTEN = timedelta(minutes=1)
"""A run that has waited so long lost its message; the sweep sends another."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What a run did."""

    run_id: int
    entered: int
    left: int
    segment_count: int
    failed: dict[str, str]
    """Why a segment could not be worked out, by slug; its last good members stay."""


def request_recompute(
    *, trigger: str, slugs: Collection[str] = (), as_of: datetime | None = None, requested_by: str = ""
) -> Recompute:
    """Note that a run is wanted: of all active segments, or of these; as of now, or of another instant."""
    now = timezone.now()
    return Recompute.objects.create(
        trigger=trigger,
        slugs=sorted(set(slugs)),
        as_of=as_of or now,
        requested_by=requested_by[:200],
        requested_at=now,
    )


def send(run: Recompute) -> None:
    """To the workers, once the asking is committed. Should the broker not answer, the sweep sends it again."""
    transaction.on_commit(lambda: current_app.send_task(settings.RECOMPUTE_TASK, [run.pk]), robust=True)


def expired() -> list[Recompute]:
    """Runs to take up: their worker fell silent, or nobody ever came."""
    silent = Q(status=Recompute.Status.RUNNING, lease_until__lt=Now())
    forgotten = Q(status=Recompute.Status.QUEUED, requested_at__lt=timezone.now() - FORGOTTEN)
    return list(Recompute.objects.filter(silent | forgotten).order_by("id"))


def recompute(*, run: Recompute) -> Recomputed | None:
    """Do a requested run. None when it is done already, or another worker has it, or took it over meanwhile."""
    lease = claim(run.pk)
    if lease is None:
        return None
    run.refresh_from_db()
    try:
        with kept(lease):
            ledger.complete_indexes()  # of an earlier run that was cut off, or whose caller did without
            return _run(run, lease)
    except LeaseLost as lost:
        log.warning("%s Nothing was written.", lost)
        return None
    except Exception as error:
        if is_interrupted(error):  # the lease runs out, and whoever comes after takes the run over
            raise
        mine = Recompute.objects.filter(pk=run.pk, status=Recompute.Status.RUNNING, attempts=lease.attempt)
        mine.update(
            status=Recompute.Status.FAILED, error=f"{type(error).__name__}: {error}"[:2000], finished_at=timezone.now()
        )
        raise


def _run(run: Recompute, lease: Lease) -> Recomputed:
    answer = sharding.answer(run, lease)
    try:
        with transaction.atomic():
            return _publish(run, lease, answer)
    except (IntegrityError, ValueError):
        # A bitmap that lags behind its intervals lets somebody in twice, or cannot be read; the intervals are the truth.
        log.warning("Bitmaps and intervals differ; run %s goes by the intervals.", run.pk, exc_info=True)
        with transaction.atomic():
            return _publish(run, lease, answer, trust_bitmaps=False)


def _publish(run: Recompute, lease: Lease, answer: Answer, *, trust_bitmaps: bool = True) -> Recomputed:
    """Everything a run writes, in the caller's transaction."""
    lock_members()
    lease.confirm()
    pinned = answer.pinned
    ids = [row.pk for row in pinned.values()]
    rows = {row.pk: row for row in Segment.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("id")}
    runs = dict(MemberSet.objects.filter(pk__in=ids).values_list("pk", "recompute_id"))
    details: dict[str, Any] = {slug: {"skipped": "It is not active."} for slug in run.slugs if slug not in pinned}
    good: dict[str, Segment] = {}
    overtaken: list[str] = []
    for slug, pin in pinned.items():
        passed_over = _passed_over(run, pin, rows.get(pin.pk), runs.get(pin.pk))
        if passed_over:
            details[slug] = {"skipped": passed_over}
            overtaken += [slug] if _is_overtaken(run, runs.get(pin.pk)) else []
        elif slug in answer.failures:
            details[slug] = {"error": answer.failures[slug]}
            if slug in answer.waits:
                details[slug]["waits_for"] = answer.waits[slug]
            _note_failure(rows[pin.pk], answer.failures[slug])
        else:
            good[slug] = rows[pin.pk]
    have = ledger.present_members([row.pk for row in good.values()], trust_bitmaps=trust_bitmaps)
    outcomes: list[Outcome] = []
    ahead = _follow_marks(answer.seen, is_overtaken=bool(overtaken))
    for slug, row in good.items():
        wanted, version = answer.members[slug], planned.published(pinned[slug]).number
        if ahead[row.subject]:
            wanted = (wanted - ahead[row.subject]) | (have[row.pk] & ahead[row.subject])
        delta = reconcile(wanted=wanted, have=have[row.pk])
        outcomes.append(Outcome(row.pk, version, moment(run, row.computed_at), wanted, delta))
        details[slug] = {
            "version": version,
            "members": len(wanted),
            "entered": len(delta.entered),
            "left": len(delta.left),
        }
    ledger.write(outcomes, run=run, rewrite_bitmaps=not trust_bitmaps)
    ledger.note_look({row.pk: answer.next_at.get(slug) for slug, row in good.items()}, as_of=run.as_of)
    note_lost(answer.lost, good, but={slug: ahead[row.subject] for slug, row in good.items()})
    run.shards.all().delete()
    _ask_again(run, overtaken)
    result = Recomputed(
        run_id=run.pk,
        entered=sum(len(outcome.delta.entered) for outcome in outcomes),
        left=sum(len(outcome.delta.left) for outcome in outcomes),
        segment_count=len(outcomes),
        failed={slug: answer.failures[slug] for slug in pinned if "error" in details[slug]},
    )
    run.status = Recompute.Status.SUCCEEDED
    run.finished_at = timezone.now()
    run.segment_count, run.entered_count, run.left_count = result.segment_count, result.entered, result.left
    run.details, run.error = details, ""
    run.save(
        update_fields=[
            "status", "finished_at", "segment_count", "entered_count", "left_count", "details", "error",
        ]
    )  # fmt: skip
    return result


def _follow_marks(seen: Seen, *, is_overtaken: bool) -> dict[str, BitMap64]:
    """Notes the marks whose changes this run saw as followed; gives, by subject, those who are a step ahead of it.

    Those were looked at again, because of a later change, while the run was on. What is known of them stays as it is, and
    they are marked anew, for another look in everything. Where a run asked for later has been first, it may have read
    earlier, so the marks stay.
    """
    ahead = {Subject.PARTNER.value: BitMap64(), Subject.CUSTOMER.value: BitMap64(), Subject.DEAL.value: BitMap64()}
    for mark in touching.followed_since(seen.moment, seen.marks, own=seen.own):
        ahead[mark.subject.value] |= BitMap64(mark.ids)
    for subject, ids in ahead.items():
        touching.touch(Subject(subject), ids)
    if any(ahead.values()):
        touching.announce()
    if seen.whole and not is_overtaken:
        touching.follow_all(seen.marks)
    return ahead


def due() -> list[Recompute]:
    """Runs asked for now because time alone may have changed the members of some segments; none while one waits.

    Time does not mend what cannot be worked out: the nightly run tries it again, and whoever publishes it anew.
    """
    late = Segment.objects.active().filter(member_set__next_at__lte=Now(), invalid_reason="")
    slugs = sorted(late.values_list("slug", flat=True))
    waiting = Recompute.objects.filter(
        trigger=Recompute.Trigger.TIME, status__in=(Recompute.Status.QUEUED, Recompute.Status.RUNNING)
    )
    if not slugs or waiting.exists():
        return []
    return [request_recompute(trigger=Recompute.Trigger.TIME, slugs=slugs, requested_by="clock")]


def _passed_over(run: Recompute, pin: Segment, row: Segment | None, published_by: int | None) -> str:
    """Why this run may not write a segment that it worked out; empty when it may."""
    if row is None or row.status != Segment.Status.ACTIVE:
        return "It was archived or deleted while the run was on."
    if row.published_id != pin.published_id:
        return "A newer version was published while the run was on; the run of that one follows."
    if _is_overtaken(run, published_by):
        return f"Run {published_by}, which was asked for later, has been here already."
    return ""


def _is_overtaken(run: Recompute, published_by: int | None) -> bool:
    return published_by is not None and published_by > run.pk


def _ask_again(run: Recompute, overtaken: Collection[str]) -> None:
    """What a run was asked for by name, and passed over: the later run may have read before whatever this one is about."""
    slugs = set(overtaken) & set(run.slugs)
    if slugs:
        send(request_recompute(trigger=run.trigger, slugs=slugs, requested_by=run.requested_by))


def _note_failure(row: Segment, reason: str) -> None:
    if row.invalid_reason != reason:
        row.invalid_reason = reason
        row.save(update_fields=["invalid_reason"])


def moment(run: Recompute, computed_at: datetime | None) -> datetime:
    """When those who enter or leave do so: at the instant the facts are evaluated.

    Time in a segment only goes forward. A run that looks back behind what is already recorded (or ahead of the clock)
    asks "who would it be?", and its answer takes effect when the run was made.
    """
    made = max(run.requested_at, run.started_at or run.requested_at)
    if run.as_of <= made and (computed_at is None or computed_at <= run.as_of):
        return run.as_of
    return made if computed_at is None else max(made, computed_at)
