"""The members that rules call for at one instant, read and worked out for all of them together.

The nightly run, a preview, an explanation and the proof that nothing drifted all come through here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from django.db import transaction
from pyroaring import BitMap64

from partners import snapshot, touching
from partners.columns import read_table
from partners.tables import Ints, Table
from partners.vocabulary import Subject
from segments import references
from segments.bitmaps import bitmap, mask_of
from segments.bitwords import Bits, packed, rows_of
from segments.boundaries import Boundaries, earliest
from segments.evaluate import Evaluator, Lookups, blocks
from segments.instants import Clock
from segments.models import Segment
from segments.planned import Plan
from segments.relating import Family, Masks, Preparer, gather, owners_of, reach, stages
from segments.rulebook import Rulebook, rulebook
from segments.rules import Node, RuleInvalid, fields_used, segments_used
from segments.standing import ByHand, overrides_at, rivals
from segments.unreadable import UNREADABLE, broken_by_values


@dataclass
class Material:
    """Everything read: the trees in the order in which they can be evaluated, and the facts they need."""

    clock: Clock
    books: dict[Subject, Rulebook]
    tables: dict[Subject, Table]
    nodes: dict[str, Node]
    subjects: dict[str, Subject]
    failures: dict[str, str] = field(default_factory=dict)
    """Why a segment cannot be evaluated, by slug."""
    family: Family = field(default_factory=Family)
    """The related records that the rules' aggregates go over."""
    stands_for: dict[str, str] = field(default_factory=dict)
    """The segment whose overrides a rule takes, by the rule's slug; of runs they are the same."""
    rivals: dict[str, frozenset[str]] = field(default_factory=dict)
    """By slug, the segments of its set that it gives way to."""
    by_hand: dict[str, ByHand] = field(default_factory=dict)
    """By slug, who is in or out whatever the rule says."""
    lost: dict[str, BitMap64] = field(default_factory=dict)
    """By slug, who matches it and went to one that it gives way to."""
    waits: dict[str, str] = field(default_factory=dict)
    """Of those that only wait for another: for which."""

    def fail(self, slug: str, reason: str) -> None:
        """Take a segment out, with everything that refers to it: the others go on."""
        if slug in self.failures:
            return
        self.failures[slug] = reason
        for other in self.nodes:
            if slug in self.needs(other) and other not in self.failures:
                self.waits[other] = slug
                self.fail(other, f"Waits for segment “{slug}”, which could not be worked out. The last members stay.")

    def needs(self, slug: str) -> frozenset[str]:
        """The segments that have to be worked out before: those it refers to and those it gives way to."""
        return segments_used(self.nodes[slug]) | self.rivals.get(slug, frozenset())

    def standing(self, slug: str, bits: Bits, ids: Ints, masks: Mapping[str, Bits]) -> Bits:
        """Who is in a segment once overrides and its place in a set have had their say; rows of `ids`, shape (n,)."""
        hand = self.by_hand.get(slug)
        if hand is not None:
            bits = (bits | packed(mask_of(hand.included, ids))) & ~packed(mask_of(hand.excluded, ids))
        before = [masks[other] for other in sorted(self.rivals.get(slug, ()))]
        if before:
            taken: Bits = np.bitwise_or.reduce(before)
            self.lost[slug] = self.lost.get(slug, BitMap64()) | bitmap(ids[rows_of(bits & taken, len(ids))])
            bits = bits & ~taken
        return bits

    def failing(self, slug: str) -> Failing:
        """Whatever goes wrong in one rule stays with it, and is never taken for "nobody". False: it failed before."""
        return Failing(self, slug)


class Failing:
    """Around the work on one rule. A plain class: a change of one record comes through here for each of its segments."""

    __slots__ = ("_material", "_slug")

    def __init__(self, material: Material, slug: str) -> None:
        self._material, self._slug = material, slug

    def __enter__(self) -> bool:
        return self._slug not in self._material.failures

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> bool:
        if not isinstance(error, (ArithmeticError, LookupError, TypeError, ValueError)):
            return False
        self._material.fail(self._slug, f"The rule could not be evaluated: {type(error).__name__}: {error}")
        return True


