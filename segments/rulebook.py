"""What a rule may say right now: the vocabulary of its subject, and the segments there are to refer to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from partners.facts import once, vocabulary
from partners.vocabulary import Subject, Vocabulary
from segments.instants import Clock, is_zone
from segments.models import Segment, SegmentVersion
from segments.operators import SEGMENT_FIELD
from segments.relations import related
from segments.rules import Node, Referable, Relations, RuleError, RuleInvalid, parse
from segments.standing import rivals


def clock_at(as_of: Any = None) -> Clock:
    """The clock of the organisation at an instant; now when none is given."""
    return Clock(as_of or timezone.now(), ZoneInfo(settings.TIME_ZONE), settings.YEAR_START_MONTH)


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Reads rules about one subject."""

    subject: Subject
    vocabulary: Vocabulary
    segments: Mapping[str, Referable]
    relations: Relations = field(default_factory=dict)

    def parse(self, rule: Any, *, own_slug: str = "", saved: bool = False, zone: str = "") -> Node:
        """The rule as a tree; RuleInvalid with everything that is wrong. `zone`: the segment's; empty: the organisation's."""
        if zone and not is_zone(zone):
            raise RuleInvalid(
                [RuleError("", "unknown_zone", f"There is no time zone “{zone}”. Choose one that there is.")]
            )
        return parse(
            rule,
            self.vocabulary,
            segments=self.segments,
            own_slug=own_slug,
            subject=self.subject.value,
            saved=saved,
            relations=self.relations,
            zone="" if zone == settings.TIME_ZONE else zone,
        )

    @property
    def names(self) -> dict[str, str]:
        """Names of the segments by slug, as sentences say them."""
        return {slug: segment.name for slug, segment in self.segments.items()}


def rulebook(subject: Subject | str, *rules: Any) -> Rulebook:
    """For rules about this subject: one query, two more when one of them refers to segments, and one for each kind of
    record when one of them has aggregates."""
    segments = referable() if any(slugs_named(rule) for rule in rules) else {}
    relations = related() if any(isinstance(leaf["field"], Mapping) for rule in rules for leaf in leaves(rule)) else {}
    return Rulebook(Subject(subject), vocabulary(Subject(subject)), segments, relations)


def referable() -> dict[str, Referable]:
    """All segments by slug, each with those that its published rule or its draft refers to."""
    return once("referable", _referable)


def _referable() -> dict[str, Referable]:
    rows = list(Segment.objects.values("slug", "name", "subject", "status", "draft_id", "published_id"))
    ids = {row[key] for row in rows for key in ("draft_id", "published_id")} - {None}
    # Only rules that mention segments at all need to be read.
    rules = SegmentVersion.objects.filter(pk__in=ids).extra(
        where=["rule::text LIKE %s"], params=[f'%"{SEGMENT_FIELD}"%']
    )
    before = rivals()
    named = {pk: slugs_named(rule) for pk, rule in rules.values_list("pk", "rule")}
    return {
        row["slug"]: Referable(
            name=row["name"],
            subject=row["subject"],
            refers_to=frozenset(named.get(row["draft_id"], ())) | frozenset(named.get(row["published_id"], ())),
            archived=row["status"] == Segment.Status.ARCHIVED,
            behind=before.get(row["slug"], frozenset()),
        )
        for row in rows
    }


def slugs_named(rule: Any) -> set[str]:
    """Slugs that a rule refers to, read off its JSON: valid or not, however deep."""
    return {
        slug
        for leaf in leaves(rule)
        if leaf.get("field") == SEGMENT_FIELD and isinstance(leaf.get("value"), list)
        for slug in leaf["value"]
        if isinstance(slug, str)
    }


def leaves(rule: Any) -> Iterable[Mapping[str, Any]]:
    """The leaves of a rule's JSON, those inside aggregates too, without recursion."""
    queue = [rule]
    while queue:
        node = queue.pop()
        if isinstance(node, Mapping):
            if isinstance(node.get("rules"), list):
                queue.extend(node["rules"])
            elif "field" in node:
                yield node
                if isinstance(node["field"], Mapping):
                    queue.append(node["field"].get("where"))


def segments_referring_to(slug: str) -> list[Segment]:
    """Segments whose rule, published or draft, refers to the segment: such a one cannot be archived or deleted."""
    rows = Segment.objects.exclude(status=Segment.Status.ARCHIVED).exclude(slug=slug)
    # Only rules that have the slug among their words need to be read.
    rules = {f"{name}_rule": Cast(f"{name}__rule", TextField()) for name in ("draft", "published")}
    mentioned = Q(draft_rule__contains=f'"{slug}"') | Q(published_rule__contains=f'"{slug}"')
    return [
        row
        for row in rows.alias(**rules).filter(mentioned).select_related("draft", "published")
        if any(slug in slugs_named(version.rule) for version in (row.draft, row.published) if version)
    ]
