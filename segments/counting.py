"""One rule over a whole population: the kept columns and those that changed since beside each other, or all of it loaded.

What a preview asks of the answer is counted part by part, so nothing is copied into one table first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import transaction
from pyroaring import BitMap64

from partners import snapshot
from partners.snapshot import Sides
from partners.tables import Ints, Mask, Table
from partners.vocabulary import Subject
from segments import computing
from segments.bitmaps import mask_of
from segments.bitwords import packed, unpacked
from segments.computing import Material
from segments.evaluate import Evaluator
from segments.operators import PERCENTILES
from segments.primitives import Primitives
from segments.remembering import Remembered
from segments.rules import Leaf, Node, aggregates_used, fields_used, nodes
from segments.unreadable import UNREADABLE

BLOCK = 65_536
"""Rows that are looked through at a time for the first few."""


@dataclass(slots=True)
class Part:
    """Some rows of the population."""

    table: Table
    wanted: Mask
    """Which of them the rule is true of, shape (n,)."""
    counts: Mask | None
    """Which of them count at all, shape (n,); None: all."""
    primitives: Primitives

    def among(self, mask: Mask) -> Mask:
        """Those of the mask that count."""
        return mask if self.counts is None else mask & self.counts

    @property
    def total(self) -> int:
        """How many count."""
        return len(self.table) if self.counts is None else int(np.count_nonzero(self.counts))

    def present(self, name: str) -> int:
        """How many of those that count have a value of the field."""
        return int(
            np.count_nonzero(
                self.among(unpacked(self.primitives.present(name, self.table.columns[name]), len(self.table)))
            )
        )


@dataclass(frozen=True, slots=True)
class Scope:
    """Which subjects count for somebody."""

    ids: Callable[[Ints | None], Ints]
    """Their ids, of those given; None: of all."""
    lasts: Any = None
    """Names the scope when nothing but a subject's own fields decides; None: it may change without them."""


def parts(material: Material, subject: Subject, slug: str, scope: Scope | None = None) -> list[Part]:
    """The population and who the rule `slug` is true of. `scope`: who counts; None: all.

    A rule that fails has no parts; `material.failures` says why.
    """
    if slug in material.failures:
        return []
    sides = _sides(material, subject, slug)
    if sides is None:
        computing.load(material)
        found = computing.work_out(material).get(slug, BitMap64())
        table = material.tables[subject]
        made = [Part(table, mask_of(found, table.ids), None, Primitives(len(table)))]
    else:
        made = [part for part in (_kept(material, slug, sides), _fresh(material, slug, sides.fresh)) if part]
    if slug in material.failures:
        return []
    if scope is not None:
        for part in made:
            part.counts = part.among(_within(part, scope, sides))
    return made


def _within(part: Part, scope: Scope, sides: Sides | None) -> Mask:
    """Which rows of a part are in the scope. Of those that were kept and did not change, that is known from last time."""
    ids = part.table.ids
    if sides is not None and part.table is sides.fresh:
        return np.isin(ids, scope.ids(ids))
    if sides is None or scope.lasts is None:
        return np.isin(ids, scope.ids(None))
    known: Remembered = sides.memory.setdefault("scopes", Remembered(len(ids)))
    found = known.get(scope.lasts)
    if found is None:
        found = packed(np.isin(ids, scope.ids(None)))
        known[scope.lasts] = found
    return unpacked(found, len(ids))


def first(found: list[Part], size: int) -> list[tuple[Table, int]]:
    """The first few by id that the rule is true of: the table and the row in it."""
    chosen: list[tuple[int, Table, int]] = []
    for part in found:
        mask, rows = part.among(part.wanted), 0
        for start in range(0, len(mask) if size else 0, BLOCK):
            here = np.flatnonzero(mask[start : start + BLOCK])[: size - rows] + start
            chosen += [(int(part.table.ids[row]), part.table, int(row)) for row in here]
            rows += len(here)
            if rows == size:
                break
    return [(table, row) for _, table, row in sorted(chosen, key=lambda one: one[0])[:size]]


def _sides(material: Material, subject: Subject, slug: str) -> Sides | None:
    """The columns in two tables, when the rule looks at each subject by itself and there are kept ones."""
    if len(material.nodes) > 1 or not _is_plain(material.nodes[slug]):
        return None
    computing.stand(material)
    try:
        with transaction.atomic():  # what goes wrong inside leaves the snapshot usable
            return snapshot.sides(subject, sorted(fields_used(material.nodes[slug])), as_of=material.clock.as_of)
    except UNREADABLE:
        return None  # the load says which values


def _is_plain(node: Node) -> bool:
    """Neither related records, nor ranks among all, nor other segments."""
    alone = not any(isinstance(leaf, Leaf) and leaf.operator in PERCENTILES for _, leaf in nodes(node))
    return alone and not aggregates_used(node)


def _kept(material: Material, slug: str, sides: Sides) -> Part:
    size = len(sides.kept)
    known: Primitives = sides.memory.setdefault("primitives", Primitives(size, Remembered(size)))
    counts = None
    if len(sides.gone):
        counts = np.ones(size, dtype=np.bool_)
        counts[sides.gone] = False
    return Part(sides.kept, _wanted(material, slug, sides.kept, known), counts, known)


def _fresh(material: Material, slug: str, table: Table) -> Part | None:
    if not len(table):
        return None
    primitives = Primitives(len(table))
    return Part(table, _wanted(material, slug, table, primitives), None, primitives)


def _wanted(material: Material, slug: str, table: Table, primitives: Primitives) -> Mask:
    """The rule over one of the tables, by the interpreter of the runs."""
    book = material.books[material.subjects[slug]]
    evaluator = Evaluator(table, vocabulary=book.vocabulary, clock=material.clock, primitives=primitives)
    with material.failing(slug) as goes_on:
        if goes_on:
            bits = material.standing(slug, evaluator.bits(material.nodes[slug]), table.ids, {})
            return unpacked(bits, len(table))
    return np.zeros(len(table), dtype=np.bool_)
