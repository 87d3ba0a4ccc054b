"""A whole file in: read twice (once to learn what its columns are, once to take them in), in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import compress
from pathlib import Path
from typing import Any, cast

from django.db import transaction
from django.utils import timezone

from partners.attributes import add_choices, create_attribute
from partners.facts import vocabulary
from partners.importing.checking import Bad, Checker, Piece
from partners.importing.fitting import Block, blocks
from partners.importing.mapping import Mapped, identifies, suggest
from partners.importing.options import Options
from partners.importing.reading import FileProblem, Source
from partners.importing.staging import Stage, take_turn
from partners.models import Journal, Origin
from partners.rows import Invalid, Profile
from partners.vocabulary import Field, FieldKind, FieldType, Subject

CHUNK = 50_000
SHOWN = 200
"""Characters of a bad value that are handed back."""

Progress = Callable[[int, int], None]
"""Told (rows done, rows in all) after every chunk."""


@dataclass(frozen=True, slots=True)
class Reject:
    """What is wrong in one place of the file: the line where its row begins, the column by its header, the value, why."""

    line: int
    column: str
    value: str
    reason: str


@dataclass(slots=True)
class ImportResult:
    """What became of a file. Every row is created, updated, unchanged or rejected.

    `rejects` holds one entry per bad value, so a rejected row may have several; columns that are left out have one on the
    header's line, and their rows are not rejected for it.
    """

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    rejects: list[Reject] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """The counts alone."""
        return {name: getattr(self, name) for name in ("rows", "created", "updated", "unchanged", "rejected")}

    def to_json(self) -> dict[str, Any]:
        """As commands and pages hand it out."""
        return {**self.counts(), "rejects": [asdict(reject) for reject in self.rejects]}


def import_file(
    *,
    subject: Subject,
    path_or_bytes: str | Path | bytes,
    origin: Origin,
    options: Options | None = None,
    dry_run: bool = False,
    on_progress: Progress | None = None,
    keep_journal: bool = False,
) -> ImportResult:
    """Take a file in, all good rows or (when it cannot be read) nothing. `dry_run` tells the outcome and keeps nothing.

    `origin` is saved when something changed; `keep_journal`: with what was there before, for an undo. FileProblem says why a
    file cannot be read at all.
    """
    options = options or Options()
    source = Source(path_or_bytes, **options.framing)
    with transaction.atomic():
        result = _Import(subject, source, options, on_progress or (lambda done, total: None)).run(
            origin, keep_journal=keep_journal and not dry_run
        )
        if dry_run:
            transaction.set_rollback(True)
    if dry_run:
        origin.pk = None
    return result


class _Import:
    """One run over one file."""

    def __init__(self, subject: Subject, source: Source, options: Options, on_progress: Progress) -> None:
        self.subject, self.source, self.options, self.on_progress = subject, source, options, on_progress
        self.result = ImportResult()
        self.bad_lines: set[int] = set()
        self.seen: dict[str, int] = {}
        self.header = source.header
        self.words: dict[str, Field] = vocabulary(subject)
        self.columns = suggest(subject, source.header, self.words, options.mapping)
        if not any(column.field == "external_id" for column in self.columns):
            raise FileProblem(
                f"No column holds the external id. The header on line {source.header_line} has: "
                f'{", ".join(filter(None, self.header)) or "nothing"}. Name the column: --map "Column=external_id" '
                "(if the file has no header row, add one)."
            )

    def run(self, origin: Origin, *, keep_journal: bool = False) -> ImportResult:
        """Learn, check, settle."""
        profiles = self._learn()
        self._make_fields(profiles)
        used = [c for c in self.columns if c.field in self.words]
        self.checkers = [
            (column, self._checker(self.words[column.field], profiles.get(column.index))) for column in used
        ]
        fields = [checker.field for _, checker in self.checkers]
        self.has_custom = any(f.kind is FieldKind.CUSTOM for f in fields)
        take_turn(self.subject)
        with Stage(self.subject, fields, custom=self.has_custom, uniform=True) as stage:
            for block in blocks(self.source, CHUNK):
                stage.copy_text(*self._check(block))
                self.result.rows += len(block)
                self.on_progress(self.result.rows, self.total)
            for refused in stage.refuse():
                self._reject(refused.line, self._header_of(refused.field), refused.value, refused.reason)
            self._keep_choices(stage)
            fresh = origin.pk is None
            if fresh:
                origin.save()
            journal = Journal.objects.create(origin=origin, subject=self.subject) if keep_journal else None
            settled = stage.settle(origin, timezone.now(), journal=journal)
            if fresh and not settled.created and not settled.updated:
                origin.delete()
        self.result.created, self.result.updated, self.result.unchanged = (
            settled.created,
            settled.updated,
            settled.unchanged,
        )
        self.result.rejected = len(self.bad_lines)
        self.result.rejects.sort(key=lambda reject: reject.line)
        return self.result

    def _learn(self) -> dict[int, Profile]:
        """One pass over the file: how many rows, and what the columns that need it could be."""
        formats = self.options.formats
        profiles: dict[int, Profile] = {}
        for column in self.columns:
            known = self.words.get(column.field)
            if known is None:
                profiles[column.index] = Profile(formats, identifies=identifies(column.header))
            elif known.type in {FieldType.NUMBER, FieldType.MONEY}:
                profiles[column.index] = Profile(formats, expected=FieldType.NUMBER)
            elif known.type in {FieldType.DATE, FieldType.DATETIME}:
                profiles[column.index] = Profile(formats, expected=FieldType.DATE)
        named = {column.index for column in self.columns} | {i for i, cell in enumerate(self.header) if cell}
        nameless: set[int] = set()
        self.total = 0
        for block in blocks(self.source, CHUNK):
            self.total += len(block)
            for index, profile in profiles.items():
                profile.see(block.columns[index])
            for index in set(range(len(self.header))) - named - nameless:
                if any(map(str.strip, block.columns[index])):
                    nameless.add(index)
        for index in sorted(nameless):
            self._report(
                f"column {index + 1}", "has no name in the header; its values were left out. Name it to take them in"
            )
        return profiles

    def _make_fields(self, profiles: Mapping[int, Profile]) -> None:
        """Unknown columns become custom attributes, or are reported and left out."""
        made = False
        for column in self.columns:
            if not column.new:
                continue
            if not self.options.create_fields:
                self._report(
                    column.header,
                    f'is no field of a {self.subject}; its values were left out. Map it (--map "{column.header}=field"),'
                    " or import with --create-fields to add it as a custom attribute",
                )
                continue
            try:
                kind = profiles[column.index].type
                create_attribute(subject=self.subject, name=column.field, label=column.header[:200], type=kind)
            except Invalid as error:
                self._report(column.header, f"cannot be added as a custom attribute: {error}; its values were left out")
                continue
            made = True
        if made:
            self.words = vocabulary(self.subject)

    def _checker(self, field: Field, profile: Profile | None) -> Checker:
        formats, orders = self.options.formats, None
        if profile is not None:
            formats = type(formats)(formats.null_words, profile.decimal, formats.date_format, formats.zone)
            orders = profile.orders
        add = self.options.create_fields and field.is_choice and not field.refers_to
        return Checker(field, formats, orders, add_choices=add)

    def _check(self, block: Block) -> tuple[str, int]:
        """The good rows of a block as lines for COPY, and how many they are; what is wrong with the others is noted."""
        for row in block.unfit:
            self._reject(row.line, "", self.source.delimiter.join(row.cells), row.problem)
        lines = block.lines
        rejected = len(self.bad_lines)
        built_in: list[list[Piece]] = []
        custom: list[list[Piece]] = []
        ids: list[Piece] = []
        for column, checker in self.checkers:
            cells = block.columns[column.index]
            pieces = checker.texts(cells)
            self._note(column, lines, cells, pieces)
            if column.field == "external_id":
                ids = pieces
            else:
                (custom if checker.field.kind is FieldKind.CUSTOM else built_in).append(pieces)
        columns = [list(map(str, lines)), cast("list[str]", ids), *cast("list[list[str]]", built_in)]
        if self.has_custom:  # one cell of all custom parts
            columns.append(["{" + ",".join(map(str, parts)) + "}" for parts in zip(*custom, strict=True)])
        staged: Iterable[tuple[str, ...]] = zip(*columns, strict=True)
        if len(self.bad_lines) > rejected or len(set(ids)) < len(ids) or not self.seen.keys().isdisjoint(ids):
            good = self._first_ones(lines, ids)
            staged = compress(staged, good)
            count = sum(good)
        else:
            self.seen.update(zip(columns[1], lines, strict=True))
            count = len(lines)
        return "\n".join([*map("\t".join, staged), ""]), count

    def _first_ones(self, lines: Sequence[int], ids: Sequence[Piece]) -> list[bool]:
        """Which rows are neither bad nor another one of an id that came before; the latter are noted."""
        good = []
        for line, key in zip(lines, ids, strict=True):
            first = line if line in self.bad_lines else self.seen.setdefault(cast(str, key), line)
            good.append(line not in self.bad_lines and first == line)
            if first != line:
                reason = f"was given before, on line {first}; the first row counts"
                self._reject(line, self._header_of("external_id"), cast(str, key), reason)
        return good

    def _note(self, column: Mapped, lines: Sequence[int], cells: Sequence[str], pieces: list[Piece]) -> None:
        for line, cell, piece in zip(lines, cells, pieces, strict=True) if Bad in set(map(type, pieces)) else ():
            if isinstance(piece, Bad):
                self._reject(line, column.header, cell, piece.reason)

    def _reject(self, line: int, column: str, value: str, reason: str) -> None:
        self.bad_lines.add(line)
        shown = value if len(value) <= SHOWN else value[: SHOWN - 1] + "…"
        self.result.rejects.append(Reject(line, column, shown, reason))

    def _report(self, column: str, reason: str) -> None:
        """Something about a whole column: it costs no row."""
        self.result.rejects.append(Reject(self.source.header_line, column, "", reason))

    def _header_of(self, name: str) -> str:
        return next((column.header for column in self.columns if column.field == name), name)

    def _keep_choices(self, stage: Stage) -> None:
        """Add the choices that rows which land really use."""
        for _, checker in self.checkers:
            if checker.added:
                used = stage.used_choices(checker.field, list(checker.added))
                add_choices(
                    subject=self.subject, field=checker.field.name, values=[v for v in checker.added if v in used]
                )
