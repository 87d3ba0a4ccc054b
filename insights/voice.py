"""What partners say, tallied for the product team: of segments, of content, of customers' needs, of facts about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, F, Q, QuerySet

from insights.figures import figures_of
from insights.models import Checkup
from people.roles import Viewer
from programs.models import Dispute, Feedback, NeedReport, Program
from segments.models import Segment

RECENT = timedelta(days=365)
"""What was said longer ago is not counted."""


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
    words: str
    """The latest words with a thumb down, or else up."""


def buy_ins(viewer: Viewer, now: datetime) -> list[BuyIn]:
    """Every active segment that partners may see, the most disputed first. Four queries."""
    checkups = Checkup.objects.filter(
        segment__status="active", segment__partner_visible=True, segment__subject="partner"
    ).select_related("segment")
    said = _said(viewer, now).exclude(segment=None)
    counts = {row["segment_id"]: row for row in _thumbs(said, "segment_id")}

    worded = said.exclude(text="").order_by("segment_id", "is_good", "-said_at").distinct("segment_id")
    words: dict[int, str] = dict(worded.values_list("segment_id", "text"))
    found = []
    for row in checkups:
        figures, count = figures_of(row.figures), counts.get(row.segment_id, {})
        good, bad = count.get("good", 0), count.get("bad", 0)
        text = words.get(row.segment_id, "")
        found.append(BuyIn(row.segment, figures.seen, figures.agreed, figures.disputed, good, bad, text))
    return sorted(found, key=lambda each: (-(each.disputed or 0), -each.bad, each.segment.name))


def _said(viewer: Viewer, now: datetime) -> QuerySet[Any]:
    return Feedback.objects.visible_to(viewer).filter(said_at__gte=now - RECENT)


def _thumbs(said: QuerySet[Any], *by: str) -> QuerySet[Any]:
    thumbs = {"good": Count("pk", filter=Q(is_good=True)), "bad": Count("pk", filter=Q(is_good=False))}
    return said.order_by().values(*by).annotate(**thumbs)


@dataclass(frozen=True, slots=True)
class Liking:
    """What the members of one segment think of one programme."""

    segment: Segment
    program: Program
    good: int
    bad: int


def likings(viewer: Viewer, now: datetime) -> list[Liking]:
    """By present segment of the company that spoke, each programme it spoke of; the least liked first. Three queries."""
    query, parameters = _said(viewer, now).exclude(program=None).order_by().query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT m.segment_id, f.program_id, count(*) FILTER (WHERE f.is_good), count(*) FILTER (WHERE NOT f.is_good)
            FROM ({query}) f JOIN segments_membership m ON m.subject_id = f.partner_id AND m.left_at IS NULL
            JOIN segments_segment s ON s.id = m.segment_id AND s.subject = 'partner' AND s.status = 'active'
            GROUP BY 1, 2""",
            parameters,
        )
        rows = cursor.fetchall()
    segments = Segment.objects.in_bulk({row[0] for row in rows})
    programs = Program.objects.in_bulk({row[1] for row in rows})
    found = [Liking(segments[segment], programs[program], good, bad) for segment, program, good, bad in rows]
    return sorted(found, key=lambda each: (each.good - each.bad, -each.bad, each.segment.name, each.program.name))


@dataclass(frozen=True, slots=True)
class Wanted:
    """A need, as partners reported it of the customers of one segment."""

    segment: Segment
    need: str
    reported: int
    """Customers of whom it was reported."""
    on_record: int
    """Of those, the ones whose record has it already."""


def wanted(viewer: Viewer, now: datetime) -> list[Wanted]:
    """By customer segment, the needs that were reported, the commonest first. Two queries."""
    said = NeedReport.objects.visible_to(viewer).filter(said_at__gte=now - RECENT, customer__deleted_at=None)
    query, parameters = said.order_by().query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT m.segment_id, n.need, count(DISTINCT r.customer_id),
                count(DISTINCT r.customer_id) FILTER (WHERE n.need = ANY (c.needs))
            FROM ({query}) r CROSS JOIN unnest(r.needs) AS n (need) JOIN partners_customer c ON c.id = r.customer_id
            JOIN segments_membership m ON m.subject_id = r.customer_id AND m.left_at IS NULL
            JOIN segments_segment s ON s.id = m.segment_id AND s.subject = 'customer' AND s.status = 'active'
            GROUP BY 1, 2""",
            parameters,
        )
        rows = cursor.fetchall()
    segments = Segment.objects.in_bulk({row[0] for row in rows})
    found = [Wanted(segments[segment], need, reported, known) for segment, need, reported, known in rows]
    return sorted(found, key=lambda each: (each.segment.name, -each.reported, each.need))


@dataclass(frozen=True, slots=True)
class Disputed:
    """A fact that partners say is wrong, with how it was answered."""

    label: str
    open: int
    accepted: int
    rejected: int
    median_hours: float | None
    """From asking to the answer."""


def disputed(viewer: Viewer, now: datetime) -> list[Disputed]:
    """By fact, the most disputed first. One query."""
    rows = Dispute.objects.visible_to(viewer).filter(created_at__gte=now - RECENT)
    values: dict[str, list[tuple[str, timedelta | None]]] = {}
    for label, status, took in rows.values_list("label", "status", F("answered_at") - F("created_at")):
        values.setdefault(label, []).append((status, took))
    found = [_disputed(label, each) for label, each in values.items()]
    return sorted(found, key=lambda each: (-each.open, -(each.open + each.accepted + each.rejected), each.label))


def _disputed(label: str, rows: list[tuple[str, timedelta | None]]) -> Disputed:
    count = {status: sum(1 for each, _ in rows if each == status) for status in Dispute.Status.values}
    return Disputed(
        label, count["open"], count["accepted"], count["rejected"], median_hours([took for _, took in rows])
    )


def median_hours(took: list[timedelta | None]) -> float | None:
    """The middle of how long answers took, of those that were given."""
    hours = sorted(each.total_seconds() / 3600 for each in took if each is not None)
    if not hours:
        return None
    middle = len(hours) // 2
    return hours[middle] if len(hours) % 2 else (hours[middle - 1] + hours[middle]) / 2


def tally(viewer: Viewer, now: datetime) -> Mapping[str, Any]:
    """The figures on top: thumbs, needs told, disputes waiting and how long answers took. Three queries."""
    said = _said(viewer, now).aggregate(good=Count("pk", filter=Q(is_good=True)), all=Count("pk"))
    disputes = Dispute.objects.visible_to(viewer).filter(created_at__gte=now - RECENT)
    rows = list(disputes.values_list("status", F("answered_at") - F("created_at")))
    return {
        "said": said["all"],
        "good": said["good"] / said["all"] if said["all"] else None,
        "needs": NeedReport.objects.visible_to(viewer).filter(said_at__gte=now - RECENT).count(),
        "open": sum(1 for status, _ in rows if status == Dispute.Status.OPEN),
        "hours": median_hours([took for _, took in rows]),
    }
