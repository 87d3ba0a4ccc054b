"""Reads that settling and its preview share: who is in the targeted segments, and who has what on offer."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.db import connection
from django.db.models import F
from django.utils import timezone
from pyroaring import BitMap64

from partners.models import Partner
from partners.vocabulary import Subject
from programs.models import Program, Target
from programs.targeting import Reason, Targeting, entitled_to, newly_entitled_to, reasons
from segments import bitmaps
from segments.models import MemberSet

GRANTED: Reason = ((), (), ())
"""The reason of those to whom a journey offers it: no segment of the targeting."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Partners who have one programme on offer for one and the same reason."""

    reason: Reason
    lapsed: bool
    partners: BitMap64


@dataclass(frozen=True, slots=True)
class Targeted:
    """A programme with its targeting, and the day it must be on to be offered."""

    program: Program
    targeting: Targeting

    def is_running(self, now: datetime) -> bool:
        """Active, and its dates include the organisation's local day at that instant."""
        day = timezone.localdate(now, timezone.get_default_timezone())
        program = self.program
        return (
            program.status == Program.Status.ACTIVE
            and (program.starts_on is None or program.starts_on <= day)
            and (program.ends_on is None or program.ends_on >= day)
            and ((expires_on := getattr(program, "expires_on", None)) is None or expires_on >= day)
        )

    @property
    def starts_at(self) -> datetime:
        """The instant from which entrants count as new: local midnight of the first day."""
        if self.program.starts_on is None:
            return self.program.created_at
        return timezone.make_aware(datetime.combine(self.program.starts_on, time.min), timezone.get_default_timezone())


def targeting_of(targets: Iterable[Target]) -> Targeting:
    """The targeting that rows of Target (with their segment) spell, slugs in order."""
    slugs: dict[str, list[str]] = {mode: [] for mode in Target.Mode.values}
    for target in targets:
        slugs[target.mode].append(target.segment.slug)
    return Targeting(**{mode: tuple(sorted(names)) for mode, names in slugs.items()})


def in_order(targets: Iterable[Target]) -> list[Target]:
    """Any first, then all, then none; by name within."""
    modes = Target.Mode.values
    return sorted(targets, key=lambda target: (modes.index(target.mode), target.segment.name))


def targeted_programs(programs: Collection[int] | None = None) -> list[Targeted]:
    """Every programme that is or may have been on offer (or those of the ids), with its targeting. Two queries."""
    rows = Program.objects.exclude(status=Program.Status.DRAFT).annotate(expires_on=F("content__expires_on"))
    rows = rows.prefetch_related("targets__segment").order_by("id")
    if programs is not None:
        rows = rows.filter(pk__in=programs)
    return [Targeted(program, targeting_of(program.targets.all())) for program in rows]


def members_by_slug(slugs: Collection[str]) -> dict[str, BitMap64]:
    """Present members of the active partner segments among the slugs; others are absent, which reads as nobody."""
    sets = MemberSet.objects.filter(
        segment__slug__in=slugs,
        segment__subject=Subject.PARTNER,
        segment__status="active",
        segment__published__isnull=False,
    ).values_list("segment__slug", "bitmap")
    gone = BitMap64(Partner.objects.exclude(deleted_at=None).values_list("id", flat=True))
    return {slug: bitmaps.load(stored) - gone for slug, stored in sets}


def early_by_slug(slugs: Collection[str], began_at: datetime) -> dict[str, BitMap64]:
    """Per slug, the subjects whose present stay began before the instant."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.slug, array_agg(m.subject_id) FROM segments_membership m"
            " JOIN segments_segment s ON s.id = m.segment_id"
            " WHERE m.left_at IS NULL AND m.entered_at < %s AND s.slug = ANY(%s) GROUP BY s.slug",
            [began_at, list(slugs)],
        )
        return {slug: BitMap64(ids) for slug, ids in cursor.fetchall()}


def granted_by_journeys(programs: Collection[int]) -> dict[int, BitMap64]:
    """Per programme, the partners whom a journey offers it: while the stay that began the journey goes on, or for good
    where leaving, a date or a fact began it (while in its segment, if it has one). An archived journey offers nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT g.program_id, array_agg(g.partner_id) FROM programs_journeygrant g"
            " JOIN programs_journeyact a ON a.id = g.act_id JOIN programs_journeyentry e ON e.id = a.entry_id"
            " JOIN programs_journey j ON j.id = e.journey_id AND j.status <> 'archived'"
            " JOIN partners_partner p ON p.id = g.partner_id AND p.deleted_at IS NULL"
            " WHERE g.program_id = ANY(%s) AND (j.trigger = 'left' OR j.segment_id IS NULL"
            " OR EXISTS (SELECT FROM segments_membership m"
            " WHERE m.subject_id = g.partner_id AND m.segment_id = j.segment_id AND m.left_at IS NULL"
            " AND (j.trigger <> 'entered' OR m.entered_at <= e.began_at))) GROUP BY g.program_id",
            [list(programs)],
        )
        return {program: BitMap64(ids) for program, ids in cursor.fetchall()}


def entitlements(
    targeted: Sequence[Targeted], now: datetime, instead: Mapping[str, BitMap64] | None = None
) -> Iterator[tuple[Targeted, list[tuple[Reason, BitMap64]]]]:
    """Per programme, who is entitled at the instant, in groups of one reason; nobody when it is not running.

    `instead` gives some segments other members than they have now: what would be, were it so.
    """
    running = [each for each in targeted if each.is_running(now)]
    members = members_by_slug({slug for each in running for slug in each.targeting.slugs}) | dict(instead or {})
    grants = granted_by_journeys([each.program.pk for each in running if each.program.pk is not None])
    for each in targeted:
        if not each.is_running(now):
            yield each, []
            continue
        partners = entitled_to(each.targeting, members)
        if each.program.new_members_only:
            early = early_by_slug(each.targeting.slugs, each.starts_at)
            partners = newly_entitled_to(each.targeting, members, early)
        granted = grants.get(each.program.pk, BitMap64()) - partners
        yield each, [*reasons(each.targeting, members, partners), *([(GRANTED, granted)] if granted else [])]


def standings(programs: Collection[int]) -> dict[int, list[Standing]]:
    """Per programme, the partners who have it on offer, by reason and by whether it has lapsed. One query."""
    found: dict[int, list[Standing]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT program_id, reason::text, lapsed_at IS NOT NULL, array_agg(partner_id) FROM programs_offer"
            " WHERE withdrawn_at IS NULL AND program_id = ANY(%s) GROUP BY 1, 2, 3",
            [list(programs)],
        )
        for program_id, reason, lapsed, partners in cursor.fetchall():
            standing = Standing(reason_from_json(json.loads(reason)), lapsed, BitMap64(partners))
            found.setdefault(program_id, []).append(standing)
    return found


def reason_to_json(reason: Reason) -> dict[str, list[str]]:
    """As an offer keeps it: {"any": [slug…], "all": [slug…], "none": [slug…]}."""
    return dict(zip(("any", "all", "none"), map(list, reason), strict=True))


def reason_from_json(value: dict[str, Any]) -> Reason:
    """The reverse."""
    some, every, none = (tuple(value.get(mode, ())) for mode in ("any", "all", "none"))
    return some, every, none