@dataclass(frozen=True, slots=True)
class Seen:
    """Which changes a run has seen."""

    moment: str
    """As `touching.moment` gives it."""
    marks: list[int]
    """The marks that nobody had followed then."""
    whole: bool
    """All active segments are worked out, so these marks need no other look."""
    own: list[int]
    """The marks that the reading transaction itself has left."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a run has worked out: who should be in each segment that does not fail."""

    pinned: dict[str, Segment]
    members: dict[str, BitMap64]
    lost: dict[str, BitMap64]
    """Who matches a segment and went to one of its set that comes before."""
    next_at: dict[str, datetime | None]
    """When time alone may next change the members."""
    failures: dict[str, str]
    waits: dict[str, str]
    seen: Seen


def read(
    plans: Sequence[Plan],
    *,
    clock: Clock,
    ids: Mapping[Subject, Sequence[int]] | None = None,
    also: Mapping[Subject, Iterable[str]] | None = None,
) -> Material:
    """Parse the rules and read, once per subject, the fields that they use (and `also` these).

    A rule that does not hold up any more fails alone. `ids`: only these subjects, otherwise all.
    """
    return load(parsed(plans, clock=clock), ids=ids, also=also)


def parsed(plans: Sequence[Plan], *, clock: Clock) -> Material:
    """The trees, in the order in which they can be evaluated; no facts yet."""
    books = {
        subject: rulebook(subject, *(plan.rule for plan in plans if plan.subject is subject))
        for subject in dict.fromkeys(plan.subject for plan in plans)
    }
    nodes: dict[str, Node] = {}
    broken: dict[str, str] = {}
    for plan in plans:
        try:
            nodes[plan.slug] = books[plan.subject].parse(plan.rule, saved=True, zone=plan.zone)
        except RuleInvalid as invalid:
            broken[plan.slug] = str(invalid)
    stands_for = {plan.slug: plan.stands_for or plan.slug for plan in plans}
    all_rivals = rivals() if len(plans) > 1 else {}
    # A rival that is not active, or not part of this, takes nobody away.
    here = {plan.slug for plan in plans}
    before = {slug: frozenset(all_rivals.get(stands_for[slug], frozenset()) & here) for slug in nodes}
    order = references.in_order({slug: sorted(segments_used(node) | before[slug]) for slug, node in nodes.items()})
    material = Material(
        clock=clock,
        books=books,
        tables={},
        nodes={slug: nodes[slug] for slug in order},
        subjects={plan.slug: plan.subject for plan in plans},
        stands_for=stands_for,
        rivals={slug: found for slug, found in before.items() if found},
    )
    for slug, reason in broken.items():
        material.fail(slug, reason)
    for slug, node in material.nodes.items():
        for other in sorted(segments_used(node) - nodes.keys() - broken.keys()):
            material.fail(slug, f"It refers to segment “{other}”, which is not active. Publish that one first.")
    return material


def load(
    material: Material,
    *,
    ids: Mapping[Subject, Sequence[int]] | None = None,
    ranges: Mapping[Subject, tuple[int, int]] | None = None,
    also: Mapping[Subject, Iterable[str]] | None = None,
) -> Material:
    """Read the facts that the trees need, in the present snapshot: of all subjects, of these, or of a range of ids.

    With a range: of rules that do not compare subjects (`dependence`). With ids: of those and of whomever the rules go by.
    Rules over values that cannot be read fail alone.
    """
    try:
        with transaction.atomic():  # what goes wrong inside leaves the snapshot usable
            return _load(material, material.nodes, ids, ranges, also)
    except UNREADABLE:
        broken = broken_by_values(material.nodes, material.subjects, as_of=material.clock.as_of)
        if not broken:
            raise
        for slug, reason in broken.items():
            material.fail(slug, reason)
        return _load(material, {s: node for s, node in material.nodes.items() if s not in broken}, ids, ranges, also)


