"""Measurement of programmes that settle when many partners have moved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.models import Max
from django.utils import timezone
from pyroaring import BitMap64

from benchmarks.clock import Watch
from benchmarks.measures import Sizes
from partners.models import Partner
from programs import settling
from programs.models import Offer, Program, Target
from segments.models import MemberSet, Segment, SegmentVersion

PROGRAMS = 100
EACH = 10
"""So many programmes a partner is offered before, and as many others afterwards."""


def settle(sizes: Sizes) -> dict[str, Any]:
    """10 000 partners leave ten programmes each and enter ten others: 100 000 offers withdrawn and as many made, against
    one plain INSERT … SELECT of the offers that were made into a table of the same indexes and references, without any
    withdrawal."""
    ids = list(Partner.objects.present().order_by("pk").values_list("pk", flat=True)[:10_000])
    with _programs() as (segments, programs):
        _place(segments, ids, 0)
        settling.settle(programs=programs)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE programs_offer")
            cursor.execute("DROP TABLE IF EXISTS rival_offer")
            cursor.execute("CREATE TABLE rival_offer (LIKE programs_offer INCLUDING ALL)")
            for column, table in (("program_id", "programs_program"), ("partner_id", "partners_partner")):
                cursor.execute(
                    f"ALTER TABLE rival_offer ADD FOREIGN KEY ({column}) REFERENCES {table} DEFERRABLE INITIALLY DEFERRED"
                )
            cursor.execute(  # as full as the real one, and the same offers may be made anew
                "INSERT INTO rival_offer (program_id, partner_id, reason, offered_at, withdrawn_at)"
                " SELECT program_id, partner_id, reason, offered_at, now() FROM programs_offer"
            )
            cursor.execute("ANALYZE rival_offer")
        last = Offer.objects.aggregate(last=Max("id"))["last"] or 0
        _place(segments, ids, EACH)
        with Watch() as own:
            done = settling.settle(programs=programs)
        with Watch() as rival, connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO rival_offer (program_id, partner_id, reason, offered_at)"
                " SELECT program_id, partner_id, reason, offered_at FROM programs_offer WHERE id > %s",
                [last],
            )
            made = cursor.rowcount
    if made != done.offered or not made:
        raise RuntimeError(f"The rival made {made} offers, settling {done}")
    return {
        "settle_vs_sql": round(own.seconds / rival.seconds, 2),
        "settle_seconds": round(own.seconds, 2),
        "settle_offered": done.offered,
        "settle_withdrawn": done.withdrawn,
    }


@contextmanager
def _programs() -> Iterator[tuple[list[Segment], list[int]]]:
    """Programmes, each for a segment of partners of its own; they and their offers are gone afterwards."""
    now = timezone.now()
    segments = Segment.objects.bulk_create(
        Segment(slug=f"bench-{number}", name=f"Bench {number}", subject="partner", status="active")
        for number in range(PROGRAMS)
    )
    versions = SegmentVersion.objects.bulk_create(
        SegmentVersion(segment=segment, number=1, rule={"everyone": True}) for segment in segments
    )
    for segment, version in zip(segments, versions, strict=True):
        segment.published = segment.draft = version
    Segment.objects.bulk_update(segments, ["published", "draft"])
    programs = Program.objects.bulk_create(
        Program(slug=f"bench-{number}", name=f"Bench {number}", kind="content", status="active", created_at=now)
        for number in range(PROGRAMS)
    )
    Target.objects.bulk_create(
        Target(program=program, segment=segment, mode="any")
        for program, segment in zip(programs, segments, strict=True)
    )
    chosen = [program.pk for program in programs]
    try:
        yield segments, chosen
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS rival_offer")
            cursor.execute("DELETE FROM programs_offer WHERE program_id = ANY(%s)", [chosen])
        Target.objects.filter(program__in=chosen).delete()
        Program.objects.filter(pk__in=chosen).delete()
        pks = [segment.pk for segment in segments]
        MemberSet.objects.filter(pk__in=pks).delete()
        Segment.objects.filter(pk__in=pks).update(published=None, draft=None)
        SegmentVersion.objects.filter(segment__in=pks).delete()
        Segment.objects.filter(pk__in=pks).delete()


def _place(segments: list[Segment], ids: list[int], shift: int) -> None:
    """Put each partner into ten segments in a row; `shift` moves it by so many."""
    members: list[list[int]] = [[] for _ in segments]
    for number, pk in enumerate(ids):
        for place in range(EACH):
            members[(number + shift + place) % len(segments)].append(pk)
    MemberSet.objects.bulk_create(
        [
            MemberSet(segment=segment, bitmap=BitMap64(mine).serialize(), count=len(mine))
            for segment, mine in zip(segments, members, strict=True)
        ],
        update_conflicts=True,
        unique_fields=["segment"],
        update_fields=["bitmap", "count"],
    )
