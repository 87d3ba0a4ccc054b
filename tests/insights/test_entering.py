"""Before and after entering, worked out again with pandas: revenue, deals and activity of partners and of customers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
import time_machine
from django.conf import settings as django_settings
from django.test import Client

from insights import checkups, measures, measuring
from insights.gathering import Everybody
from insights.models import Entering
from insights.reading import entering
from partners.models import Activity, Customer, Deal, Partner
from segments.models import Membership, Segment
from tests.insights import worlds
from tests.programs import world

pytestmark = pytest.mark.django_db
SINCE = pd.Timestamp("2024-11-01", tz="UTC") + pd.Timedelta(days=90)
"""The first day of the two years and the present month, and ninety days: before an entry lie ninety days that are known."""


@pytest.fixture
def channel() -> Any:
    with time_machine.travel(worlds.NOW, tick=False):
        worlds.channel(11, partners=40, segments=3)
        measuring.measure(now=worlds.NOW)
        checkups.check_all(now=worlds.NOW)
        yield


def events(subject: str) -> pd.DataFrame:
    """(subject id, day, won, revenue, active), one row for each thing that happened."""
    key = "partner_id" if subject == "partner" else "customer_id"
    rows = Deal.objects.filter(deleted_at=None, **{f"{key}__isnull": False})
    deals = pd.DataFrame(list(rows.values(key, "stage", "amount", "registered_on", "closed_on")))
    won = deals[deals.stage == "won"]
    parts = [
        pd.DataFrame(
            {"id": won[key], "day": won.closed_on, "won": 1, "revenue": won.amount.astype(float).fillna(0), "active": 0}
        )
    ]
    if subject == "customer":
        ended = deals[deals.stage.isin(["won", "lost"])]
        for frame, day in ((deals, "registered_on"), (ended, "closed_on")):
            parts.append(pd.DataFrame({"id": frame[key], "day": frame[day], "won": 0, "revenue": 0.0, "active": 1}))
    else:
        acts = pd.DataFrame(list(Activity.objects.values("partner_id", "at")))
        days = acts["at"].dt.tz_convert("UTC").dt.date
        parts.append(pd.DataFrame({"id": acts.partner_id, "day": days, "won": 0, "revenue": 0.0, "active": 1}))
    found = pd.concat(parts).dropna(subset=["day"])
    found["day"] = pd.to_datetime(found["day"], utc=True)
    return found


def by_hand(subject: str) -> pd.DataFrame:
    """Per segment, region and stretch of thirty days: entries, won, revenue and how many were active."""
    stays = pd.DataFrame(
        list(
            Membership.objects.filter(segment__subject=subject).values(
                "segment_id", "subject_id", "entered_at", "left_at"
            )
        )
    )
    stays = stays[stays.left_at.isna() | (stays.left_at > stays.entered_at)]
    stays["first"] = stays.groupby("segment_id").entered_at.transform("min")
    stays["day"] = stays.entered_at.dt.tz_convert("UTC").dt.normalize()
    over = pd.Timestamp(worlds.NOW).normalize() - pd.Timedelta(days=90)
    entries = stays[(stays.entered_at > stays["first"]) & (stays.entered_at >= SINCE) & (stays.day <= over)]
    model = Partner if subject == "partner" else Customer
    entries = entries.assign(region=entries.subject_id.map(dict(model.objects.values_list("pk", "region"))))
    entries = entries.reset_index(drop=True).rename_axis("entry").reset_index()
    met = entries.merge(events(subject), left_on="subject_id", right_on="id", suffixes=("", "_of"))
    met["stretch"] = (met.day_of - met.day).dt.days // 30
    met = met[met.stretch.between(-3, 2)]
    each = met.groupby(["entry", "stretch"]).agg(
        won=("won", "sum"), revenue=("revenue", "sum"), active=("active", "max")
    )
    all_of = pd.MultiIndex.from_product([entries.entry, range(-3, 3)], names=["entry", "stretch"])
    table = each.reindex(all_of, fill_value=0).reset_index()
    table = table.merge(entries[["entry", "segment_id", "region"]], on="entry")
    grouped = table.groupby(["segment_id", "region", "stretch"])
    return grouped.agg(
        entries=("entry", "size"), won=("won", "sum"), revenue=("revenue", "sum"), active=("active", "sum")
    )


@pytest.mark.parametrize("subject", ["partner", "customer"])
def test_entering__every_stretch__is_as_pandas_has_it(subject: str, channel: None) -> None:
    want = by_hand(subject)
    rows = Entering.objects.filter(segment__subject=subject)
    names = ["entries", "won", "revenue", "active"]
    have = pd.DataFrame(list(rows.values("segment_id", "region", "stretch", *names)))
    have = have.set_index(["segment_id", "region", "stretch"]).sort_index().astype(float)
    assert len(want) > 30
    assert want.active.sum() > 0
    pd.testing.assert_frame_equal(have, want.sort_index().astype(float), check_names=False)


def averages(segment: Segment, regions: list[str] | None = None) -> pd.DataFrame:
    """Per stretch, on average of an entry: revenue, deals won, the share that was active."""
    table = by_hand(segment.subject).loc[segment.pk]
    if regions is not None:
        table = table[table.index.get_level_values("region").isin(regions)]
    sums = table.groupby("stretch").sum()
    return sums[["revenue", "won", "active"]].div(sums.entries, axis=0)


def test_reading__of_a_segment__averages_of_what_the_viewer_sees(channel: None) -> None:
    for segment in Segment.objects.all():
        for viewer in (Everybody(), world.staff(email=f"{segment.slug}@vendor.example", regions=["EMEA"])):
            want = averages(segment, viewer.regions or None)
            found = entering(segment, viewer)
            assert [each.number for each in found] == list(want.index)
            for each in found:
                assert (each.revenue, each.won, each.active) == pytest.approx(tuple(want.loc[each.number]))


def test_page__of_a_segment__says_how_far_it_rose_or_fell(channel: None) -> None:
    client = Client()
    client.force_login(world.staff(), backend=django_settings.AUTHENTICATION_BACKENDS[0])
    for segment in Segment.objects.filter(subject="partner"):
        revenue = averages(segment).revenue
        before, after = revenue.loc[[-3, -2, -1]].mean(), revenue.loc[[0, 1, 2]].mean()
        answer = client.get(f"/console/insights/segments/{segment.slug}/")
        shown = answer.context
        assert shown["change"] == measures.words("share", (after - before) / before)
        assert (shown["before"], shown["after"]) == (measures.words("money", before), measures.words("money", after))
        assert shown["rose"] == (after > before)
        assert measures.words("money", revenue.loc[0]) in answer.content.decode()


def test_entering__too_late_for_ninety_days_after__is_left_out() -> None:
    with time_machine.travel(worlds.NOW, tick=False):
        one, other = world.partner("P-1"), world.partner("P-2")
        segment = world.segment("gold", [one])
        entered = datetime.combine(worlds.NOW.date() - timedelta(days=89), datetime.min.time(), UTC)
        Membership.objects.create(segment=segment, subject_id=other.pk, entered_at=entered, version=1)
        measuring.measure(now=worlds.NOW)
        assert not Entering.objects.exists()
        Membership.objects.filter(subject_id=other.pk).update(entered_at=worlds.NOW - timedelta(days=90))
        measuring.measure(now=worlds.NOW)
        assert Entering.objects.filter(segment=segment, entries=1).count() == 6
