"""How many members a segment had, day by day: worked out from the intervals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from people.roles import Viewer
from segments.instants import day_end
from segments.members import MODELS
from segments.models import Membership, Segment

DAILY = 92
"""Up to so many days there is a point per day; beyond, one per week."""


@dataclass(frozen=True, slots=True)
class Point:
    """One day, or the week that ends with it: members at its end, and who came and went in it."""

    day: date
    members: int
    entered: int
    left: int


def trend(segment: Segment, viewer: Viewer, *, days: int, today: date | None = None) -> list[Point]:
    """The `days` days up to today, or to a past day, oldest first, beginning no earlier than the first member.

    Four queries at most.
    """
    zone = timezone.get_default_timezone()
    present = timezone.localdate(timezone=zone)
    today = min(today or present, present)
    stays = _of(segment, viewer)
    first: datetime | None = stays.aggregate(first=Min("entered_at"))["first"]
    if first is None or timezone.localdate(first, zone) > today:
        return []
    began = max(today - timedelta(days=days - 1), timezone.localdate(first, zone))
    since = timezone.make_aware(datetime.combine(began, time.min), zone)
    entered = _by_day(stays.filter(entered_at__gte=since), "entered_at", zone)
    left = _by_day(stays.filter(left_at__gte=since), "left_at", zone)
    end = day_end(today, zone) - datetime.resolution
    members = (stays.current() if today == present else stays.as_of(end)).count()
    points = []
    for day in _back(today, began):
        points.append(Point(day, members, entered.get(day, 0), left.get(day, 0)))
        members += left.get(day, 0) - entered.get(day, 0)
    points.reverse()
    return points if len(points) <= DAILY else _weekly(points)


def _of(segment: Segment, viewer: Viewer) -> Any:
    stays = Membership.objects.filter(segment=segment)
    if not viewer.regions:
        return stays
    return stays.filter(subject_id__in=MODELS[segment.subject].objects.visible_to(viewer).values("pk"))


def _by_day(stays: QuerySet[Any], moment: str, zone: Any) -> dict[date, int]:
    days = stays.annotate(day=TruncDate(moment, tzinfo=zone)).values_list("day").annotate(Count("pk")).order_by()
    return dict(days)


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
