"""A run spread over workers: subjects are cut into ranges of ids, and whoever is free works one out.

Whoever holds the run cuts it up, calls for helpers, and works along; it publishes once, when all of it is there. All read
the same exported snapshot and the same instant, so the answer is that of a run in one piece. A share is claimed by an
advisory lock that ends with the worker's connection, and may be worked out twice: killed workers are harmless.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Max, Min
from kombu.exceptions import OperationalError
from pyroaring import BitMap64

from partners.reading import one_snapshot
from partners.vocabulary import Subject
from segments import computing, planned
from segments.boundaries import earliest
from segments.computing import Answer, Material
from segments.instants import Clock
from segments.lease import Lease
from segments.members import MODELS
from segments.models import Recompute, Shard
from segments.packing import pack, unpack
from segments.rulebook import clock_at
from segments.shelf import Shelf, shelf

_SHARE = 5_171_003
"""Kind of the advisory locks by which shares are claimed."""
PATIENCE = 0.05
"""Seconds between two looks at what the others have done."""

log = logging.getLogger(__name__)


@dataclass
class Found:
    """Members, next boundaries and failures of some subjects."""

    members: dict[str, BitMap64] = field(default_factory=dict)
    lost: dict[str, BitMap64] = field(default_factory=dict)
    next_at: dict[str, datetime | None] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    waits: dict[str, str] = field(default_factory=dict)

    def add(self, other: Found) -> None:
        """Take in what another share found."""
        for slug, members in other.members.items():
            self.members[slug] = self.members[slug] | members if slug in self.members else members
        for slug, ids in other.lost.items():
            self.lost[slug] = self.lost.get(slug, BitMap64()) | ids
        for slug, at in other.next_at.items():
            self.next_at[slug] = earliest((self.next_at.get(slug), at))
        self.failures = {**other.failures, **self.failures}
        self.waits = {**other.waits, **self.waits}


def answer(run: Recompute, lease: Lease) -> Answer:
    """Who should be in each segment of the run: in one piece, or in shares when there are many subjects."""
    clock = clock_at(run.as_of)
    if connection.in_atomic_block or not _is_large():
        with one_snapshot():
            plans, pinned = planned.active_plans(run.slugs)
            seen = computing.seen(run.slugs)
            material = computing.read(plans, clock=clock)
        found = _found(material, lease)
    else:
        with _exported() as snapshot:
            with _in(snapshot):
                _, pinned = planned.active_plans(run.slugs)
                seen = computing.seen(run.slugs)
                count = _cut(run, lease)
            found = _together(run, lease, snapshot, count)
    members = {slug: members for slug, members in found.members.items() if slug not in found.failures}
    return Answer(pinned, members, found.lost, found.next_at, found.failures, found.waits, seen)


def help_out(run_id: int, attempt: int, snapshot: str) -> int:
    """Work out shares of a run until none is left to claim; how many. Nothing when the run is over or in other hands."""
    done = 0
    run = Recompute.objects.filter(pk=run_id, status=Recompute.Status.RUNNING, attempts=attempt).first()
    if run is None:
        return 0
    for shard in Shard.objects.filter(recompute=run, attempt=attempt, found=None).order_by("-number"):
        with _claimed(shard) as mine:
            if not mine or not Shard.objects.filter(pk=shard.pk, found=None).exists():
                continue
            try:
                found = _work(run, shard, snapshot)
            except DatabaseError:  # whoever held the snapshot is gone; another will take the run over
                return done
            _keep(shard, found)
            done += 1
    return done


def _is_large() -> bool:
    """There are more subjects than one worker should take by itself; counted by PostgreSQL's estimate."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(greatest(c.reltuples, s.n_live_tup)), 0) FROM pg_class c"
            " JOIN pg_stat_user_tables s ON s.relid = c.oid WHERE c.oid IN"
            " ('partners_partner'::regclass, 'partners_customer'::regclass)"
        )
        (count,) = cursor.fetchone()
    return int(count) > int(settings.SHARD_ABOVE)


@contextmanager
def _exported() -> Iterator[str]:
    """A snapshot that other connections can read, held open by a thread of its own."""
    box: dict[str, Any] = {}
    ready, done = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                    cursor.execute("SELECT pg_export_snapshot()")
                    box["snapshot"] = cursor.fetchone()[0]
                ready.set()
                done.wait()
        except Exception as error:
            box["error"] = error
        finally:
            ready.set()
            connection.close()

    thread = threading.Thread(target=hold, name="snapshot", daemon=True)
    thread.start()
    ready.wait()
    try:
        if "error" in box:
            raise box["error"]
        yield str(box["snapshot"])
    finally:
        done.set()
        thread.join()


@contextmanager
def _in(snapshot: str) -> Iterator[None]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SET TRANSACTION SNAPSHOT %s", [snapshot])
        yield


