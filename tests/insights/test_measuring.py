"""The monthly table: every figure as pandas finds it by hand, a rerun harmless, late deals where they belong."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from insights import measuring
from insights.models import Entering, Measurement, SegmentMonth
from partners.models import Deal, Partner
from segments.models import Membership, Segment
from tests.insights import worlds
from tests.programs import world

pytestmark = pytest.mark.django_db


def stored() -> dict[Any, dict[str, float]]:
    found = {}
    for row in SegmentMonth.objects.all():
        figures = {name: float(getattr(row, name)) for name in measuring.COUNTS}
        found[row.segment_id, row.subject, row.month, row.region] = figures
    return found


def differences(have: dict[Any, Any], want: dict[Any, Any]) -> dict[Any, Any]:
    wrong: dict[Any, Any] = {}
    for key in have.keys() | want.keys():
        one, other = have.get(key, {}), want.get(key, {})
        names = {name for name in one.keys() | other.keys() if abs(one.get(name, 0) - other.get(name, 0)) > 0.005}
        if names:
            wrong[key] = {name: (one.get(name), other.get(name)) for name in names}
    return wrong


@pytest.mark.parametrize(("seed", "zone"), [(1, "UTC"), (2, "America/New_York"), (3, "Asia/Kolkata"), (4, "UTC")])
def test_measure__random_channel__every_figure_is_as_worked_out_by_hand(
    seed: int, zone: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TIME_ZONE = zone
    monkeypatch.setattr(measuring, "RANGE", 7)  # several ranges, the last of them not full
    worlds.channel(seed)
    assert measuring.measure(now=worlds.NOW) is not None
    want = worlds.expected(zone)
    assert len(want) > 300
    assert sum(row["revenue"] > 0 and row["cost"] != 0 for row in want.values()) > 50
    assert differences(stored(), want) == {}


def test_measure__again__finds_nothing_to_write() -> None:
    worlds.channel(5, partners=12, segments=2)
    first = measuring.measure(now=worlds.NOW)
    before = stored()
    again = measuring.measure(now=worlds.NOW)
    assert first is not None
    assert first.written > 100
    assert again == measuring.Measured(0, 0)
    assert stored() == before
    assert list(Measurement.objects.values_list("written", flat=True)) == [0, first.written]


def test_measure__deal_comes_late__is_counted_in_the_month_and_segment_it_belongs_to() -> None:
    now = worlds.NOW
    partner = world.partner("P-1", region="EMEA")
    segment = world.segment("gold")
    was_in = [datetime(2026, 2, 10, 12, tzinfo=UTC), datetime(2026, 5, 3, 9, tzinfo=UTC)]
    Membership.objects.create(
        segment=segment, subject_id=partner.pk, entered_at=was_in[0], left_at=was_in[1], version=1
    )
    measuring.measure(now=now)
    rows = SegmentMonth.objects.filter(segment=segment)
    assert set(rows.values_list("revenue", flat=True)) == {Decimal(0)}
    days = ["2026-02-09", "2026-02-10", "2026-05-03", "2026-05-04"]
    for number, day in enumerate(days):
        Deal.objects.create(
            external_id=f"D-{number}", partner=partner, stage="won", amount=10**number, closed_on=day, registered_on=day
        )
    late = measuring.measure(now=now)
    assert late is not None
    assert late.written > 0
    assert dict(rows.exclude(won=0).values_list("month", "revenue")) == {
        date(2026, 2, 1): Decimal(10),
        date(2026, 5, 1): Decimal(100),
    }
    Deal.objects.filter(external_id="D-1").update(stage="lost")
    measuring.measure(now=now)
    assert dict(rows.exclude(won=0).values_list("month", "revenue")) == {date(2026, 5, 1): Decimal(100)}
    assert rows.get(month=date(2026, 2, 1)).lost == 1


def test_measure__segment_gone__its_rows_go_and_older_months_stay() -> None:
    partner = world.partner("P-1")
    segment = world.segment("gold", [partner])
    measuring.measure(now=worlds.NOW - timedelta(days=40))
    oldest = SegmentMonth.objects.filter(segment=segment).order_by("month").first()
    assert oldest is not None
    measuring.measure(now=worlds.NOW)
    assert SegmentMonth.objects.filter(pk=oldest.pk).exists()
    Membership.objects.all().delete()
    done = measuring.measure(now=worlds.NOW)
    assert done is not None
    assert done.forgotten == 25
    assert list(SegmentMonth.objects.filter(segment=segment)) == [oldest]


def test_measure__entries__before_and_after_are_as_worked_out_by_hand() -> None:
    worlds.channel(6, partners=30, segments=3)
    measuring.measure(now=worlds.NOW)
    want: dict[Any, list[float]] = {}
    stays = list(Membership.objects.select_related("segment"))
    begun = {s.pk: min(stay.entered_at for stay in stays if stay.segment_id == s.pk) for s in Segment.objects.all()}
    oldest = datetime(2024, 11, 1, tzinfo=UTC) + timedelta(days=90)
    places = dict(Partner.objects.values_list("pk", "region"))
    deals = [deal for deal in Deal.objects.filter(deleted_at=None, stage="won") if deal.closed_on]
    for stay in stays:
        day = stay.entered_at.date()
        late = (worlds.NOW.date() - day).days < 90
        empty = stay.left_at is not None and stay.left_at <= stay.entered_at
        if stay.segment.subject != "partner" or stay.entered_at <= begun[stay.segment_id] or late or empty:
            continue
        if stay.entered_at < oldest:
            continue
        for stretch in range(-3, 3):
            begin = day + timedelta(days=30 * stretch)
            mine = [
                deal
                for deal in deals
                if deal.partner_id == stay.subject_id and begin <= deal.closed_on < begin + timedelta(days=30)
            ]
            row = want.setdefault((stay.segment_id, stretch, places[stay.subject_id]), [0, 0, 0.0])
            row[0] += 1
            row[1] += len(mine)
            row[2] += sum(float(deal.amount or 0) for deal in mine)
    have = {
        (row.segment_id, row.stretch, row.region): [row.entries, row.won, float(row.revenue)]
        for row in Entering.objects.filter(segment__subject="partner")
    }
    assert len(want) > 20
    assert have.keys() == want.keys()
    assert {key: have[key] for key in have if have[key] != pytest.approx(want[key])} == {}
