"""Random channels, and what should be measured of them, worked out with pandas by hand."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from pyroaring import BitMap64

from partners.models import Activity, Customer, Deal, Partner
from programs.models import LedgerEntry
from segments.models import MemberSet, Membership, Segment
from tests.programs import world

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
REGIONS = ["EMEA", "NA", ""]


def channel(seed: int, *, partners: int = 25, segments: int = 4) -> None:
    """Partners and customers with deals, activity, incentive costs and stays that begin and end at odd moments."""
    dice = random.Random(seed)
    people = [world.partner(f"P-{number}", region=dice.choice(REGIONS)) for number in range(partners)]
    buyers = [
        Customer.objects.create(external_id=f"C-{number}", name=f"Buyer {number}", region=dice.choice(REGIONS))
        for number in range(partners)
    ]
    made = [world.segment(f"s-{number}") for number in range(segments)]
    made += [world.segment(f"c-{number}", subject="customer") for number in range(2)]
    incentive = world.program("bonus", kind="incentive", any=[made[0]]).incentive
    stays, deals, acts, entries = [], [], [], []
    for segment in made:
        for subject in people if segment.subject == "partner" else buyers:
            stays += _stays(dice, segment, subject.pk)
    Membership.objects.bulk_create(stays)
    for segment in made:
        now_in = BitMap64(stay.subject_id for stay in stays if stay.segment is segment and stay.left_at is None)
        MemberSet.objects.filter(segment=segment).update(bitmap=now_in.serialize(), count=len(now_in))
        Segment.objects.filter(pk=segment.pk).update(member_count=len(now_in), computed_at=NOW)
    for number in range(partners * 16):
        registered = _day(dice)
        stage = dice.choice(["won", "won", "lost", "open"])
        deals.append(
            Deal(
                external_id=f"D-{number}",
                partner=dice.choice(people),
                customer=dice.choice([*buyers, None]),
                stage=stage,
                amount=dice.choice([None, Decimal(dice.randrange(1, 900_000)) / 100]),
                registered_on=dice.choice([registered, registered, None]),
                closed_on=registered + timedelta(days=dice.randrange(60)) if stage != "open" else None,
                deleted_at=NOW if dice.random() < 0.05 else None,
            )
        )
    Deal.objects.bulk_create(deals)
    for number in range(partners * 10):
        at = datetime.combine(_day(dice), datetime.min.time(), UTC) + timedelta(minutes=dice.randrange(1440))
        kind = dice.choice(["sign_in", "content_opened", "course_completed"])
        acts.append(Activity(partner=dice.choice(people), kind=kind, at=at))
        deal = dice.choice(deals)
        kind, sign = dice.choice([("accrual", 1), ("reversal", -1), ("payment", 1)])
        entries.append(
            LedgerEntry(
                incentive=incentive,
                partner=deal.partner,
                deal=deal if dice.random() < 0.9 else None,
                kind=kind,
                amount=sign * Decimal(dice.randrange(1, 9_000)) / 100,
                currency="EUR",
                on=_day(dice),
                key=f"k{number}",
            )
        )
    Activity.objects.bulk_create(acts)
    LedgerEntry.objects.bulk_create(entries)


def _day(dice: random.Random) -> date:
    return NOW.date() - timedelta(days=dice.randrange(830))


def _stays(dice: random.Random, segment: Segment, subject: int) -> list[Membership]:
    made, at = [], NOW - timedelta(days=dice.randrange(900), minutes=dice.randrange(1440))
    if dice.random() < 0.2:
        return []
    while at < NOW:
        # A part of the stays begin on the very day on which the one before ended, and some last an hour.
        left = at + dice.choice([timedelta(hours=1), timedelta(hours=9), timedelta(days=dice.randrange(1, 500))])
        open_end = left >= NOW or dice.random() < 0.3
        made.append(
            Membership(
                segment=segment, subject_id=subject, entered_at=at, left_at=None if open_end else left, version=1
            )
        )
        if open_end:
            break
        at = left + dice.choice([timedelta(0), timedelta(minutes=40), timedelta(days=dice.randrange(60))])
    return made


def frame(queryset: Any, *columns: str) -> pd.DataFrame:
    """Rows as a table."""
    return pd.DataFrame(list(queryset.values_list(*columns)), columns=list(columns))


def expected(zone: str = "UTC") -> dict[tuple[int | None, str, date, str], dict[str, float]]:
    """By (segment, subject, month, region), every figure that should stand in the table; one event after the other."""
    local = ZoneInfo(zone)
    found: dict[Any, Any] = {}
    today = NOW.astimezone(local).date()
    months = [_month(today, back) for back in range(24, -1, -1)]
    of_segment = dict(Segment.objects.values_list("pk", "subject"))
    stays = frame(Membership.objects.all(), "segment", "subject_id", "entered_at", "left_at")
    stays = [row for row in stays.itertuples(index=False) if pd.isna(row.left_at) or row.left_at > row.entered_at]
    by_subject: dict[Any, list[Any]] = {}
    for row in stays:
        by_subject.setdefault((of_segment[row.segment], row.subject_id), []).append(row)
    regions = {("partner", pk): region for pk, region in Partner.objects.values_list("pk", "region")}
    regions |= {("customer", pk): region for pk, region in Customer.objects.values_list("pk", "region")}
    zero = dict.fromkeys(
        ("members", "present", "entered", "left", "registered", "won", "lost", "revenue", "courses", "active", "cost"),
        0.0,
    )

    def cell(segment: int | None, subject: str, month: date, pk: int) -> dict[str, float]:
        return found.setdefault((segment, subject, month, regions[subject, pk]), dict(zero))

    def instant(day: date) -> datetime:
        return datetime.combine(day, datetime.min.time(), local).astimezone(UTC)

    def segments_on(subject: str, pk: int, day: date) -> set[int]:
        begin, end = instant(day), instant(day + timedelta(days=1))
        return {
            row.segment
            for row in by_subject.get((subject, pk), [])
            if row.entered_at < end and (pd.isna(row.left_at) or row.left_at > begin)
        }

    for month in months:
        begin, end = instant(month), min(instant(_month(month, -1)), NOW + timedelta(microseconds=1))
        for (subject, pk), rows in by_subject.items():
            for segment in {row.segment for row in rows}:
                mine = [row for row in rows if row.segment == segment]
                at_end = any(r.entered_at < end and (pd.isna(r.left_at) or r.left_at >= end) for r in mine)
                at_begin = any(r.entered_at < begin and (pd.isna(r.left_at) or r.left_at >= begin) for r in mine)
                came = sum(begin <= r.entered_at < end for r in mine)
                went = sum(not pd.isna(r.left_at) and begin <= r.left_at < end for r in mine)
                if at_end or at_begin or came or went:
                    at = cell(segment, subject, month, pk)
                    at["members"] += at_end
                    at["present"] += at_begin or came > 0
                    at["entered"] += came
                    at["left"] += went
        for subject, pk in regions:
            at = cell(None, subject, month, pk)
            at["members"] += 1
            at["present"] += 1

    actives: dict[Any, set[int]] = {}

    def happened(subject: str, pk: int | None, day: date | None, active: bool, **amounts: float) -> None:
        if pk is None or pd.isna(pk) or day is None or pd.isna(day) or not (months[0] <= day <= today):
            return
        month = day.replace(day=1)
        for segment in [None, *segments_on(subject, int(pk), day)]:
            at = cell(segment, subject, month, int(pk))
            for name, amount in amounts.items():
                at[name] += amount
            if active:
                actives.setdefault((segment, subject, month, regions[subject, int(pk)]), set()).add(int(pk))

    deals = frame(
        Deal.objects.filter(deleted_at=None), "partner", "customer", "stage", "amount", "registered_on", "closed_on"
    )
    for deal in deals.astype(object).itertuples(index=False):
        for subject, pk in (("partner", deal.partner), ("customer", deal.customer)):
            happened(subject, pk, deal.registered_on, subject == "customer", registered=1)
            if deal.stage == "won":
                amount = 0.0 if pd.isna(deal.amount) else float(deal.amount)
                happened(subject, pk, deal.closed_on, subject == "customer", won=1, revenue=amount)
            if deal.stage == "lost":
                happened(subject, pk, deal.closed_on, subject == "customer", lost=1)
    for pk, kind, at in Activity.objects.values_list("partner", "kind", "at"):
        if at < NOW:
            happened("partner", pk, at.astimezone(local).date(), True, courses=float(kind == "course_completed"))
    ledger = LedgerEntry.objects.exclude(kind="payment")
    for pk, buyer, day, amount in ledger.values_list("partner", "deal__customer", "on", "amount"):
        happened("partner", pk, day, False, cost=float(amount))
        happened("customer", buyer, day, False, cost=float(amount))
    for key, who in actives.items():
        found[key]["active"] = float(len(who))
    return {key: row for key, row in found.items() if any(abs(value) > 1e-9 for value in row.values())}


def _month(day: date, back: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - back, 12)
    return date(year, month + 1, 1)