def _cut(run: Recompute, lease: Lease) -> list[dict[str, list[int]]]:
    """Ranges of ids, of about as many ids each; ids are handed out densely enough for that to be fair."""
    count = max(2, int(settings.SHARDS))
    ranges: list[dict[str, list[int]]] = [{} for _ in range(count)]
    for subject in (Subject.PARTNER, Subject.CUSTOMER):
        ends = MODELS[subject.value].objects.aggregate(first=Min("pk"), last=Max("pk"))
        first, last = ends["first"] or 0, ends["last"] or 0
        step = (last - first) // count + 1
        for number in range(count):
            start = first + number * step
            ranges[number][subject.value] = [start, start + step - 1]
    return ranges


def _together(run: Recompute, lease: Lease, snapshot: str, ranges: list[dict[str, list[int]]]) -> Found:
    Shard.objects.filter(recompute=run).exclude(attempt=lease.attempt).delete()
    shards = Shard.objects.bulk_create(
        Shard(recompute=run, attempt=lease.attempt, number=number, ranges=ids) for number, ids in enumerate(ranges)
    )
    _call_helpers(run, lease, snapshot, len(shards) - 1)
    total = Found()
    with _in(snapshot):
        rules = shelf(clock_at(run.as_of))
        comparing = _slugs(run, rules) & rules.index.comparing
        if comparing:
            total.add(_found(computing.load(rules.some(comparing, clock_at(run.as_of))), lease, only=comparing))
        total.failures.update(rules.material.failures)
        total.waits.update(rules.material.waits)
    left = {shard.pk: shard for shard in shards}
    while left:
        lease.check()
        worked = False
        for shard in list(left.values()):
            found = Shard.objects.filter(pk=shard.pk).values_list("found", flat=True).first()
            if found is not None:
                total.add(_unpacked(bytes(found)))
                del left[shard.pk]
                continue
            with _claimed(shard) as mine:
                if mine and Shard.objects.filter(pk=shard.pk, found=None).exists():
                    total.add(_work(run, shard, snapshot, lease))
                    del left[shard.pk]
                    worked = True
        if left and not worked:
            time.sleep(PATIENCE)
    return total


def _call_helpers(run: Recompute, lease: Lease, snapshot: str, count: int) -> None:
    """Whoever is free comes. Should the broker not answer, whoever holds the run does it alone."""
    try:
        for _ in range(count):
            current_app.send_task(settings.SHARD_TASK, [run.pk, lease.attempt, snapshot], expires=600)
    except OperationalError:
        log.warning("The broker does not answer; run %s goes on without helpers.", run.pk, exc_info=True)


def _slugs(run: Recompute, rules: Shelf) -> set[str]:
    """The segments of the run."""
    return set(planned.active_plans(run.slugs)[1]) if run.slugs else set(rules.pins)


def _work(run: Recompute, shard: Shard, snapshot: str, lease: Lease | None = None) -> Found:
    """One share: what does not compare subjects with each other, for the subjects of its ranges."""
    clock = clock_at(run.as_of)
    with _in(snapshot):
        rules = shelf(clock)
        slugs = _slugs(run, rules) - rules.index.comparing
        material = _of_ranges(rules.some(slugs, clock), shard, clock)
    return _found(material, lease, only=slugs)


def _of_ranges(material: Material, shard: Shard, clock: Clock) -> Material:
    ranges = {Subject(name): (int(first), int(last)) for name, (first, last) in shard.ranges.items()}
    return computing.load(material, ranges=ranges)


def _found(material: Material, lease: Lease | None = None, *, only: set[str] | None = None) -> Found:
    members = computing.work_out(material, pulse=lease.check if lease else lambda: None)
    next_at = computing.boundaries_of(material)
    if only is not None:
        members = {slug: found for slug, found in members.items() if slug in only}
        next_at = {slug: at for slug, at in next_at.items() if slug in only}
    lost = {slug: ids for slug, ids in material.lost.items() if only is None or slug in only}
    return Found(members, lost, next_at, dict(material.failures), dict(material.waits))


def _keep(shard: Shard, found: Found) -> None:
    Shard.objects.filter(pk=shard.pk, found=None).update(found=_packed(found))


def _packed(found: Found) -> bytes:
    next_at = {slug: at.isoformat() if at else None for slug, at in found.next_at.items()}
    lost = {slug: list(ids) for slug, ids in found.lost.items()}
    return pack(found.members, {"lost": lost, "next_at": next_at, "failures": found.failures, "waits": found.waits})


def _unpacked(data: bytes) -> Found:
    members, rest = unpack(data)
    next_at = {slug: datetime.fromisoformat(at) if at else None for slug, at in rest["next_at"].items()}
    lost = {slug: BitMap64(ids) for slug, ids in rest["lost"].items()}
    return Found(members, lost, next_at, rest["failures"], rest["waits"])


@contextmanager
def _claimed(shard: Shard) -> Iterator[bool]:
    """Hold a share, unless somebody else does; let go at the end, or when the connection ends."""
    key = [_SHARE, shard.pk % 2**31]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        (mine,) = cursor.fetchone()
    try:
        yield bool(mine)
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)
