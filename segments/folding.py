"""Related records folded into one value per subject. Pure values.

Counts and sums over no rows are 0; share, average, minimum, maximum, latest and growth are missing then. A row without a
value of the folded field does not count. Sums are integers; one beyond 64 bits is an error, never a wrong number.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from partners.tables import SCALE, CodeArray, Codes, Column, Ints, Mask, Scalars, Sets, Table
from partners.vocabulary import Field, FieldType
from segments.instants import Clock, Window, day_number, micros
from segments.normalise import loose
from segments.primitives import present
from segments.ranges import inside, window_range
from segments.ratios import Ratios
from segments.rules.nodes import Aggregate

_LEAST, _MOST = -(2**63), 2**63 - 1
_NUMBER = SCALE[FieldType.NUMBER]


def fold(
    aggregate: Aggregate, table: Table, *, rows: Ints, owners: Ints, size: int, where: Mask | None, clock: Clock
) -> Column:
    """The column of an aggregate, of `size` subjects.

    `rows`, `owners`: which record belongs to which subject, shape (pairs,), positions in `table` and in the result.
    `where`: which records count, shape (len(table),).
    """
    clock = clock.at(aggregate.zone)
    matched = np.ones(len(rows), dtype=np.bool_) if where is None else where[rows]
    dated = _dated(aggregate, table, clock, 1)
    here = np.ones(len(rows), dtype=np.bool_) if dated is None else dated[rows]
    if aggregate.function == "share":
        return _ratio(_counts(owners[here & matched], size), _counts(owners[here], size))
    if aggregate.name:
        matched = matched & present(table.columns[aggregate.name])[rows]
    chosen = here & matched
    if aggregate.function == "growth":
        both = _dated(aggregate, table, clock, 2)
        before = matched & ~here & (both[rows] if both is not None else here)
        now, earlier = (_sizes(aggregate, table, rows[part], owners[part], size) for part in (chosen, before))
        up: Mask = earlier >= 0
        return _ratio(np.where(up, now - earlier, earlier - now), np.abs(earlier))
    rows, owners = rows[chosen], owners[chosen]
    everyone = np.ones(size, dtype=np.bool_)
    match aggregate.function:
        case "count":
            return Scalars(_counts(owners, size) * _NUMBER, everyone)
        case "sum":
            return Scalars(_sums(_scalars(aggregate, table).values[rows], owners, size), everyone)
        case "distinct":
            return Scalars(_distinct(aggregate, table, rows, owners, size) * _NUMBER, everyone)
        case "average":
            sums = _sums(_scalars(aggregate, table).values[rows], owners, size)
            return _ratio(sums, _counts(owners, size), SCALE[_folded(aggregate).type])
        case "latest":
            return _latest(aggregate, table, rows, owners, size, clock)
        case "minimum" | "maximum":
            return _extreme(aggregate, table, rows, owners, size)
    raise ValueError(f"there is no aggregate “{aggregate.function}”")


def _folded(aggregate: Aggregate) -> Field:
    return aggregate.related.vocabulary[aggregate.name]


def _scalars(aggregate: Aggregate, table: Table) -> Scalars:
    column = table.columns[aggregate.name]
    if not isinstance(column, Scalars) or isinstance(column, Ratios):
        raise TypeError(f"“{aggregate.name}” cannot be added up")
    return column


def _dated(aggregate: Aggregate, table: Table, clock: Clock, times: int) -> Mask | None:
    """Which records lie in the window (made so many times longer), shape (len(table),); None without a window."""
    if aggregate.window is None:
        return None
    column, about = table.columns[aggregate.date], aggregate.related.vocabulary[aggregate.date]
    if not isinstance(column, Scalars):
        raise TypeError(f"“{aggregate.date}” is no date")
    window: Window = replace(aggregate.window, count=aggregate.window.count * times)
    return inside(column.values, [window_range(window, about, clock)]) & column.present


def _sizes(aggregate: Aggregate, table: Table, rows: Ints, owners: Ints, size: int) -> Ints:
    """What growth compares: sums of the field, or numbers of records."""
    if not aggregate.name:
        return _counts(owners, size)
    return _sums(_scalars(aggregate, table).values[rows], owners, size)


def _counts(owners: Ints, size: int) -> Ints:
    return np.bincount(owners, minlength=size).astype(np.int64)


def _sums(values: Ints, owners: Ints, size: int) -> Ints:
    if not len(values):
        return np.zeros(size, dtype=np.int64)
    largest = max(abs(int(values.max())), abs(int(values.min())))
    if largest * len(values) <= _MOST // 2:
        total = np.zeros(size, dtype=np.int64)
        np.add.at(total, owners, values)
        return total
    exact = [0] * size
    for owner, value in zip(owners.tolist(), values.tolist(), strict=True):
        exact[owner] += value
    if any(abs(value) > _MOST // 2 for value in exact):
        raise OverflowError("a sum is larger than can be kept")
    return np.array(exact, dtype=np.int64)


def _ratio(above: Ints, below: Ints, scale: int = 1) -> Ratios:
    """Missing where there is nothing to divide by."""
    return Ratios(above, below != 0, np.where(below == 0, 1, below), scale)


def _distinct(aggregate: Aggregate, table: Table, rows: Ints, owners: Ints, size: int) -> Ints:
    column = table.columns[aggregate.name]
    if isinstance(column, Scalars):
        values = np.unique(column.values[rows], return_inverse=True)[1].astype(np.int64)
    else:
        about = _folded(aggregate)
        form = loose if about.type is FieldType.TEXT or about.refers_to else str
        places: dict[str, int] = {}
        lookup = np.array([places.setdefault(form(entry), len(places)) for entry in column.dictionary], dtype=np.int64)
        if isinstance(column, Sets):
            lengths = np.diff(column.offsets)[rows]
            within = np.arange(lengths.sum(), dtype=np.int64) - np.repeat(np.cumsum(lengths) - lengths, lengths)
            values = lookup[column.codes[np.repeat(column.offsets[rows], lengths) + within]]
            owners = np.repeat(owners, lengths)
        else:
            values = lookup[column.codes[rows]]
    span = int(values.max()) + 1 if len(values) else 1
    return _counts(np.unique(owners * span + values) // span, size)


def _latest(aggregate: Aggregate, table: Table, rows: Ints, owners: Ints, size: int, clock: Clock) -> Column:
    """The value of the record with the latest date up to now; of several of one date, that of the highest id."""
    dates, about = table.columns[aggregate.date], aggregate.related.vocabulary[aggregate.date]
    if not isinstance(dates, Scalars):
        raise TypeError(f"“{aggregate.date}” is no date")
    now = _until(about, clock)
    past = dates.present[rows] & (dates.values[rows] < now)
    rows, owners = rows[past], owners[past]
    order = np.lexsort((rows, dates.values[rows], owners))
    last = order[np.flatnonzero(np.r_[owners[order][1:] != owners[order][:-1], True][: len(order)])]
    row_of = np.full(size, -1, dtype=np.int64)
    row_of[owners[last]] = rows[last]
    return _taken(table.columns[aggregate.name], row_of)


def _until(about: Field, clock: Clock) -> int:
    """The first value of a date that is not past: tomorrow, or this instant."""
    if about.type is FieldType.DATETIME:
        return micros(clock.as_of)
    return day_number(clock.today) + 1


def _taken(column: Column, row_of: Ints) -> Column:
    """The values at the rows; missing where the row is -1."""
    here = row_of >= 0
    if isinstance(column, Codes):
        codes: CodeArray = np.where(here, column.codes[row_of] if len(column.codes) else -1, -1).astype(np.int32)
        return Codes(codes, column.dictionary)
    if not isinstance(column, Scalars):
        raise TypeError("many values have no latest one")
    if not len(column.values):
        return Scalars(np.zeros(len(row_of), dtype=np.int64), here)
    return Scalars(np.where(here, column.values[row_of], 0), here & column.present[row_of])


def _extreme(aggregate: Aggregate, table: Table, rows: Ints, owners: Ints, size: int) -> Column:
    column, about = table.columns[aggregate.name], _folded(aggregate)
    highest = aggregate.function == "maximum"
    if isinstance(column, Codes):  # an ordered choice: by rank; a value that is off the list has none
        ranks = {choice.value: rank for rank, choice in enumerate(about.choices)}
        lookup = np.array([*(ranks.get(entry, -1) for entry in column.dictionary), -1], dtype=np.int64)
        values = lookup[column.codes[rows]]
        owners, values = owners[values >= 0], values[values >= 0]
        found = _extremes(values, owners, size, highest=highest)
        here = _counts(owners, size) > 0
        return Codes(np.where(here, found, -1).astype(np.int32), [choice.value for choice in about.choices])
    found = _extremes(_scalars(aggregate, table).values[rows], owners, size, highest=highest)
    return Scalars(found, _counts(owners, size) > 0)


def _extremes(values: Ints, owners: Ints, size: int, *, highest: bool) -> Ints:
    found = np.full(size, _LEAST if highest else _MOST, dtype=np.int64)
    (np.maximum if highest else np.minimum).at(found, owners, values)
    return found
