"""Why one subject is, or is not, in one segment: each condition with the value found, now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from pyroaring import BitMap64

from partners.reading import one_snapshot
from partners.vocabulary import Subject
from people.roles import Viewer, may_reveal
from segments import computing, planned
from segments.bitmaps import mask_of
from segments.computing import Material
from segments.evaluate import row_of
from segments.explain import Reason, nearest_miss, reasons
from segments.models import Membership, Override, Segment, SegmentVersion
from segments.rulebook import clock_at
from segments.rules import RuleError, RuleInvalid
from segments.sentences import sentence


@dataclass(frozen=True, slots=True)
class Explained:
    """One subject against one rule."""

    member: bool
    """In the segment at present, as of its last run."""
    since: datetime | None
    verdict: bool | None
    """What the rule, overrides and set say of the facts as they are now: the next run will make it so. None: it would tell
    a sensitive value to somebody who may not know it."""
    override: Override | None
    """What a person has decided, whatever the rule says."""
    lost_to: str
    """The segment of its set that the subject went to, though the rule is true of it; else empty."""
    version: int
    as_of: datetime
    sentence: str
    zone: str
    """Whose days the rule counts in; empty: the organisation's."""
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
            "zone": self.zone,
            "tree": self.why.to_json(),
            "override": override_json(self.override) if self.override else None,
            "lost_to": self.lost_to,
            "nearest_miss": [reason.to_json() for reason in self.nearest],
        }


def override_json(override: Override) -> dict[str, Any]:
    """An override as the API shows it, without whom it is about."""
    return {
        "kind": override.kind,
        "author": override.author,
        "reason": override.reason,
        "expires_at": override.expires_at.isoformat() if override.expires_at else None,
        "created_at": override.created_at.isoformat(),
    }


def _winner(material: Material, slug: str, found: Mapping[str, BitMap64], subject_id: int) -> str:
    """The segment that the subject went to instead, the first of the set's order; empty when it lost to none."""
    if subject_id not in material.lost.get(slug, BitMap64()):
        return ""
    return next(other for other in material.nodes if other in material.rivals[slug] and subject_id in found[other])


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
    own, slug = "", str(segment.slug)
    with one_snapshot():
        material = computing.read(
            [
                planned.Plan(own, subject, version.rule, slug, version.zone),
                *planned.plans_named(version.rule, segment=slug),
            ],
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
    nearest = tuple(nearest_miss(node, why))
    if viewer is None or not may_reveal(viewer):
        why = why.discreet()
        nearest = () if any(reason.is_sensitive for reason in nearest) else tuple(each.discreet() for each in nearest)
    stay = Membership.objects.current().filter(segment=segment, subject_id=subject_id).first()
    return Explained(
        member=stay is not None,
        since=stay.entered_at if stay else None,
        verdict=None if why.verdict is None else subject_id in found[own],
        override=Override.objects.filter(segment=segment, subject_id=subject_id).at(clock.as_of).first(),
        lost_to=_winner(material, own, found, subject_id),
        version=version.number,
        as_of=clock.as_of,
        zone=version.zone,
        sentence=sentence(node, book.vocabulary, subject=subject, segments=book.names, clock=clock),
        why=why,
        nearest=nearest,
    )
