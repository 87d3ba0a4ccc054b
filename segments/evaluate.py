"""The one interpreter: many rules over one table of facts, as Boolean arrays. Pure values.

Two-valued: on a missing value a positive operator is false and its negative, being its complement, is true. A leaf that
occurs in many rules is worked out once. One subject is a table of length one: nothing here knows the difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from partners.tables import Codes, Column, Mask, Scalars, Sets, Table
from partners.vocabulary import Field, Vocabulary
from segments.bitwords import Bits, all_of, packed, unpacked
from segments.instants import Clock
from segments.matching import forms, matches, term_places
from segments.operators import OPERATORS, PERCENTILES
from segments.percentiles import rank_name, with_ranks
from segments.primitives import Primitives, present
from segments.ranges import inside, ranges_of
from segments.ratios import Ratios, compare
from segments.rules.nodes import Everyone, Group, Leaf, Node, SegmentLeaf, about_of

BLOCK = 262_144
"""Rows that are evaluated at a time, so that what many rules share stays in little memory."""

_NOT: Mask = np.zeros(1, dtype=np.bool_)

Lookups = dict[Leaf, npt.NDArray[Any]]
"""What a leaf makes of a column's dictionary: the same for all blocks of a table, so kept between them."""


def evaluate(
    node: Node, table: Table, *, vocabulary: Vocabulary, clock: Clock, members: Mapping[str, Mask] | None = None
) -> Mask:
    """Which rows the rule is true of, shape (n,). The table is the whole population: percentiles go by it."""
    ranked = with_ranks(table, [node], vocabulary)
    return Evaluator(ranked, vocabulary=vocabulary, clock=clock, members=members).mask(node)


def blocks(table: Table, size: int = BLOCK) -> Iterator[Table]:
    """The table in runs of so many rows, sharing its memory. An empty table is one empty block."""
    for start in range(0, max(len(table), 1), size):
        stop = min(start + size, len(table))
        yield Table(table.ids[start:stop], {name: _rows(col, start, stop) for name, col in table.columns.items()})


def row_of(table: Table, row: int) -> Table:
    """One row as a table of length one."""
    return Table(table.ids[row : row + 1], {name: _rows(col, row, row + 1) for name, col in table.columns.items()})


def _rows(column: Column, start: int, stop: int) -> Column:
    if isinstance(column, Ratios):
        below = column.denominators[start:stop]
        return Ratios(column.values[start:stop], column.present[start:stop], below, column.scale)
    if isinstance(column, Scalars):
        return Scalars(column.values[start:stop], column.present[start:stop])
    if isinstance(column, Codes):
        return Codes(column.codes[start:stop], column.dictionary)
    offsets = column.offsets[start : stop + 1]
    return Sets(offsets - offsets[0], column.codes[offsets[0] : offsets[-1]], column.dictionary)


