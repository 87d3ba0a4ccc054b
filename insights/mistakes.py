"""What the linter looks at: the checkups of all active segments, the sets, how many records there are."""

from __future__ import annotations

from django.db.models import Sum

from insights.figures import Figures, figures_of
from insights.linting import Named, SetFigures
from insights.models import Checkup, SegmentMonth, SetCheckup
from segments.models import Segment, SegmentSet


def material() -> tuple[list[tuple[Named, Figures]], list[SetFigures], dict[str, int]]:
    """As `insights.linting.lint` takes it. A handful of queries, however much there is."""
    rows = Checkup.objects.filter(segment__status="active").select_related("segment").order_by("segment__name")
    segments = [(_named(row.segment), figures_of(row.figures)) for row in rows]
    sets = [
        SetFigures(row.set.slug, row.set.name, row.set.mode == SegmentSet.Mode.EXCLUSIVE, row.exhaustive, row.exclusive)
        for row in SetCheckup.objects.select_related("set").order_by("set__name")
    ]
    return segments, sets, records()


def beside(segment: Segment, row: Checkup) -> tuple[Named, Figures, dict[str, tuple[Named, Figures]]]:
    """As `insights.linting.lint_one` takes it: the segment, and those that are nearly the same. One query at most."""
    figures = figures_of(row.figures)
    twins = [slug for slug, _ in figures.twins]
    rows = Checkup.objects.filter(segment__status="active", segment__slug__in=twins).select_related("segment")
    others = {each.segment.slug: (_named(each.segment), figures_of(each.figures)) for each in rows} if twins else {}
    return _named(segment), figures, others


def _named(segment: Segment) -> Named:
    return Named(segment.slug, segment.name, segment.subject, segment.kind == Segment.Kind.LIST)


def records() -> dict[str, int]:
    """How many records there are of each subject, as of the last night. One query."""
    everybody = SegmentMonth.objects.filter(segment=None)
    last = everybody.order_by("-month").values_list("month", flat=True).first()
    if last is None:
        return {}
    rows = everybody.filter(month=last).values_list("subject").annotate(count=Sum("members"))
    return dict(rows)
