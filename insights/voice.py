"""What partners say, tallied for the product team: of segments, of content, of customers' needs, of facts about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Aggregate, Count, DurationField, F, OuterRef, Q, QuerySet, Subquery, Sum

from insights.figures import figures_of
from insights.models import Checkup, Liking, NeedTold
from insights.tallying import RECENT
from people.roles import Viewer
from programs.models import Dispute, Feedback, NeedReport, Program
from segments.models import Segment


@dataclass(frozen=True, slots=True)
class BuyIn:
    """A segment that partners are shown, and what they make of it."""

    segment: Segment
    seen: float | None
    agreed: float | None
    disputed: float | None
    """Shares of the whole segment, as of the last checkup; disputed: of those who spoke."""
    good: int
    bad: int
    words: str = ""
    """The latest words with a thumb down, or else up."""


def buy_ins(viewer: Viewer, now: datetime, most: int | None = None) -> tuple[list[BuyIn], int]:
    """Active segments that partners may see, the most disputed first; and how many there are. Two queries."""
    shown = Checkup.objects.filter(segment__status="active", segment__partner_visible=True, segment__subject="partner")
    checkups = list(shown.select_related("segment"))
    said = _said(viewer, now)
    about = said.filter(segment__in=[row.segment_id for row in checkups])
    counts = {row["segment_id"]: row for row in _thumbs(about, "segment_id")}
    found = []
    for row in checkups:
        figures, count = figures_of(row.figures), counts.get(row.segment_id, {})
        good, bad = count.get("good", 0), count.get("bad", 0)
        found.append(BuyIn(row.segment, figures.seen, figures.agreed, figures.disputed, good, bad))
    found.sort(key=lambda each: (-(each.disputed or 0), -each.bad, each.segment.name))
    return found[:most], len(found)


def with_words(found: list[BuyIn], viewer: Viewer, now: datetime) -> list[BuyIn]:
    """The same, each with the latest words about it. One query."""
    words = _latest_words(_said(viewer, now), [each.segment.pk for each in found], viewer)
    return [replace(each, words=words.get(each.segment.pk, "")) for each in found]


def _latest_words(said: QuerySet[Any], segments: list[int], viewer: Viewer) -> dict[int, str]:
    """By segment, the latest words with a thumb down, or else up, in one query.

    Looked up segment by segment; of some regions in one pass, since each look-up would go through everybody's words.
    """
    own = said.exclude(text="").order_by("is_good", "-said_at")
    if viewer.regions:
        latest = own.filter(segment__in=segments).order_by("segment_id", "is_good", "-said_at").distinct("segment_id")
        return dict(latest.values_list("segment_id", "text"))
    words = Subquery(own.filter(segment=OuterRef("pk")).values("text")[:1])
    found = Segment.objects.filter(pk__in=segments).annotate(words=words)
    return {pk: words for pk, words in found.values_list("pk", "words") if words}


def _said(viewer: Viewer, now: datetime) -> QuerySet[Any]:
    return Feedback.objects.visible_to(viewer).filter(said_at__gte=now - RECENT)


def _thumbs(said: QuerySet[Any], *by: str) -> QuerySet[Any]:
    thumbs = {"good": Count("pk", filter=Q(is_good=True)), "bad": Count("pk", filter=Q(is_good=False))}
    return said.order_by().values(*by).annotate(**thumbs)


@dataclass(frozen=True, slots=True)
class Liked:
    """What the members of one segment think of one programme."""

    segment: Segment
    program: Program
    good: int
    bad: int


def likings(viewer: Viewer, most: int | None = None) -> tuple[list[Liked], int]:
    """By segment of the company that spoke, each programme it spoke of, the least liked first; and how many there are.

    As of the last checkup. Three queries.
    """
    query, parameters = Liking.objects.visible_to(viewer).order_by().query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH l AS MATERIALIZED (
                SELECT segment_id, program_id, sum(good) AS good, sum(bad) AS bad FROM ({query}) told GROUP BY 1, 2
            )
            SELECT l.segment_id, l.program_id, l.good, l.bad, count(*) OVER ()
            FROM l JOIN segments_segment s ON s.id = l.segment_id JOIN programs_program p ON p.id = l.program_id
            ORDER BY l.good - l.bad, l.bad DESC, s.name, p.name LIMIT %s""",
            [*parameters, most],
        )
        rows = cursor.fetchall()
    segments = Segment.objects.in_bulk({row[0] for row in rows})
    programs = Program.objects.in_bulk({row[1] for row in rows})
    found = [Liked(segments[segment], programs[program], good, bad) for segment, program, good, bad, _ in rows]
    return found, rows[0][4] if rows else 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """A need, as partners reported it of the customers of one segment."""

    segment: Segment
    need: str
    reported: int
    """Customers of whom it was reported."""
    on_record: int
    """Of those, the ones whose record has it already."""


def wanted(viewer: Viewer, most: int | None = None) -> tuple[list[Wanted], int]:
    """By customer segment, the needs that were reported, the commonest first; and of how many segments there are any.

    Of the `most` segments of which most was reported, by name. As of the last checkup. Two queries.
    """
    told = NeedTold.objects.visible_to(viewer).order_by()
    sums = list(told.values("segment_id").annotate(sum=Sum("reported")).order_by("-sum", "segment_id"))
    segments = Segment.objects.in_bulk([row["segment_id"] for row in sums[:most]])
    rows = told.filter(segment__in=segments).values("segment_id", "need")
    found = [
        Wanted(segments[row["segment_id"]], row["need"], row["told"], row["known"])
        for row in rows.annotate(told=Sum("reported"), known=Sum("on_record"))
    ]
    return sorted(found, key=lambda each: (each.segment.name, -each.reported, each.need)), len(sums)


@dataclass(frozen=True, slots=True)
class Disputed:
    """A fact that partners say is wrong, with how it was answered."""

    label: str
    open: int
    accepted: int
    rejected: int
    median_hours: float | None
    """From asking to the answer."""


class Median(Aggregate):
    """The middle value; of two in the middle, half way between them."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


TOOK = F("answered_at") - F("created_at")
_TALLIED = {"all": Count("pk"), "took": Median(TOOK)} | {
    status: Count("pk", filter=Q(status=status)) for status in Dispute.Status.values
}


def disputed(viewer: Viewer, now: datetime) -> list[Disputed]:
    """By fact, the most disputed first. One query."""
    rows = _disputes(viewer, now).order_by().values("label").annotate(**_TALLIED).order_by("-open", "-all", "label")
    return [
        Disputed(row["label"], row["open"], row["accepted"], row["rejected"], hours_of(row["took"])) for row in rows
    ]


def _disputes(viewer: Viewer, now: datetime) -> QuerySet[Any]:
    return Dispute.objects.visible_to(viewer).filter(created_at__gte=now - RECENT)


def hours_of(took: timedelta | None) -> float | None:
    """A length of time in hours."""
    return None if took is None else took / timedelta(hours=1)


def tally(viewer: Viewer, now: datetime) -> Mapping[str, Any]:
    """The figures on top: thumbs, needs told, disputes waiting and how long answers took. Three queries."""
    said = _said(viewer, now).aggregate(good=Count("pk", filter=Q(is_good=True)), all=Count("pk"))
    asked = _disputes(viewer, now).aggregate(**_TALLIED)
    return {
        "said": said["all"],
        "good": said["good"] / said["all"] if said["all"] else None,
        "needs": NeedReport.objects.visible_to(viewer).filter(said_at__gte=now - RECENT).count(),
        "open": asked["open"],
        "hours": hours_of(asked["took"]),
    }
