"""The versions of a segment: what each changed, in words, and the way back to one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from people.guards import vendor_required
from segments.console.segment import one
from segments.differences import Line, differences
from segments.instants import is_zone
from segments.models import Segment, SegmentVersion
from segments.rulebook import Rulebook, rulebook
from segments.rules import Node, RuleInvalid
from segments.sentences import phrase, sentence

PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class Told:
    """A version in words."""

    version: SegmentVersion
    sentence: str
    lines: list[Line]
    """What it changed against the version before it."""
    is_first: bool
    is_same: bool
    """It says what the version before it says."""


@require_safe
@vendor_required
def versions(request: HttpRequest, slug: str) -> HttpResponse:
    """All versions, newest first, each with its difference from the one before."""
    segment = one(request.user, slug)
    page = Paginator(segment.versions.all(), PAGE_SIZE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    words = {"segment": segment, "tab": "versions", "page": page, "told": told(segment, _with_the_one_before(shown))}
    return render(request, "console/segments/versions.html", words)


def _with_the_one_before(shown: list[SegmentVersion]) -> list[SegmentVersion]:
    """The page's versions and, to compare the last of them with, the one that came before it."""
    if not shown or shown[-1].number == 1:
        return shown
    earlier = SegmentVersion.objects.filter(segment_id=shown[-1].segment_id, number__lt=shown[-1].number)
    return [*shown, *earlier[:1]]


def told(segment: Segment, rows: Sequence[SegmentVersion]) -> list[Told]:
    """Each version in words, given newest first; the last row is told only when it is the very first version."""
    book = rulebook(segment.subject, *(row.rule for row in rows))
    nodes = [_node(book, row) for row in rows]
    lines = []
    for place, row in enumerate(rows):
        is_first = row.number == 1
        if place + 1 == len(rows) and not is_first:
            break
        earlier, before = (None, None) if is_first else (rows[place + 1], nodes[place + 1])
        lines.append(_told(segment, book, row, nodes[place], earlier, before))
    return lines


def _told(
    segment: Segment,
    book: Rulebook,
    row: SegmentVersion,
    node: Node | str,
    earlier: SegmentVersion | None,
    before: Node | str | None,
) -> Told:
    is_first = earlier is None
    if isinstance(node, str):
        return Told(row, f"This rule cannot be read any more: {node}", [], is_first, False)
    zoned = book.parse(row.rule, saved=True, zone=row.zone) if is_zone(row.zone) else node
    words = sentence(zoned, book.vocabulary, subject=segment.subject, segments=book.names)
    if before is None or isinstance(before, str):
        return Told(row, words, [], is_first, False)
    lines = [*_zones(earlier, row), *compared(book, before, node)]
    return Told(row, words, lines, is_first, not lines)


def compared(book: Rulebook, before: Node, after: Node) -> list[Line]:
    """What changed, in the words of a vocabulary."""

    def say(node: Node) -> str:
        return phrase(node, book.vocabulary, segments=book.names)

    return differences(before, after, say)


def difference_of(segment: Segment, before: SegmentVersion | None, after: SegmentVersion | None) -> list[Line]:
    """What one version changes against another; empty where there is nothing to compare or it cannot be read."""
    if before is None or after is None or before.pk == after.pk:
        return []
    book = rulebook(segment.subject, before.rule, after.rule)
    one_node, other = _node(book, before), _node(book, after)
    if isinstance(one_node, str) or isinstance(other, str):
        return []
    return [*_zones(before, after), *compared(book, one_node, other)]


def _zones(before: SegmentVersion | None, after: SegmentVersion) -> list[Line]:
    """That the days are those of another zone."""
    if before is None or before.zone == after.zone:
        return []
    return [Line("changed", _zone_words(before.zone), _zone_words(after.zone))]


def _zone_words(zone: str) -> str:
    return f"days of {zone}" if zone else f"days of the organisation ({settings.TIME_ZONE})"


def _node(book: Rulebook, version: SegmentVersion) -> Node | str:
    """The rule as a tree, or why it cannot be read."""
    try:
        return book.parse(version.rule, saved=True)
    except RuleInvalid as invalid:
        return invalid.errors[0].words
