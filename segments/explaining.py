"""Why one subject is, or is not, in one segment: each condition with the value found, now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from partners.vocabulary import Subject
from people.roles import Viewer
from segments import computing
from segments.bitmaps import mask_of
from segments.computing import Plan
from segments.evaluate import row_of
from segments.explain import Reason, nearest_miss, reasons
from segments.models import Membership, Segment, SegmentVersion
from segments.revealing import hidden_fields
from segments.rulebook import clock_at
from segments.rules import RuleError, RuleInvalid
from segments.sentences import sentence


@dataclass(frozen=True, slots=True)
class Explained:
    """One subject against one rule."""

    member: bool
    """In the segment at present, as of its last run."""
    since: datetime | None
    verdict: bool
    """What the rule says of the facts as they are now: the next run will make it so."""
    version: int
    as_of: datetime
    sentence: str
    why: Reason
    nearest: tuple[Reason, ...]
    """Of one the rule is not true of: the fewest conditions that would have to change."""

    def to_json(self) -> dict[str, Any]:
        """As the API hands it on."""
        return {
            "verdict": self.verdict,
            "version": self.version,
            "as_of": self.as_of.isoformat(),
            "sentence": self.sentence,
            "tree": self.why.to_json(),
            "nearest_miss": [reason.to_json() for reason in self.nearest],
        }


class NoSuchSubject(LookupError):
    """The subject does not exist, or was deleted."""


def explain(
    *, segment: Segment, subject_id: int, version: SegmentVersion | None = None, viewer: Viewer | None = None
) -> Explained:
    """The published rule (else the draft, or the version handed in) for one subject, by the interpreter of the runs.

    `viewer`: who reads it; the values of sensitive fields are told to those alone who may read them.

    NoSuchSubject when there is none of that id; RuleInvalid when the rule cannot be evaluated any more.
    """
    version = version or segment.published or segment.draft
    if version is None:
        raise RuleInvalid([RuleError("", "no_rule", "The segment has no rule yet.")])
    subject, clock = Subject(segment.subject), clock_at()
    own = ""
    with computing.one_snapshot():
        material = computing.read(
            [Plan(own, subject, version.rule), *computing.plans_named(version.rule)],
            clock=clock,
            ids={subject: [subject_id]},
        )
    if own in material.failures:
        raise RuleInvalid([RuleError("", "cannot_evaluate", material.failures[own])])
    table, node, book = material.tables[subject], material.nodes[own], material.books[subject]
    row = int(np.searchsorted(table.ids, subject_id))
    if row == len(table) or table.ids[row] != subject_id:
        raise NoSuchSubject(f"There is no {subject} with id {subject_id}.")
    found = computing.work_out(material)
    if own in material.failures:
        raise RuleInvalid([RuleError("", "cannot_evaluate", material.failures[own])])
    table = row_of(table, row)
    why = reasons(
        node,
        table,
        vocabulary=book.vocabulary,
        clock=clock,
        members={slug: mask_of(members, table.ids) for slug, members in found.items()},
        segments=book.names,
    )
    why = why.without(hidden_fields(book.vocabulary, viewer))
    stay = Membership.objects.current().filter(segment=segment, subject_id=subject_id).first()
    return Explained(
        member=stay is not None,
        since=stay.entered_at if stay else None,
        verdict=why.verdict,
        version=version.number,
        as_of=clock.as_of,
        sentence=sentence(node, book.vocabulary, subject=subject, segments=book.names, clock=clock),
        why=why,
        nearest=tuple(nearest_miss(node, why)),
    )
