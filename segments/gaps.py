"""How far one subject is from segments it is not in: for all of them at once, by the interpreter of the runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from partners.reading import one_snapshot
from partners.vocabulary import Subject
from segments import computing, planned
from segments.bitmaps import mask_of
from segments.evaluate import row_of
from segments.explain import Reason, nearest_miss, reasons
from segments.models import Segment
from segments.rulebook import clock_at


@dataclass(frozen=True, slots=True)
class Gap:
    """A segment the subject is not in, and the fewest conditions that would have to change."""

    segment: Segment
    missing: tuple[Reason, ...]


def gaps(*, segments: Sequence[Segment], subject: Subject, subject_id: int) -> list[Gap]:
    """The nearest first. Left out: those the rule is true of, cannot be true of, or cannot be worked out for."""
    rules = {each.slug: each for each in segments if each.published is not None}
    plans = {
        each.slug: planned.Plan(each.slug, subject, each.published.rule, zone=each.published.zone)
        for each in rules.values()
        if each.published
    }
    if not plans:
        return []
    clock = clock_at()
    with one_snapshot():
        together = {"rules": [plan.rule for plan in plans.values()]}
        named = [plan for plan in planned.plans_named(together) if plan.slug not in plans]
        material = computing.read([*plans.values(), *named], clock=clock, ids={subject: [subject_id]})
        found = computing.work_out(material)
    table, book = material.tables[subject], material.books[subject]
    row = int(np.searchsorted(table.ids, subject_id))
    if row == len(table) or table.ids[row] != subject_id:
        return []
    table = row_of(table, row)
    members = {slug: mask_of(inside, table.ids) for slug, inside in found.items()}
    result = []
    for slug, segment in rules.items():
        if slug in material.failures:
            continue
        node = material.nodes[slug]
        why = reasons(node, table, vocabulary=book.vocabulary, clock=clock, members=members, segments=book.names)
        if missing := nearest_miss(node, why):
            result.append(Gap(segment, tuple(missing)))
    return sorted(result, key=lambda gap: (len(gap.missing), gap.segment.name))
