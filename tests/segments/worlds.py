"""Small populations for tests of the pure ring: fields from a line of text each, a table from plain records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np

from partners.tables import SCALE, Codes, Column, Scalars, Sets, Table
from partners.vocabulary import Choice, Field, FieldType, Subject
from segments.evaluate import evaluate
from segments.instants import Clock, day_number, micros
from segments.relating import Family, Kin, Preparer
from segments.rules import Node, Related, parse

Record = Mapping[str, Any]


def fields(spec: Mapping[str, str]) -> dict[str, Field]:
    """{"tier": "ordered_choice: silver, gold", "name": "text", "served_by": "multi_choice → partner"} as a vocabulary."""
    made = {}
    for name, line in spec.items():
        kind, _, listed = line.partition(":")
        kind, _, refers_to = kind.partition("→")
        choices = tuple(Choice(word.strip(), word.strip().title()) for word in listed.split(",") if word.strip())
        label = name.replace("_", " ").capitalize()
        made[name] = Field(
            Subject.PARTNER, name, label, FieldType(kind.strip()), choices=choices, refers_to=refers_to.strip()
        )
    return made


def typed(value: Any, about: Field) -> Any:
    """A record's JSON value in the field's type; None where missing."""
    if value is None or value == "" or value == [] or (isinstance(value, str) and not value.strip()):
        return None
    if about.type in SCALE:
        return Decimal(str(value))
    if about.type is FieldType.DATE:
        return date.fromisoformat(value)
    if about.type is FieldType.DATETIME:
        return datetime.fromisoformat(value)
    return value


def table_of(records: Sequence[Record], vocabulary: Mapping[str, Field], ids: Sequence[int] | None = None) -> Table:
    """The records as columns; ids 1, 2, … unless given. Values as JSON has them."""
    columns = {
        name: _column([typed(record.get(name), about) for record in records], about)
        for name, about in vocabulary.items()
    }
    return Table(np.array(ids if ids is not None else range(1, len(records) + 1), dtype=np.int64), columns)


def _column(values: list[Any], about: Field) -> Column:
    if about.type is FieldType.MULTI_CHOICE:
        words = sorted({word for row in values for word in row or ()})
        places = {word: place for place, word in enumerate(words)}
        rows = [[places[word] for word in row or ()] for row in values]
        offsets = np.cumsum([0, *map(len, rows)], dtype=np.int64)
        return Sets(offsets, np.array([code for row in rows for code in row], dtype=np.int32), words)
    if about.is_choice or about.type is FieldType.TEXT:
        words = sorted({value.strip() for value in values if value is not None})
        places = {word: place for place, word in enumerate(words)}
        codes = [-1 if value is None else places[value.strip()] for value in values]
        return Codes(np.array(codes, dtype=np.int32), words)
    present = np.array([value is not None for value in values], dtype=np.bool_)
    return Scalars(np.array([_integer(value, about) for value in values], dtype=np.int64), present)


def _integer(value: Any, about: Field) -> int:
    if value is None:
        return -(2**63)  # as the bulk reader has it: a value that must never be looked at
    if isinstance(value, Decimal):
        scaled = value * SCALE[about.type]
        assert scaled == int(scaled), f"{value} has more places than the column keeps"
        return int(scaled)
    if isinstance(value, datetime):
        return micros(value)
    return day_number(value) if isinstance(value, date) else int(value)


@dataclass
class World:
    """A vocabulary, and related records with one of their own: those of a record stand in it under the relation's name."""

    words: dict[str, Field]
    related: dict[str, Related] = dataclass_field(default_factory=dict)

    @property
    def relations(self) -> dict[str, dict[str, Related]]:
        return {"partner": self.related}

    def parse(self, rule: Any, zone: str = "") -> Node:
        """The rule of a segment that counts in the days of `zone`; empty: of the clock's."""
        return parse(rule, self.words, relations=self.relations, subject="partner" if self.related else "", zone=zone)

    def table(self, node: Node, records: Sequence[Record], clock: Clock) -> Table:
        """The records as a table, with the columns that the rule's aggregates and percentiles need."""
        table = table_of(records, self.words)
        family = Family()
        for name, related in self.related.items():
            rows = [row for record in records for row in record.get(name, ())]
            owners = [number for number, record in enumerate(records, 1) for _ in record.get(name, ())]
            inner = table_of(rows, related.vocabulary)
            family.kin["partner", name] = Kin(related.subject, inner, inner.ids, np.array(owners, dtype=np.int64))
        preparer = Preparer(
            {Subject.PARTNER: table}, family, vocabularies=lambda _: self.words, clock=clock, members={}
        )
        preparer.prepare(Subject.PARTNER, node)
        return table

    def true_of(self, node: Node, records: Sequence[Record], clock: Clock) -> list[bool]:
        """Which records the rule is true of."""
        table = self.table(node, records, clock)
        found: list[bool] = evaluate(node, table, vocabulary=self.words, clock=clock).tolist()
        return found


def world_of(told: Mapping[str, Any]) -> World:
    """{"fields": …, "related": {"deals": {"fields": …, "date": "closed_on"}}} as a world."""
    related = {
        name: Related(name, name.removesuffix("s"), fields(about["fields"]), about.get("date", ""))
        for name, about in told.get("related", {}).items()
    }
    return World(fields(told["fields"]), related)
