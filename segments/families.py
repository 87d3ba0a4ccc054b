"""Make segment sets and put their segments in order."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from segments import references
from segments.dispatch import recompute_soon
from segments.locks import lock_rules
from segments.models import Recompute, Segment, SegmentSet, SetEntry
from segments.rulebook import referable
from segments.standing import rivals


@transaction.atomic
def create_set(
    *,
    slug: str,
    name: str,
    subject: str,
    mode: str,
    segments: Sequence[str],
    everyone_else: str = "",
    description: str = "",
    author: str,
) -> SegmentSet:
    """A new set of these segments, by slug, the first going first. ValidationError by field.

    `everyone_else`: the segment for whoever is in none of the others; its own rule says of whom (usually everyone).
    """
    made = SegmentSet(slug=slug, name=name, subject=subject, mode=mode, description=description)
    made.full_clean()
    lock_rules()
    made.save()
    _put(made, segments, everyone_else, author, [])
    return made


@transaction.atomic
def change_set(
    *,
    segment_set: SegmentSet,
    author: str,
    name: str | None = None,
    mode: str | None = None,
    description: str | None = None,
    segments: Sequence[str] | None = None,
    everyone_else: str | None = None,
) -> SegmentSet:
    """Change what is handed in. Members follow with the run that is asked for. ValidationError by field."""
    lock_rules()
    fresh = SegmentSet.objects.select_for_update().get(pk=segment_set.pk)
    for field, value in (("name", name), ("mode", mode), ("description", description)):
        if value is not None:
            setattr(fresh, field, value)
    fresh.updated_at = timezone.now()
    fresh.full_clean()
    fresh.save(update_fields=["name", "mode", "description", "updated_at"])
    entries = list(fresh.entries.select_related("segment"))
    before = [entry.segment.slug for entry in entries]
    if segments is None:
        segments = [entry.segment.slug for entry in entries if not entry.is_rest]
    if everyone_else is None:
        everyone_else = next((entry.segment.slug for entry in entries if entry.is_rest), "")
    _put(fresh, segments, everyone_else, author, before)
    return fresh


@transaction.atomic
def delete_set(*, segment_set: SegmentSet, author: str) -> None:
    """Take the set apart: each of its segments goes by its own rule again."""
    lock_rules()
    slugs = list(segment_set.entries.values_list("segment__slug", flat=True))
    segment_set.delete()
    _follow(slugs, author)


def _put(made: SegmentSet, slugs: Sequence[str], rest: str, author: str, before: Sequence[str]) -> None:
    """The entries in their order, in place of those there are. The caller holds the rules' lock."""
    wanted = [*slugs, *([rest] if rest else [])]
    if not wanted:
        raise ValidationError({"segments": "Name at least one segment."})
    if len(set(wanted)) != len(wanted):
        raise ValidationError({"segments": "A segment is named twice."})
    rows = {row.slug: row for row in Segment.objects.filter(slug__in=wanted)}
    for slug in wanted:
        if slug not in rows:
            raise ValidationError({"segments": f"There is no segment “{slug}”."})
        if rows[slug].subject != made.subject:
            raise ValidationError({"segments": f"“{slug}” is a segment of {rows[slug].subject}s."})
        if rows[slug].status == Segment.Status.ARCHIVED:
            raise ValidationError({"segments": f"Segment “{slug}” is archived."})
    kept = {entry.segment_id: entry for entry in made.entries.all()}
    made.entries.exclude(segment__slug__in=wanted).delete()
    for position, slug in enumerate(wanted):
        entry = kept.get(rows[slug].pk) or SetEntry(set=made, segment=rows[slug])
        entry.position, entry.is_rest = position, slug == rest
        entry.save()
    graph = {slug: entry.refers_to for slug, entry in referable().items()}
    for slug, others in rivals().items():
        graph[slug] = graph.get(slug, frozenset()) | others
    for slug in wanted:
        circle = references.cycle(graph, slug)
        if circle:
            way = " → ".join(circle)
            detail = f"In this order the segments would wait for each other in a circle: {way}."
            raise ValidationError({"segments": detail})
    _follow([*before, *wanted], author)


def _follow(slugs: Sequence[str], author: str) -> None:
    active = Segment.objects.active().filter(slug__in=slugs).values_list("slug", flat=True)
    if active:
        recompute_soon(trigger=Recompute.Trigger.CHANGE, slugs=sorted(active), requested_by=author)