class Evaluator:
    """Evaluates rules over one table (or one block of it). Errors rise; they are never an answer."""

    def __init__(
        self,
        table: Table,
        *,
        vocabulary: Vocabulary,
        clock: Clock,
        members: Mapping[str, Mask | Bits] | None = None,
        lookups: Lookups | None = None,
        primitives: Primitives | None = None,
    ) -> None:
        """`members`: per slug which rows are in that segment, shape (n,), or their `bits`; it may grow between calls.
        `primitives`: those of this very table, when they are kept.
        """
        self.table = table
        self.vocabulary = vocabulary
        self.clock = clock
        self.members = members if members is not None else {}
        self._size = len(table)
        self._lookups = lookups if lookups is not None else {}
        self._leaves: dict[Leaf, Bits] = {}
        self._primitives = Primitives(len(table)) if primitives is None else primitives

    def mask(self, node: Node) -> Mask:
        """Which rows the node is true of, shape (n,). The array may be shared: do not write into it."""
        return unpacked(self.bits(node), self._size)

    def bits(self, node: Node) -> Bits:
        """The same as bits (`bitwords`), which may be shared too."""
        if isinstance(node, Leaf):
            return self._leaf(node)
        if isinstance(node, Group):
            combine = np.bitwise_and if node.combinator == "and" else np.bitwise_or
            found = self.bits(node.rules[0])
            if len(node.rules) > 1:
                found = combine(found, self.bits(node.rules[1]))
                for child in node.rules[2:]:
                    combine(found, self.bits(child), out=found)
            return ~found if node.negated else found
        if isinstance(node, SegmentLeaf):
            return self._reference(node)
        if isinstance(node, Everyone):
            return all_of(self._size)
        raise TypeError(f"not a node: {node!r}")

    def _leaf(self, leaf: Leaf) -> Bits:
        found = self._leaves.get(leaf)
        if found is None:
            operator = OPERATORS[leaf.operator]
            if operator.is_negative or leaf.missing is not None:
                found = self._leaf(replace(leaf, operator=operator.positive, missing=None))
                found = ~found if operator.is_negative else found
                if leaf.missing is not None:
                    here = self._present(leaf.field)
                    if leaf.within:
                        here = here & self._present(leaf.within)
                    found = found | ~here if leaf.missing == "match" else found & here
            else:
                found = self._positive(leaf)
            self._leaves[leaf] = found
        return found

    def _present(self, name: str) -> Bits:
        return self._primitives.present(name, self.table.columns[name])

    def _positive(self, leaf: Leaf) -> Bits:
        """A positive operator: false wherever the value is missing."""
        about, column = about_of(leaf, self.vocabulary), self.table.columns[leaf.field]
        if leaf.operator == "notNull":
            return self._present(leaf.field)
        if leaf.operator in PERCENTILES:
            return packed(present(self.table.columns[rank_name(leaf)]))
        if isinstance(column, Ratios):
            return packed(compare(column, leaf))
        if isinstance(column, Scalars):
            ranges = ranges_of(leaf, about, self.clock)
            shared = self._primitives.inside(leaf.field, column, ranges)
            return packed(inside(column.values, ranges) & column.present) if shared is None else shared
        if isinstance(column, Codes):
            found = self._lookups.get(leaf)
            if found is None:
                # One entry more than the dictionary has: code -1, a missing value, reads the last one.
                found = np.concatenate([matches(leaf, about, column.dictionary, self.clock), _NOT])
                self._lookups[leaf] = found
            return self._primitives.one_of(leaf.field, column, found)
        return self._sets(leaf, about, column)

    def _sets(self, leaf: Leaf, about: Field, column: Sets) -> Bits:
        places = self._lookups.get(leaf)
        if places is None:
            places = self._lookups[leaf] = term_places(leaf, about, column.dictionary)
        if leaf.operator == "containsAny":
            return self._primitives.has_any(leaf.field, column, map(int, np.flatnonzero(places >= 0)))
        found = places[column.codes]
        named = _count(found >= 0, column)
        # Each value counts once, however often a row may have it (or forms of it that compare equal).
        size = len(forms(leaf, about))
        rows = np.repeat(np.arange(len(self.table), dtype=np.int64), np.diff(column.offsets))
        distinct = np.unique(rows[found >= 0] * size + found[found >= 0]) // size
        has_all: Mask = np.bincount(distinct, minlength=len(self.table)) == size
        if leaf.operator == "equalsSet":
            has_all &= named == np.diff(column.offsets)
        return packed(has_all)

    def _reference(self, node: SegmentLeaf) -> Bits:
        parts = [self._member(slug) for slug in node.slugs]
        found: Bits = (np.bitwise_and if node.operator == "inAll" else np.bitwise_or).reduce(parts)
        return ~found if node.operator == "notIn" else found

    def _member(self, slug: str) -> Bits:
        found = self.members[slug]
        return packed(found) if found.dtype == np.bool_ else found


def _count(found: Mask, column: Sets) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """How many of each row's values are found, shape (n,); `found` is about all values, row after row."""
    running = np.zeros(len(column.codes) + 1, dtype=np.int64)
    np.cumsum(found, out=running[1:])
    return running[column.offsets[1:]] - running[column.offsets[:-1]]
