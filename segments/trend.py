"""How many members a segment had, day by day: worked out from the intervals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import dropwhile
from typing import Any, Literal

import numpy as np
from django.db.models import Count, Min
from django.db.models.functions import TruncDate
from django.utils import timezone
from pyroaring import BitMap64

from partners.columns import read_ids, read_pairs
from people.roles import Viewer
from segments.bitmaps import bitmap, ids_of
from segments.history import members_at
from segments.instants import day_end
from segments.members import current_member_ids, seen_subjects
from segments.models import Membership, Segment

DAILY = 92
"""Up to so many days there is a point per day; beyond, one per week."""
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Point:
    """One day, or the week that ends with it: members at its end, and who came and went in it."""

    day: date
    members: int
    entered: int
    left: int


def trend(segment: Segment, viewer: Viewer, *, days: int, today: date | None = None) -> list[Point]:
    """The `days` days up to today, or to a past day, oldest first, beginning no earlier than the first member.

    Counted back from the members at the end, so that only who came and went in the period is read. Who came on the very
    first day, most of all in a large segment, is not: they are who was in at its end and who left on it. Four queries at
    most; to find the viewer's scope, and whether any of it was in before a period that begins with none, a few more.
    """
    zone = timezone.get_default_timezone()
    present = timezone.localdate(timezone=zone)
    today = min(today or present, present)
    first: datetime | None = Membership.objects.filter(segment=segment).aggregate(first=Min("entered_at"))["first"]
    if first is None or timezone.localdate(first, zone) > today:
        return []
    earliest = timezone.localdate(first, zone)
    began = max(today - timedelta(days=days - 1), earliest)
    seen = seen_subjects(segment.subject, viewer) if viewer.regions else None
    until = day_end(today, zone)
    inside = current_member_ids(segment) if today == present else members_at(segment, until - datetime.resolution)
    members = len(inside) if seen is None else inside.intersection_cardinality(seen)
    later = max(_midnight(began, zone), _midnight(earliest + timedelta(days=1), zone))
    entered = _by_day(segment, "entered_at", later, until, seen)
    left = _by_day(segment, "left_at", _midnight(began, zone), until, seen)
    points = []
    for day in _back(today, began):
        gone = left.get(day, 0)
        came = members + gone if day == earliest else entered.get(day, 0)
        points.append(Point(day, members, came, gone))
        members += gone - came
    points.reverse()
    if seen is not None and not members and not _was_any(segment, _midnight(began, zone), seen):
        points = list(dropwhile(lambda point: not point.entered, points))
    return points if len(points) <= DAILY else _weekly(points)


def _midnight(day: date, zone: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min), zone)


def _by_day(
    segment: Segment, moment: Literal["entered_at", "left_at"], since: datetime, until: datetime, seen: BitMap64 | None
) -> dict[date, int]:
    """How many came, or went, on each day of [since, until), of those seen."""
    zone = timezone.get_default_timezone()
    stays = Membership.objects.filter(segment=segment, **{f"{moment}__gte": since, f"{moment}__lt": until})
    if seen is None:
        days = stays.annotate(day=TruncDate(moment, tzinfo=zone)).values_list("day").annotate(Count("pk")).order_by()
        return dict(days)
    numbers, subjects = read_pairs(
        f"SELECT ({moment} AT TIME ZONE %(zone)s)::date - DATE '1970-01-01', subject_id"  # noqa: S608 — one of two words
        f" FROM segments_membership WHERE segment_id = %(id)s AND {moment} >= %(since)s AND {moment} < %(until)s",
        {"zone": str(zone), "id": segment.pk, "since": since, "until": until},
    )
    counted = np.unique(numbers[np.isin(subjects, ids_of(seen))], return_counts=True)
    return {_EPOCH + timedelta(days=int(day)): int(count) for day, count in zip(*counted, strict=True)}


def _was_any(segment: Segment, before: datetime, seen: BitMap64) -> bool:
    """Any of those seen had been in, and had left, before an instant."""
    stays = Membership.objects.filter(segment=segment, left_at__lt=before)
    return not seen.isdisjoint(bitmap(read_ids(*stays.values_list("subject_id").query.sql_with_params())))


def _back(today: date, began: date) -> Iterable[date]:
    return (today - timedelta(days=back) for back in range((today - began).days + 1))


def _weekly(points: list[Point]) -> list[Point]:
    """Every seventh day, counted back from the newest, with the coming and going of its week."""
    weeks = []
    for end in range(len(points), 0, -7):
        week = points[max(0, end - 7) : end]
        entered, left = sum(point.entered for point in week), sum(point.left for point in week)
        weeks.append(Point(week[-1].day, week[-1].members, entered, left))
    return weeks[::-1]
