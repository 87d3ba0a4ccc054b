"""Why a company is in a segment, in the words of the segment's published rule. The rule is worded, not evaluated."""

from __future__ import annotations

from collections.abc import Sequence

from partners.vocabulary import Subject
from segments.models import Segment
from segments.rulebook import rulebook
from segments.rules import RuleInvalid, is_sensitive, segments_used
from segments.sentences import sentence


def reasons_of(segments: Sequence[Segment]) -> dict[str, str]:
    """A sentence by slug, for the segments (with their published version) whose rule may be told to partners.

    Left out are lists, rules that read a sensitive field, and rules that name a segment which is not among these: it may
    not be theirs to know of.
    """
    told = {segment.slug for segment in segments}
    rules = {
        segment.slug: segment.published
        for segment in segments
        if segment.kind == Segment.Kind.RULE and segment.published is not None
    }
    if not rules:
        return {}
    book = rulebook(Subject.PARTNER, *(version.rule for version in rules.values()))
    found = {}
    for slug, version in rules.items():
        try:
            node = book.parse(version.rule, saved=True, zone=version.zone)
        except RuleInvalid:
            continue
        if segments_used(node) <= told and not is_sensitive(node, book.vocabulary):
            found[slug] = sentence(node, book.vocabulary, segments=book.names)
    return found
