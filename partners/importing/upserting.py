"""Rows of typed values in, by external id: what the API's bulk and single writes and the forms use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone

from partners.facts import vocabulary
from partners.importing.checking import Bad, Checker
from partners.importing.pieces import array
from partners.importing.staging import Stage, slot, take_turn
from partners.models import Journal, Origin
from partners.rows import external_id
from partners.rows.values import REQUIRED
from partners.vocabulary import Field, FieldKind, Subject

CHUNK = 10_000


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with one field of a row."""

    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row: created, updated, unchanged or rejected."""

    external_id: str
    status: str
    errors: tuple[RowError, ...] = ()


@dataclass(slots=True)
class UpsertResult:
    """What became of the rows, in their order."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    rows: list[RowResult] = field(default_factory=list)


@transaction.atomic
def upsert_rows(
    *,
    subject: Subject,
    rows: Iterable[dict[str, Any]],
    origin: Origin,
    partial: bool = True,
    journal: Journal | None = None,
) -> UpsertResult:
    """Create or change records by external id; a bad row is rejected whole, the others land.

    Each row is {field name: JSON value}, with external_id. `partial`: fields a row leaves out stay as they are; else they
    become missing. `origin` is kept when something changed. A `journal` takes what was there before, for an undo.
    """
    known = vocabulary(subject)
    words = {name: f for name, f in known.items() if f.kind is not FieldKind.COMPUTED}
    batch = _Batch(subject, words, frozenset(known.keys() - words.keys()), partial)
    source, position = iter(rows), 0
    with Stage(subject, words.values(), custom=True, uniform=False) as stage:
        while chunk := list(islice(source, CHUNK)):
            stage.copy(batch.take(chunk, position))
            position += len(chunk)
        if stage.rows > 1:
            take_turn(subject)
        for refused in stage.refuse():
            batch.reject(refused.line, refused.external_id, [RowError(refused.field, refused.reason)])
        if stage.rows:
            _settle(stage, origin, replace_custom=not partial, journal=journal)
        outcomes = stage.outcomes()
    return batch.result(outcomes, position)


def _settle(stage: Stage, origin: Origin, *, replace_custom: bool, journal: Journal | None) -> None:
    fresh = origin.pk is None
    if fresh:
        origin.save()
    settled = stage.settle(origin, timezone.now(), replace_custom=replace_custom, journal=journal)
    if fresh and not settled.created and not settled.updated:
        origin.delete()


class _Batch:
    """Checks rows, writes the good ones for the staging table and remembers what was wrong with the others."""

    def __init__(self, subject: Subject, words: dict[str, Field], computed: frozenset[str], partial: bool) -> None:
        self.subject = subject
        self.computed = computed
        self.partial = partial
        self.checkers = {name: Checker(field) for name, field in words.items()}
        self.built_in = [n for n, f in words.items() if f.kind is FieldKind.BUILT_IN and n != "external_id"]
        self.custom = [n for n, f in words.items() if f.kind is FieldKind.CUSTOM]
        self.missing = {n: _copied(slot(words[n]).empty) for n in self.built_in}
        if "stage" in self.missing:
            self.missing["stage"] = "open"  # what a deal is until something else is said
        self.seen: dict[str, int] = {}
        self.ids: dict[int, str] = {}
        self.errors: dict[int, list[RowError]] = {}

    def take(self, rows: list[Any], start: int) -> list[str]:
        """The good rows as lines for COPY; `start` is the position of the first."""
        for name, checker in self.checkers.items():
            if checker.refers_to:
                checker.look_up([row[name] for row in rows if isinstance(row, dict) and name in row])
        lines = (self._line(position, row) for position, row in enumerate(rows, start=start))
        return [line for line in lines if line]

    def reject(self, position: int, external: str, errors: list[RowError]) -> None:
        """Remember what is wrong with a row."""
        self.ids[position] = external
        self.errors[position] = errors

    def _line(self, position: int, row: Any) -> str:
        if not isinstance(row, dict):
            self.reject(position, "", [RowError("", "must be an object of field names and values")])
            return ""
        errors: list[RowError] = []
        key = self._key(row.get("external_id"), position, errors)
        pieces = {name: self._piece(name, value, errors) for name, value in row.items() if name != "external_id"}
        if not self.partial:
            absent = REQUIRED[self.subject] - row.keys() - {"external_id"}
            errors += [RowError(name, f"is missing; a {self.subject} needs it") for name in sorted(absent)]
        if errors:
            self.reject(position, key, errors)
            return ""
        self.seen[key] = position
        self.ids[position] = key
        given = [n for n in self.built_in if n in pieces] if self.partial else self.built_in
        custom = [pieces[n] for n in self.custom if n in pieces]
        if not self.partial:
            custom += [self.checkers[n].value(None) for n in self.custom if n not in pieces]  # type: ignore[misc]
        cells = [str(position), key.replace("\\", "\\\\"), *(pieces.get(n, self.missing[n]) for n in self.built_in)]
        return "\t".join([*cells, "{" + ",".join(custom) + "}", array(given)]) + "\n"

    def _key(self, value: object, position: int, errors: list[RowError]) -> str:
        if not isinstance(value, str):
            errors.append(
                RowError("external_id", "is missing; every record needs an id" if value is None else "must be a text")
            )
            return ""
        try:
            key = external_id(value)
        except ValueError as error:
            errors.append(RowError("external_id", str(error)))
            return value[:100]
        if key in self.seen:
            errors.append(
                RowError("external_id", f"“{key}” was given before, in row {self.seen[key] + 1}; the first counts")
            )
        return key

    def _piece(self, name: str, value: object, errors: list[RowError]) -> str:
        if name in self.computed:
            errors.append(RowError(name, "is worked out from other records and cannot be set"))
        elif name not in self.checkers:
            errors.append(
                RowError(
                    name, f"is no field of a {self.subject}; see the list of fields, or add it as a custom attribute"
                )
            )
        else:
            piece = self.checkers[name].value(value)
            if not isinstance(piece, Bad):
                return piece
            errors.append(RowError(name, piece.reason))
        return ""

    def result(self, outcomes: dict[int, str], count: int) -> UpsertResult:
        """What became of every row."""
        result = UpsertResult(rejected=len(self.errors))
        for position in range(count):
            status = outcomes.get(position, "rejected")
            result.rows.append(RowResult(self.ids[position], status, tuple(self.errors.get(position, ()))))
        for status in ("created", "updated", "unchanged"):
            setattr(result, status, sum(outcome == status for outcome in outcomes.values()))
        return result


def _copied(empty: str) -> str:
    """An SQL literal of nothing, as COPY writes it."""
    return {"NULL": "\\N", "''": "", "'{}'": "{}"}[empty]
