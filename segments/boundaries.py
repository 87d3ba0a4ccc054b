"""When time alone may next change an answer: the clock wakes then.

Never too late: where the exact instant is not known, an earlier one is given, at which there may be nothing to do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from partners.facts import FACTS, SOURCES
from partners.tables import Scalars, Table
from partners.vocabulary import FieldKind, FieldType, Subject, Vocabulary
from segments.instants import Clock, Unit, Window, day_end, micros, span
from segments.rules import Aggregate, Everyone, Group, Leaf, Node, SegmentLeaf, nodes
from segments.rules.nodes import told_once

_MOMENT = timedelta(microseconds=1)
_TIMED = {
    subject: frozenset(fact.field.name for fact in facts if "%(" in fact.sql or "%(" in SOURCES[fact.source])
    for subject, facts in FACTS.items()
}
"""Computed facts that count from the present day."""
_EXACT = frozenset({Unit.DAYS, Unit.WEEKS})


@told_once
def leaves_of(node: Any) -> tuple[Any, ...]:
    """The conditions of a rule, each once."""
    return tuple(
        dict.fromkeys(found for _, found in nodes(node) if not isinstance(found, Group | Everyone | SegmentLeaf))
    )


class Boundaries:
    """The next boundaries of many rules over one table, shared leaves worked out once."""

    def __init__(self, subject: Subject, table: Table, vocabulary: Vocabulary, clock: Clock) -> None:
        self._subject, self._table, self._vocabulary, self._clock = subject, table, vocabulary, clock
        self._midnight = _midnight(clock)
        self._leaves: dict[Any, datetime | None] = {}

    def of(self, node: Node) -> datetime | None:
        """The next instant at which the rule's answer may change for some row; None: time does not matter to it."""
        return earliest(self._of(found) for found in leaves_of(node))

    def _of(self, node: Any) -> datetime | None:
        if node not in self._leaves:
            self._leaves[node] = self._leaf(node)
        return self._leaves[node]

    def _leaf(self, node: Any) -> datetime | None:
        if not isinstance(node, Leaf):
            return self._midnight
        if node.aggregate is not None:
            return earliest((self._aggregate(node.aggregate), self._aggregate_value(node)))
        about, clock = self._vocabulary[node.field], self._clock.at(node.zone)
        # Computed facts count the organisation's days, whatever the zone of the rule.
        of_the_fact = self._midnight if node.field in _TIMED[self._subject] else None
        if not isinstance(node.value, Window):
            return of_the_fact
        if node.value.calendar:
            return earliest((of_the_fact, _midnight(clock)))
        if about.type is not FieldType.DATETIME or node.operator == "anniversaryInNext":
            return earliest((of_the_fact, _by_days(node.value, clock)))
        return earliest((of_the_fact, self._rolling(node.value, self._table.columns[node.field], clock)))

    def _aggregate(self, aggregate: Aggregate) -> datetime | None:
        """Of what goes over related records: their instants are not looked through, so rolling windows over instants
        are looked at again every hour."""
        words, found = aggregate.related.vocabulary, list[datetime | None]()
        clock = self._clock.at(aggregate.zone)
        if aggregate.window is not None:
            kind = words[aggregate.date].type
            found.append(_unseen(aggregate.window, kind, clock))
            if (
                aggregate.function == "growth"
            ):  # the window before ends where this one begins; where it begins counts too
                found.append(_unseen(replace(aggregate.window, count=2 * aggregate.window.count), kind, clock))
        elif aggregate.date:
            found.append(_hour(clock) if words[aggregate.date].type is FieldType.DATETIME else _midnight(clock))
        if aggregate.name and words[aggregate.name].kind is FieldKind.COMPUTED:
            found.append(self._midnight)
        for _, inner in nodes(aggregate.where) if aggregate.where else ():
            if isinstance(inner, Leaf) and inner.aggregate is not None:
                found.append(self._aggregate(inner.aggregate))
            elif isinstance(inner, Leaf):
                about = words[inner.field]
                found.append(self._midnight if about.kind is FieldKind.COMPUTED else None)
                if isinstance(inner.value, Window):
                    found.append(_unseen(inner.value, about.type, self._clock.at(inner.zone)))
        return earliest(found)

    def _aggregate_value(self, leaf: Leaf) -> datetime | None:
        """The result of an aggregate is a date that is compared with now."""
        about = leaf.aggregate.about if leaf.aggregate else None
        if about is None or not isinstance(leaf.value, Window):
            return None
        return _unseen(leaf.value, about.type, self._clock.at(leaf.zone))

    def _rolling(self, window: Window, column: Any, clock: Clock) -> datetime | None:
        """Both ends move with the clock; the next value that one of them passes."""
        if not isinstance(column, Scalars):
            return _midnight(clock)
        found: list[datetime] = []
        for end in span(window, clock):
            ahead = column.values[column.present & (column.values >= micros(end))]
            if len(ahead):
                gap = int(ahead.min()) - micros(end)
                found.append(clock.as_of + timedelta(microseconds=gap) + _MOMENT)
        soonest = earliest(found)
        if soonest is not None and window.unit not in _EXACT:
            soonest = min(soonest, _midnight(clock), _shift(clock))
        return soonest


def _midnight(clock: Clock) -> datetime:
    """When the next day begins. At midnight itself, which windows up to now do not hold yet: the moment after."""
    found = day_end((clock.as_of - _MOMENT).astimezone(clock.zone).date(), clock.zone)
    return found if found > clock.as_of else clock.as_of + _MOMENT


def _by_days(window: Window, clock: Clock) -> datetime | None:
    """The next day begins, or one end of a window that moves with the clock passes into another day: its last moment, as
    the end itself lies outside."""
    start, end = span(window, clock)
    moves = (_rest_of_day(start, clock), _rest_of_day(end - _MOMENT, clock))
    return earliest((_midnight(clock), *(clock.as_of + move for move in moves)))


def _rest_of_day(instant: datetime, clock: Clock) -> timedelta:
    """How long the local day of an instant goes on that moves with the clock."""
    return day_end(instant.astimezone(clock.zone).date(), clock.zone) - instant


def _unseen(window: Window, kind: FieldType, clock: Clock) -> datetime | None:
    if window.calendar:
        return _midnight(clock)
    return _hour(clock) if kind is FieldType.DATETIME else _by_days(window, clock)


def _hour(clock: Clock) -> datetime:
    return min(_midnight(clock), clock.as_of + timedelta(hours=1))


def _shift(clock: Clock) -> datetime:
    """The next hour, on a day on which the local clock is changed; else the day's end."""
    local, end = (moment.astimezone(clock.zone) for moment in (clock.as_of, _midnight(clock)))
    return _midnight(clock) if local.utcoffset() == end.utcoffset() else clock.as_of + timedelta(hours=1)


def earliest(instants: Iterable[datetime | None]) -> datetime | None:
    """The first of them; None when there is none."""
    return min((instant for instant in instants if instant is not None), default=None)


__all__ = ["Boundaries", "earliest"]
