"""The checkup's figures against pandas, and a set's exhaustiveness and exclusiveness against counting by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from django.utils import timezone
from pyroaring import BitMap64

from insights import checkups, gathering, measuring
from insights.figures import Figures, figures_of
from insights.models import Checkup, Resource, SetCheckup
from partners.models import Customer, Deal, Origin, Partner
from partners.vocabulary import Subject
from people.models import Preference
from programs.models import Dispute, Feedback, Sighting
from segments import profiling
from segments.models import Membership, Segment, SegmentSet, SetEntry
from segments.standing import Override
from tests.insights import worlds
from tests.programs import world

pytestmark = pytest.mark.django_db


def looked_at() -> dict[str, Figures]:
    measuring.measure()
    checkups.check_all()
    return {row.segment.slug: figures_of(row.figures) for row in Checkup.objects.select_related("segment")}


def sized(seed: int, count: int = 60) -> list[Partner]:
    dice = np.random.default_rng(seed)
    made = [
        world.partner(
            f"P-{number}",
            region="EMEA",
            partner_type=["var", "msp"][number % 2],
            employees=None if number % 7 == 0 else int(dice.lognormal(4, 1)) + 1,
            annual_revenue=None if number % 5 == 0 else round(float(dice.lognormal(14, 1)), 2),
        )
        for number in range(count)
    ]
    today = timezone.localdate()
    Deal.objects.bulk_create(
        Deal(
            external_id=f"D-{number}",
            partner=made[int(dice.integers(count))],
            stage="won",
            amount=Decimal(int(dice.integers(100, 900_000))) / 100,
            closed_on=today - timedelta(days=int(dice.integers(300))),
        )
        for number in range(count * 3)
    )
    return made


def facts_of(partners: list[Partner]) -> pd.DataFrame:
    rows = []
    for partner in Partner.objects.filter(pk__in=[each.pk for each in partners]):
        won = list(Deal.objects.filter(partner=partner, stage="won").values_list("amount", flat=True))
        rows.append((partner.pk, partner.employees, partner.annual_revenue, sum(won), len(won)))
    table = pd.DataFrame(rows, columns=["pk", "employees", "annual", "won", "deals"]).set_index("pk").astype(float)
    return np.log1p(table)


def test_check__spread_and_distance__are_as_pandas_has_them() -> None:
    partners = sized(1)
    groups = {"small": partners[:20], "other": partners[15:50], "third": partners[40:]}
    for slug, members in groups.items():
        world.segment(slug, members)
    found = looked_at()
    table = facts_of(partners)
    scaled = (table - table.mean()) / table.std(ddof=0)
    means = {slug: scaled.loc[[each.pk for each in members]].mean() for slug, members in groups.items()}
    for slug, members in groups.items():
        inside = table.loc[[each.pk for each in members]].std(ddof=0) / table.std(ddof=0)
        assert found[slug].inside == pytest.approx(inside.mean())
        away = {other: float(np.sqrt(((means[slug] - means[other]) ** 2).mean())) for other in groups if other != slug}
        assert found[slug].distance == pytest.approx(min(away.values()))
        assert found[slug].nearest == min(away, key=away.__getitem__).title()


def test_check__fields_of_the_rule__filled_and_aged_as_counted() -> None:
    partners = sized(2, 30)
    now = timezone.now()
    old, new = (Origin.objects.create(kind="form", label="x", at=now - timedelta(days=days)) for days in (800, 10))
    for number, partner in enumerate(partners):
        partner.provenance = {"employees": (old if number < 20 else new).pk, "region": new.pk}
        partner.save(update_fields=["provenance"])
    rule = {"combinator": "and", "rules": [
        {"field": "employees", "operator": ">", "value": 3}, {"field": "region", "operator": "=", "value": "EMEA"},
        {"field": "won_revenue_12m", "operator": ">", "value": 0},
    ]}  # fmt: skip
    world.segment("sized", partners[:9], rule=rule)
    figures = looked_at()["sized"]
    share = sum(partner.employees is not None for partner in partners) / 30
    assert figures.fields == ("employees", "region", "won_revenue_12m")
    assert figures.filled == pytest.approx((share + 1 + 1) / 3)
    assert (figures.emptiest, figures.emptiest_field) == (pytest.approx(share), "Employees")
    assert figures.age_days == pytest.approx((800 + 10) / 2, abs=0.1)
    assert figures.stale_field == "Employees"


def test_check__churn__is_the_moves_of_thirty_days_over_the_mean_members() -> None:
    now = timezone.now()
    partners = [world.partner(f"P-{number}") for number in range(10)]
    segment = world.segment("gold", partners[:8])
    gone = Membership.objects.filter(segment=segment, subject_id__in=[each.pk for each in partners[:2]])
    gone.update(left_at=now - timedelta(days=5))
    for partner in partners[8:]:
        Membership.objects.create(segment=segment, subject_id=partner.pk, entered_at=now - timedelta(days=3), version=1)
    present = BitMap64(each.pk for each in partners[2:])
    segment.member_set.bitmap = present.serialize()
    segment.member_set.save(update_fields=["bitmap"])
    figures = looked_at()["gold"]
    assert figures.churn == pytest.approx(4 / 30 / 8)
    assert figures.still_days == 3


def test_check__still_for_long__says_for_how_many_days() -> None:
    world.segment("gold", [world.partner("P-1")])
    assert (looked_at()["gold"].still_days or 0) > 365


def test_check__people_and_mail__only_those_who_can_be_reached_count() -> None:
    partners = [world.partner(f"P-{number}") for number in range(5)]
    world.colleague(partners[0])
    world.colleague(partners[1], "away@x.example")
    bounced = world.colleague(partners[2], "back@x.example")
    Preference.objects.create(user=bounced, bounced_at=timezone.now())
    gone = world.colleague(partners[1], "gone@x.example")
    gone.is_active = False
    gone.save(update_fields=["is_active"])
    buyers = [Customer.objects.create(external_id=f"C-{number}", name="x") for number in range(4)]
    buyers[0].partners.add(partners[0], partners[3])
    buyers[1].partners.add(partners[2])
    world.segment("gold", partners)
    served = world.segment("served", subject="customer")
    world.set_members(served, buyers)  # type: ignore[arg-type]
    found = looked_at()
    assert found["gold"].reachable == pytest.approx(2 / 5)
    assert found["served"].reachable == pytest.approx(1 / 4)


def test_check__worth__is_share_of_revenue_over_share_of_subjects() -> None:
    partners = sized(3, 20)
    world.segment("gold", partners[:5])
    figures = looked_at()["gold"]
    won = {each.pk: sum(Deal.objects.filter(partner=each).values_list("amount", flat=True)) for each in partners}
    share = float(sum(won[each.pk] for each in partners[:5]) / sum(won.values()))
    assert figures.revenue_share == pytest.approx(share)
    assert figures.worth == pytest.approx(share / (5 / 20))


def test_check__voices__seen_agreed_and_disputed_of_present_members() -> None:
    partners = [world.partner(f"P-{number}") for number in range(6)]
    rule = {"field": "tier", "operator": "=", "value": "gold"}
    segment = world.segment("gold", partners[:5], partner_visible=True, rule=rule)
    hidden = world.segment("hidden", partners[:5])
    users = [world.colleague(partner) for partner in partners]
    for place in (0, 1, 2, 5):
        Sighting.objects.create(segment=segment, partner=partners[place])
    Feedback.objects.create(segment=segment, partner=partners[0], user=users[0], is_good=True)
    Feedback.objects.create(segment=segment, partner=partners[1], user=users[1], is_good=False)
    Dispute.objects.create(partner=partners[2], field="tier", label="Tier", claimed="gold")
    Dispute.objects.create(partner=partners[3], field="city", label="City", claimed="Rome")
    Dispute.objects.create(partner=partners[4], field="tier", label="Tier", claimed="gold", status="rejected")
    found = looked_at()
    figures = found["gold"]
    assert figures.seen == pytest.approx(3 / 5)
    assert figures.agreed == pytest.approx(1 / 5)
    assert figures.disputed == pytest.approx(2 / 3)
    assert found[hidden.slug].seen is None


def test_check__by_hand_profile_and_bindings__are_counted() -> None:
    partners = [world.partner(f"P-{number}") for number in range(4)]
    segment = world.segment("gold", partners, objective="Grow", owner=world.staff())
    naming = world.segment("both", rule={"field": "segment", "operator": "in", "value": ["gold"]})
    world.program("kit", any=[segment])
    world.program("draft", any=[segment], status="draft")
    world.program("not-them", none=[segment])
    profiling.change_profile(segment=segment, target="40 %", review_on=timezone.localdate() + timedelta(days=9))
    Override.objects.create(segment=segment, subject_id=partners[0].pk, kind="include", author="a", reason="r")
    Override.objects.create(segment=segment, subject_id=partners[0].pk + 99, kind="exclude", author="a", reason="r")
    found = looked_at()
    assert set(found["gold"].said) == {"objective", "target", "owner"}
    assert found["gold"].bound == 2
    assert found["gold"].by_hand == pytest.approx(2 / 4)
    assert found["gold"].review_days == 9
    assert found[naming.slug].said == ()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_check__sets__exhaustive_and_exclusive_as_counted_by_hand(seed: int) -> None:
    dice = np.random.default_rng(seed)
    partners = [world.partner(f"P-{number}") for number in range(30)]
    wanted: dict[str, set[int]] = {}
    made = SegmentSet.objects.create(slug="tiers", name="Tiers", subject="partner", mode="overlapping")
    for number in range(3):
        chosen = [each for each in partners if dice.random() < 0.3]
        segment = world.segment(f"s-{number}", chosen)
        SetEntry.objects.create(set=made, segment=segment, position=number)
        wanted[segment.slug] = {each.pk for each in chosen}
    checkups.check_all()
    counts = pd.Series([pk for ids in wanted.values() for pk in ids]).value_counts()
    row = SetCheckup.objects.get(set=made)
    assert row.exhaustive == pytest.approx(len(counts) / 30)
    assert row.exclusive == pytest.approx((counts == 1).sum() / len(counts))
    checked = Checkup.objects.get(segment__slug="s-1")
    assert figures_of(checked.figures).exclusive == pytest.approx(row.exclusive)


def test_check__exclusive_set__those_who_gave_way_match_several() -> None:
    partners = [world.partner(f"P-{number}") for number in range(10)]
    made = SegmentSet.objects.create(slug="tiers", name="Tiers", subject="partner")
    rest = BitMap64(each.pk for each in partners[:7])
    lost = BitMap64([partners[0].pk, partners[1].pk])
    for number, (members, gave, is_rest) in enumerate(
        [(partners[:4], None, False), (partners[4:7], lost, False), (partners[7:], rest, True)]
    ):
        segment = world.segment(f"s-{number}", members)
        SetEntry.objects.create(
            set=made, segment=segment, position=number, is_rest=is_rest, lost=gave.serialize() if gave else None
        )
    checkups.check_all()
    row = SetCheckup.objects.get(set=made)
    assert (row.exhaustive, row.exclusive) == (1.0, pytest.approx(0.8))


def test_check__twins__are_found_both_ways_and_others_are_not() -> None:
    partners = [world.partner(f"P-{number}") for number in range(20)]
    for slug, members in (("one", partners), ("two", partners[:19]), ("three", partners[:12])):
        world.segment(slug, members)
    found = looked_at()
    assert [slug for slug, _ in found["one"].twins] == ["two"]
    assert found["two"].twins[0] == ("one", pytest.approx(19 / 20))
    assert found["three"].twins == ()


def test_check__again_and_after_archiving__writes_the_same_and_forgets() -> None:
    worlds.channel(7, partners=10, segments=2)
    checkups.check_all(now=worlds.NOW)
    before = {row.segment_id: row.figures for row in Checkup.objects.all()}
    checkups.check_all(now=worlds.NOW)
    assert {row.segment_id: row.figures for row in Checkup.objects.all()} == before
    Segment.objects.filter(slug="s-0").update(status="archived")
    checkups.check_all(now=worlds.NOW)
    assert not Checkup.objects.filter(segment__slug="s-0").exists()


def test_resources__people_and_potential__are_as_pandas_has_them() -> None:
    partners = sized(4, 40)
    managers = [world.staff(email=f"m{number}@vendor.example") for number in range(3)]
    for number, partner in enumerate(partners):
        partner.channel_manager = None if number % 9 == 0 else managers[number % 3]
        partner.region = ["EMEA", "NA"][number % 2]
        partner.save(update_fields=["channel_manager", "region"])
    segment = world.segment("gold", partners[3:17])
    checkups.check_all()
    table = pd.DataFrame(
        [
            (
                each.pk, each.region, each.partner_type, each.channel_manager_id,
                float(each.annual_revenue) if each.annual_revenue is not None else np.nan,
                float(sum(Deal.objects.filter(partner=each).values_list("amount", flat=True))),
            )
            for each in partners
        ],
        columns=["pk", "region", "type", "manager", "size", "won"],
    )  # fmt: skip
    table["rate"] = (table.won / table["size"]).where(table.won > 0)
    quarter = table.groupby("type").rate.quantile(0.75)
    table["could"] = np.fmax(table.won, table["size"] * table.type.map(quarter))
    each = table.manager.map(1 / table.manager.value_counts()).fillna(0)
    table["people"] = each
    mine = table[table.pk.isin([partner.pk for partner in partners[3:17]])]
    for region, group in mine.groupby("region"):
        row = Resource.objects.get(segment=segment, region=region)
        assert row.people == pytest.approx(group.people.sum())
        assert float(row.potential) == pytest.approx(group.could.sum(), abs=0.02)
        assert float(row.revenue) == pytest.approx(group.won.sum(), abs=0.02)
    everybody: Any = Resource.objects.filter(segment=None)
    assert sum(row.people for row in everybody) == pytest.approx(3)


def test_check__year_of_deals__is_that_of_the_facts_in_the_organisations_own_zone(settings: Any) -> None:
    settings.TIME_ZONE = "Pacific/Auckland"
    now = datetime(2026, 11, 20, 20, tzinfo=UTC)  # there it is the 21st
    partner = world.partner("P-1", region="EMEA")
    for number, day in enumerate(["2026-11-21", "2025-11-21", "2026-11-22", "2025-11-20"]):
        Deal.objects.create(external_id=f"D-{number}", partner=partner, stage="won", amount=10**number, closed_on=day)
    world.segment("gold", [partner])
    checkups.check_all(now=now)
    assert Resource.objects.get(segment__slug="gold").revenue == Decimal(11)
    people = gathering.population(Subject.PARTNER, now)
    assert np.expm1(people.facts[0]).tolist()[2:] == pytest.approx([11, 2])
