"""Which rules are to be worked out: the published ones of active segments, with all that they need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from partners.vocabulary import Subject
from segments import references
from segments.models import Segment, SegmentVersion
from segments.rulebook import slugs_named
from segments.standing import rivals


@dataclass(frozen=True, slots=True)
class Plan:
    """A rule to evaluate, under the slug by which others refer to it."""

    slug: str
    subject: Subject
    rule: Any
    stands_for: str = ""
    """The segment whose overrides and place in a set it takes, when that is not `slug`."""
    zone: str = ""
    """Whose days it counts in; empty: the organisation's."""


def active_plans(slugs: Iterable[str] = ()) -> tuple[list[Plan], dict[str, Segment]]:
    """The published rules of the active segments, and the rows they come from.

    With slugs: those, what they refer to (their members must be of the same run) and what refers to them (it would
    otherwise go by members of before).
    """
    rows = {row.slug: row for row in Segment.objects.active().select_related("published").order_by("id")}
    wanted = set(slugs)
    if wanted:
        graph = _graph(rows)
        wanted = references.upstream(graph, references.downstream(graph, wanted))
        rows = {slug: row for slug, row in rows.items() if slug in wanted}
    return [_plan(row) for row in rows.values()], rows


def _plan(segment: Segment) -> Plan:
    version = published(segment)
    return Plan(segment.slug, Subject(segment.subject), version.rule, zone=version.zone)


def published(segment: Segment) -> SegmentVersion:
    """The version that members follow; every active segment has one."""
    if segment.published is None:
        raise ValueError(f"Segment “{segment.slug}” was never published.")
    return segment.published


def _graph(rows: Mapping[str, Segment]) -> dict[str, set[str]]:
    """What each segment needs: those its published rule names, and those it gives way to."""
    before = rivals()
    return {slug: slugs_named(published(row).rule) | before.get(slug, frozenset()) for slug, row in rows.items()}


def plans_named(rule: Any, *, segment: str = "") -> list[Plan]:
    """The published rules of the active segments that a rule needs, directly or not: refers to, or (being the rule of
    `segment`) gives way to."""
    before = rivals()
    todo = slugs_named(rule) | (before.get(segment, frozenset()) if segment else frozenset())
    found: dict[str, Plan] = {}
    asked: set[str] = set()
    while todo:  # a chain of references is short, and segments are many
        asked |= todo
        rows = Segment.objects.active().filter(slug__in=todo).select_related("published")
        new = {row.slug: _plan(row) for row in rows}
        found |= new
        needed = (slugs_named(plan.rule) | before.get(slug, frozenset()) for slug, plan in new.items())
        todo = set().union(*needed) - asked
    return [found[slug] for slug in sorted(found)]
