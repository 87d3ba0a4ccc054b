"""The top and the bottom of a population, exactly. Pure values.

A subject is in the top p % when the share of the population with a greater value is below p %; ties stand or fall
together. The population is everybody present who has a value (and, `within` a field, a value of that field: each of its
values is a population of its own).
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import cast

import numpy as np

from partners.tables import Codes, Column, Ints, Mask, Scalars, Table
from partners.vocabulary import Field, FieldType, Vocabulary
from segments.normalise import loose
from segments.operators import PERCENTILES
from segments.ratios import Ratios, places_of
from segments.rules.nodes import Leaf, Node, nodes, told_once

PLACES = 10**6
"""A percentage has six places at most."""


@told_once
def ranked_leaves(node: Node) -> tuple[Leaf, ...]:
    """The percentiles of a rule: what it says of one subject depends on all of them."""
    return tuple(found for _, found in nodes(node) if isinstance(found, Leaf) and found.operator in PERCENTILES)


def rank_name(leaf: Leaf) -> str:
    """The column that holds a percentile: present where it is true."""
    return f"{leaf.operator} {leaf.value} of {leaf.field} within {leaf.within}"


def with_ranks(table: Table, rules: Iterable[Node], vocabulary: Vocabulary) -> Table:
    """The table of the whole population with a column for every percentile of the rules; itself when there is none."""
    missing = {rank_name(leaf): leaf for node in rules for leaf in ranked_leaves(node)}
    fresh = {
        name: _rank(table, leaf, vocabulary.get(leaf.within))
        for name, leaf in missing.items()
        if name not in table.columns
    }
    return Table(table.ids, {**table.columns, **fresh}) if fresh else table


def _rank(table: Table, leaf: Leaf, within: Field | None) -> Scalars:
    values, present = ordered(table.columns[leaf.field])
    groups, grouped = _groups(table.columns[leaf.within], within) if within else (None, None)
    population = present if grouped is None else present & grouped
    found = np.zeros(len(table), dtype=np.bool_)
    where = np.flatnonzero(population)
    mine = np.zeros(len(where), dtype=np.int64) if groups is None else groups[where]
    found[where] = top(
        -values[where] if leaf.operator == "bottomPercent" else values[where], mine, cast(Decimal, leaf.value)
    )
    return Scalars(found.astype(np.int64), found)


def top(values: Ints, groups: Ints, percent: Decimal) -> Mask:
    """Which values, shape (n,), are among the highest p % of their group (shape (n,)); integers throughout."""
    order = np.lexsort((values, groups))
    sorted_groups, sorted_values = groups[order], values[order]
    starts = (
        np.flatnonzero(np.r_[True, sorted_groups[1:] != sorted_groups[:-1]]) if len(order) else np.empty(0, np.int64)
    )
    sizes = np.diff(np.r_[starts, len(order)])
    ends = np.repeat(starts + sizes, sizes)
    # The end of the run of equal values: whoever stands behind it in the group has a greater one.
    last = np.r_[(sorted_groups[1:] != sorted_groups[:-1]) | (sorted_values[1:] != sorted_values[:-1]), True]
    run_ends = np.flatnonzero(last[: len(order)]) + 1
    run = np.searchsorted(run_ends, np.arange(len(order)), side="right")
    greater = ends - run_ends[run] if len(order) else np.empty(0, np.int64)
    found = np.zeros(len(order), dtype=np.bool_)
    found[order] = greater * (100 * PLACES) < int(percent * PLACES) * np.repeat(sizes, sizes)
    return found


def ordered(column: Column) -> tuple[Ints, Mask]:
    """Values that can be put in order, shape (n,), and where there is one."""
    if isinstance(column, Ratios):
        return places_of(column), column.present
    if isinstance(column, Scalars):
        return column.values, column.present
    raise TypeError("only numbers and amounts are ranked")


def _groups(column: Column, about: Field) -> tuple[Ints, Mask]:
    """A number per group and where there is one; text is one group however it is written."""
    if isinstance(column, Scalars):
        return column.values, column.present
    if not isinstance(column, Codes):
        raise TypeError(f"“{about.name}” does not divide into groups")
    form = loose if about.type is FieldType.TEXT else str
    places: dict[str, int] = {}
    numbers = [places.setdefault(form(entry), len(places)) for entry in column.dictionary]
    return np.array([*numbers, -1], dtype=np.int64)[column.codes], column.codes >= 0
