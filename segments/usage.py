"""Which segments speak of a field: what stands in the way of taking it out of the vocabulary."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q

from partners.vocabulary import Subject
from segments.models import Segment, SegmentVersion
from segments.relations import records_of


def segments_using(*, subject: Subject, field: str) -> list[str]:
    """Slugs of the segments, not archived, whose newest or published rule reads the field. One query."""
    wanted = SegmentVersion.objects.filter(Q(pk=F("segment__draft_id")) | Q(pk=F("segment__published_id"))).exclude(
        segment__status=Segment.Status.ARCHIVED
    )
    rows = wanted.values_list("segment__slug", "segment__subject", "rule").order_by("segment__slug")
    return list(dict.fromkeys(slug for slug, of, rule in rows if _speaks_of(rule, of, subject.value, field)))


def uses_in_words(subject: Subject, field: str) -> list[str]:
    """The same for a reader: "the segment “Gold in EMEA”". Two queries at most."""
    slugs = segments_using(subject=subject, field=field)
    names = dict(Segment.objects.filter(slug__in=slugs).values_list("slug", "name"))
    return [f"the segment “{names[slug]}”" for slug in slugs if slug in names]


def _speaks_of(rule: Any, of: str, subject: str, field: str) -> bool:
    """A rule about `of` reads the field of a subject, its own or that of related records."""
    queue = [(rule, of)]
    while queue:
        node, whose = queue.pop()
        if not isinstance(node, dict):
            continue
        queue.extend((child, whose) for child in node.get("rules", []))
        name = node.get("field")
        if isinstance(name, dict):
            relation, _, folded = str(name.get("of")).partition(".")
            records = records_of(whose, relation)
            if records == subject and field in (folded, name.get("date")):
                return True
            queue.append((name.get("where"), records))
        elif whose == subject and field in (name, node.get("within")):
            return True
    return False
