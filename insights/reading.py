"""Reads of what was measured, within what a viewer may see."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet, Sum

from insights import measures
from insights.measures import Sums
from insights.models import Entering, Measurement, SegmentMonth
from insights.periods import Period
from people.roles import Viewer
from segments.models import Segment

MONEY = frozenset({"revenue", "cost"})
ADDED = ("entered", "left", "registered", "won", "lost", "revenue", "courses", "active", "cost")


def rows(subject: str, viewer: Viewer, months: Collection[date]) -> QuerySet[Any]:
    """The rows of a subject in those months, of the regions that the viewer may see."""
    return SegmentMonth.objects.visible_to(viewer).filter(subject=subject, month__in=list(months))


def totals(
    subject: str, viewer: Viewer, months: Sequence[date], segments: Collection[int] | None = None
) -> dict[int | None, Sums]:
    """By segment id (None: everybody), the sums over the months, the last of which says how many members there are.

    One query. `segments`: only these and everybody; None: all.
    """
    found = rows(subject, viewer, months)
    if segments is not None:
        found = found.filter(Q(segment=None) | Q(segment__in=list(segments)))
    names = ("members", "present", *ADDED)
    # Region by region first: then a month with anybody in it is one row, and nothing has to be sorted to count it once.
    by_month = found.order_by().values("segment_id", "month").annotate(**{f"{name}_sum": Sum(name) for name in names})
    query, parameters = by_month.query.sql_with_params()
    summed = ", ".join(f"sum({name}_sum)" for name in ("members", "present", *ADDED))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT segment_id, count(*) FILTER (WHERE present_sum > 0),"
            f" coalesce(sum(members_sum) FILTER (WHERE month = %s), 0), {summed} FROM ({query}) m GROUP BY 1",
            [months[-1], *parameters],
        )
        return {pk: _sums(*row) for pk, *row in cursor.fetchall()}


def _sums(months: int, members: Decimal, member_months: Decimal, present: Decimal, *added: Decimal) -> Sums:
    return Sums(
        months=months,
        members=int(members),
        member_months=int(member_months),
        present=int(present),
        **{
            name: value if name in MONEY else int(value)  # type: ignore[arg-type]
            for name, value in zip(ADDED, added, strict=True)
        },
    )


def by_month(segment: Segment | None, subject: str, viewer: Viewer, months: Sequence[date]) -> dict[date, Sums]:
    """The sums of each month, of a segment or of everybody, for the months in which anybody was there. One query."""
    return series(subject, viewer, months, [segment.pk if segment else None])[segment.pk if segment else None]


def series(
    subject: str, viewer: Viewer, months: Sequence[date], segments: Collection[int | None]
) -> dict[int | None, dict[date, Sums]]:
    """By segment, the sums of each month. One query."""
    wanted = Q(segment__in=[pk for pk in segments if pk is not None])
    if None in segments:
        wanted |= Q(segment=None)
    summed = rows(subject, viewer, months).filter(wanted).order_by("month").values("segment_id", "month")
    names = ("members", "present", *ADDED)
    found: dict[int | None, dict[date, Sums]] = {pk: {} for pk in segments}
    for row in summed.annotate(**{f"{name}_sum": Sum(name) for name in names}):
        one = {name: row[f"{name}_sum"] for name in names}
        found[row["segment_id"]][row["month"]] = measures.add([one])
    return found


def figures(
    subject: str, viewer: Viewer, period: Period, segments: Collection[int]
) -> Callable[[int | None], dict[str, float | None]]:
    """A look-up by segment id of every figure of a period; None: of everybody. Three queries."""
    now, whole, before = (
        totals(subject, viewer, months, segments) for months in (period.months, period.whole, period.before)
    )

    def of(key: int | None) -> dict[str, float | None]:
        grew = measures.growth(whole.get(key, measures.NONE), before.get(key, measures.NONE), period.length)
        return measures.values(now.get(key, measures.NONE), grew=grew, margin=settings.MARGIN)

    return of


@dataclass(frozen=True, slots=True)
class Stretch:
    """Thirty days before or after entering, on average of an entry."""

    number: int
    entries: int
    revenue: float
    won: float
    active: float
    """Share of the entries, 0 to 1."""


def entering(segment: Segment, viewer: Viewer) -> list[Stretch]:
    """The six stretches in order; empty while nobody entered long enough ago. One query."""
    summed = (
        Entering.objects.visible_to(viewer)
        .filter(segment=segment)
        .order_by("stretch")
        .values("stretch")
        .annotate(n=Sum("entries"), revenue_sum=Sum("revenue"), won_sum=Sum("won"), active_sum=Sum("active"))
    )
    return [
        Stretch(
            row["stretch"],
            row["n"],
            float(row["revenue_sum"]) / row["n"],
            row["won_sum"] / row["n"],
            row["active_sum"] / row["n"],
        )
        for row in summed
        if row["n"]
    ]


def measured_at() -> datetime | None:
    """When everything was last measured."""
    last = Measurement.objects.exclude(finished_at=None).first()
    return last.finished_at if last else None
