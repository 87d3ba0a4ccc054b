"""A version's rule in plain words, whatever state it is in."""

from __future__ import annotations

from segments.models import Segment, SegmentVersion
from segments.rulebook import clock_at, rulebook
from segments.rules import RuleInvalid
from segments.sentences import sentence


def sentence_of(segment: Segment, version: SegmentVersion | None) -> str:
    """The rule as one sentence; why it cannot be read where it no longer can; empty without a version."""
    if version is None or segment.kind == Segment.Kind.LIST:
        return ""
    book = rulebook(segment.subject, version.rule)
    try:
        node = book.parse(version.rule, saved=True, zone=version.zone)
    except RuleInvalid as invalid:
        return f"This rule cannot be read any more: {invalid.errors[0].words}"
    return sentence(node, book.vocabulary, subject=segment.subject, segments=book.names, clock=clock_at())
