"""The segments of the pages' world: of customers and of partners, with members that have come and gone for two months."""

# ruff: noqa: S608 — our own names and numbers
from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from django.utils import timezone

from benchmarks import world
from benchmarks.pages.records import TIERS, TYPES, VERTICALS, Sizes, first_of, run
from benchmarks.world import _number, _pick
from segments import membership
from segments.models import Recompute, Segment, SegmentProfile, SegmentSet, SegmentVersion, SetEntry

DAYS_AGO = (60, 30, 7, 1, 0)
"""When the runs were made: at each, some records had changed."""
EVENTS = 2
"""How often each segment was changed by somebody, beside its making."""


def make_segments(sizes: Sizes) -> None:
    """Three in ten of customers, the rest of partners; profiles, comments, overrides, sets; and the runs."""
    world.make_segments(max(20, sizes.segments * 3 // 10))
    partner_segments(max(20, sizes.segments * 7 // 10))
    beside(sizes)
    for number, days in enumerate(DAYS_AGO):
        if number:
            change(number)
        at = timezone.now() - timedelta(days=days)
        asked = membership.request_recompute(trigger=Recompute.Trigger.NIGHTLY, requested_by="benchmark", as_of=at)
        done = membership.recompute(run=asked)
        if done is None or done.failed:
            raise RuntimeError(f"The run did not go through: {done}")
    run("UPDATE partners_partner SET region = 'EMEA' WHERE external_id = 'p1'")
    run("UPDATE partners_touched SET followed_at = now() WHERE followed_at IS NULL")


def change(salt: int) -> None:
    """One in a hundred of the customers and of the partners."""
    world.change_some(0.01, salt)
    run(
        f"UPDATE partners_partner t SET region = {_pick(world.REGIONS, 200 + salt)}, tier = {_pick(TIERS, 300 + salt)},"
        f" employees = {_number(400 + salt, 800)} FROM (SELECT id, id AS g FROM partners_partner) s"
        f" WHERE s.id = t.id AND mod(t.id, 100) = {salt}"
    )


def partner_segments(count: int) -> None:
    """Active segments of partners, some of them large, the first ones visible to partners."""
    chance = random.Random(count)  # noqa: S311 - the same rules every time
    now = timezone.now()
    made = Segment.objects.bulk_create(
        Segment(
            slug=f"p{number}",
            name=f"Partners {number}",
            subject="partner",
            description="Whom we do business with in this way",
            objective="More of it" if number % 2 else "",
            partner_visible=number < 40,
            status="active" if number % 25 or number < 50 else "in_review",
            created_at=now,
            updated_at=now,
        )
        for number in range(count)
    )
    versions = SegmentVersion.objects.bulk_create(
        SegmentVersion(segment=segment, number=number, rule=rule(chance), author="Ada Admin", reason="Better")
        for segment in made
        for number in (1, 2, 3)
    )
    rule_of_everybody(made[0], versions[2])
    for place, segment in enumerate(made):
        segment.published = versions[place * 3 + 2]
        segment.draft = segment.published
    Segment.objects.bulk_update(made, ["draft", "published"], batch_size=500)
    SegmentProfile.objects.bulk_create(
        SegmentProfile(segment=segment, kpi="Revenue", target="+10 %", needs="Leads", value_proposition="Margin")
        for segment in made
    )


def rule_of_everybody(segment: Segment, version: SegmentVersion) -> None:
    """The first one holds every partner: the largest a segment can be."""
    segment.name = "All partners"
    segment.save(update_fields=["name"])
    SegmentVersion.objects.filter(pk=version.pk).update(rule={"everyone": True})


def rule(chance: random.Random) -> dict[str, Any]:
    """Two or three conditions, as people combine them."""
    leaves = [
        {"field": "region", "operator": chance.choice(["=", "!="]), "value": chance.choice(world.REGIONS)},
        {"field": "tier", "operator": "in", "value": chance.sample(TIERS, 2)},
        {"field": "partner_type", "operator": "=", "value": chance.choice(TYPES)},
        {"field": "employees", "operator": ">=", "value": chance.randrange(100, 800, 50)},
        {"field": "verticals", "operator": "containsAny", "value": chance.sample(VERTICALS, 2)},
        {"field": "won_revenue_12m", "operator": ">", "value": chance.randrange(0, 200_000, 10_000)},
        {
            "field": "last_deal_on",
            "operator": "inLast",
            "value": {"last": chance.choice([30, 90, 180]), "unit": "days"},
        },
        {"field": "country", "operator": "in", "value": chance.sample(world.COUNTRIES, 6)},
    ]
    return {"combinator": "and", "not": False, "rules": chance.sample(leaves, chance.randint(3, 4))}


def beside(sizes: Sizes) -> None:
    """Comments, overrides, sets, and a long history of who changed what."""
    first, partner = first_of("segments_segment"), first_of("partners_partner")
    run(
        "INSERT INTO segments_segmentcomment (segment_id, author, text, created_at)"
        " SELECT s.id, 'Ann', 'I would add the south', now() FROM segments_segment s, generate_series(1, 5)"
    )
    run(
        "INSERT INTO segments_override (segment_id, subject_id, kind, author, reason, created_at)"
        f" SELECT s.id, {partner} + mod(s.id * 7 + n * 13, {sizes.partners}), 'include', 'Ann', 'Strategic', now()"
        " FROM segments_segment s, generate_series(1, 3) n WHERE s.subject = 'partner' ON CONFLICT DO NOTHING"
    )
    mine = list(Segment.objects.filter(subject="partner", status="active").order_by("pk")[1:9])
    for number, mode in enumerate(("exclusive", "overlapping")):
        made = SegmentSet.objects.create(slug=f"set-{number}", name=f"Set {number}", subject="partner", mode=mode)
        SetEntry.objects.bulk_create(
            SetEntry(set=made, segment=segment, position=place) for place, segment in enumerate(mine[number * 4 :][:4])
        )
    of_customers = Segment.objects.filter(subject="customer").order_by("pk")[:5]
    made = SegmentSet.objects.create(slug="set-c", name="Of customers", subject="customer", mode="overlapping")
    SetEntry.objects.bulk_create(
        SetEntry(set=made, segment=segment, position=place) for place, segment in enumerate(of_customers)
    )
    for number in range(EVENTS):
        run(f"UPDATE segments_segment SET objective = 'Wave {number}' WHERE id >= {first}")
    run(
        "INSERT INTO people_userevent (pgh_created_at, pgh_label, pgh_obj_id, id, email, name, role, regions, time_zone,"
        " is_active, joined_at) SELECT now() - g * interval '1 second', 'update_update', u.id, u.id, u.email,"
        " 'Called ' || g, u.role, u.regions, '', true, now()"
        f" FROM generate_series(1, {sizes.partners}) g JOIN people_user u ON u.id = {first_of('people_user')} + mod(g, 20)"
    )