def _load(
    material: Material,
    nodes: Mapping[str, Node],
    ids: Mapping[Subject, Sequence[int]] | None,
    ranges: Mapping[Subject, tuple[int, int]] | None,
    also: Mapping[Subject, Iterable[str]] | None,
) -> Material:
    stand(material)
    scope = reach([(material.subjects[slug], node) for slug, node in nodes.items()], ids)
    material.family = gather(nodes.values(), scope=scope, clock=material.clock, ranges=ranges)
    for subject in dict.fromkeys([*material.books, *material.family.own_fields]):
        mine = [node for slug, node in nodes.items() if material.subjects[slug] is subject]
        names = set().union(*(fields_used(node) for node in mine), (also or {}).get(subject, ()))
        names |= material.family.own_fields.get(subject, set())
        chosen, as_of = owners_of(scope, subject.value), material.clock.as_of
        if chosen is None:
            between = None if ranges is None else ranges[subject]
            material.tables[subject] = snapshot.table(subject, sorted(names), as_of=as_of, between=between)
        else:
            material.tables[subject] = read_table(subject, sorted(names), as_of=as_of, ids=chosen)
    return material


def stand(material: Material) -> None:
    """Read who is in and out by hand, in the present snapshot."""
    material.lost = {}
    named = {material.stands_for.get(slug, slug): slug for slug in material.nodes}
    hands = overrides_at(filter(None, named), material.clock.as_of)
    material.by_hand = {named[slug]: hand for slug, hand in hands.items()}


def seen(slugs: Collection[str] = ()) -> Seen:
    """The changes that the present snapshot shows."""
    moment = touching.moment()
    own = list(touching.since(moment).values_list("pk", flat=True))
    return Seen(moment, touching.pending_ids(), whole=not slugs, own=own)


def boundaries_of(material: Material) -> dict[str, datetime | None]:
    """When time alone may next change the members of each segment; a reference changes with what it refers to."""
    found: dict[str, datetime | None] = {}
    for subject in material.books:
        table = material.tables[subject]
        boundaries = Boundaries(subject, table, material.books[subject].vocabulary, material.clock)
        for slug, node in material.nodes.items():
            if material.subjects[slug] is subject and slug not in material.failures:
                hand = material.by_hand.get(slug)
                found[slug] = earliest((boundaries.of(node), hand.until if hand else None))
    return found


def work_out(material: Material, *, pulse: Callable[[], None] = lambda: None) -> dict[str, BitMap64]:
    """Who should be in each segment that does not fail. `pulse` is called now and then; it may raise to stop."""
    members: dict[str, BitMap64] = {}
    parts: dict[str, list[Ints]] = {}
    lookups: dict[Subject, Lookups] = {subject: {} for subject in material.tables}
    for stage in stages(material.nodes, material.rivals):
        _prepare(material, stage, members, pulse)
        for subject, table in material.tables.items():
            mine = [slug for slug in stage if material.subjects[slug] is subject]
            for block in blocks(table) if mine else ():
                pulse()
                masks = Masks(members, block.ids)
                evaluator = Evaluator(
                    block,
                    vocabulary=material.books[subject].vocabulary,
                    clock=material.clock,
                    members=masks,
                    lookups=lookups[subject],
                )
                for slug in mine:
                    with material.failing(slug) as goes_on:
                        if goes_on:
                            true = evaluator.bits(material.nodes[slug])
                            masks[slug] = material.standing(slug, true, block.ids, masks)
                            parts.setdefault(slug, []).append(block.ids[rows_of(masks[slug], len(block))])
        for slug in stage:
            if slug in parts:
                members[slug] = bitmap(np.concatenate(parts.pop(slug)))
    return {slug: found for slug, found in members.items() if slug not in material.failures}


def _prepare(material: Material, stage: list[str], members: Mapping[str, BitMap64], pulse: Callable[[], None]) -> None:
    """Add the columns that a stage's rules need and that no query gives: aggregates and percentiles."""
    preparer = Preparer(
        material.tables,
        material.family,
        vocabularies=lambda subject: material.books[subject].vocabulary,
        clock=material.clock,
        members=members,
    )
    for slug in filter(lambda slug: preparer.concerns(material.nodes[slug]), stage):
        pulse()
        with material.failing(slug) as goes_on:
            if goes_on:
                preparer.prepare(material.subjects[slug], material.nodes[slug])
