"""An uploaded file on its way: looked at, tried, applied by a worker, with progress that others can see meanwhile."""

from __future__ import annotations

import csv
import io
import threading
from collections import defaultdict
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog
from celery import current_app
from django.conf import settings
from django.core.files.base import ContentFile, File
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from partners.facts import vocabulary
from partners.importing.files import ImportResult, Reject, import_file
from partners.importing.mapping import Mapped, suggest
from partners.importing.options import Options
from partners.importing.reading import FileProblem, Source
from partners.interrupted import is_interrupted
from partners.models import Import, Origin
from partners.outbox import announce
from partners.rows.cells import harmless
from partners.vocabulary import Subject
from people.models import User

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=15)
"""How long a run counts as alive after its last heartbeat."""
BEAT = 1.0
"""Seconds between heartbeats."""
SAMPLE = 5
KEPT_REJECTS = 1000


class ImportRefused(ValueError):
    """The import is not in a state for what was asked; the message says which and what to do."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a file looks like before anything is decided."""

    encoding: str
    delimiter: str
    header: list[str]
    sample: list[list[str]]
    columns: list[Mapped]
    """The suggested mapping, one entry per named column; `new` where the field would be made."""
    header_line: int
    unnamed: list[int]
    """Columns, counted from 1, that have values in the sample and no name: nothing can be taken from them."""


def inspect_file(path_or_bytes: str | Path | bytes, subject: Subject, **framing: Any) -> Inspection:
    """Look at a file: its framing, first rows and the mapping that its header suggests. FileProblem if it cannot be read.

    `framing`: `encoding`, `delimiter` and `header_row` where they are said (`Options.framing`).
    """
    source = Source(path_or_bytes, **framing)
    sample = [[cell[:100] for cell in row.cells] for row in islice(source.rows(), SAMPLE)]
    columns = suggest(subject, source.header, vocabulary(subject))
    named = {at for at, name in enumerate(source.header) if name}
    filled = {at for row in sample for at, cell in enumerate(row) if cell.strip()}
    unnamed = [at + 1 for at in sorted(filled - named)]
    return Inspection(source.encoding, source.delimiter, source.header, sample, columns, source.header_line, unnamed)


def start_import(
    *, subject: Subject, file: File[bytes], filename: str, user: User | None, corrects: Import | None = None
) -> Import:
    """Keep an uploaded file. FileProblem when it cannot be read as a table, and then nothing is kept.

    `corrects`: the import whose rejected rows it brings again.
    """
    started = Import(subject=subject, filename=Path(filename).name[:300], created_by=user, corrects=corrects)
    started.file.save(Path(filename).name[-80:] or "import.csv", file, save=False)
    try:
        inspect_file(started.file.path, subject)
    except FileProblem:
        started.file.delete(save=False)
        raise
    started.save()
    return started


def request_dry_run(*, import_id: int, options: Options) -> Import:
    """Have a worker try the file out; nothing is kept but the outcome."""
    return _request(import_id, options, dry_run=True)


def request_apply(*, import_id: int, options: Options) -> Import:
    """Have a worker take the file in."""
    return _request(import_id, options, dry_run=False)


def _request(import_id: int, options: Options, *, dry_run: bool) -> Import:
    waiting = [Import.Status.UPLOADED, Import.Status.TRIED, Import.Status.FAILED]
    with transaction.atomic():
        queued = Import.objects.filter(pk=import_id, status__in=waiting).update(
            status=Import.Status.QUEUED,
            options={**options.to_json(), "dry_run": dry_run},
            result={},
            rejects=[],
            rejects_file="",
            error="",
            rows_done=0,
            rows_total=0,
            heartbeat_at=None,
            finished_at=None,
        )
        found = Import.objects.get(pk=import_id)
        if not queued:
            state = found.get_status_display().lower()
            raise ImportRefused(f"This import is {state}; upload the file again to import it once more.")
        transaction.on_commit(lambda: current_app.send_task(settings.IMPORT_TASK, [import_id]), robust=True)
    return found


def run(import_id: int) -> bool:
    """Do what was requested of an import; harmless when called again.

    False: another worker is at it and alive, or the database went away — ask again after `LEASE`. True: nothing is left to do.
    """
    now = timezone.now()
    free = Q(status=Import.Status.QUEUED) | Q(status=Import.Status.RUNNING, heartbeat_at__lt=now - LEASE)
    if not Import.objects.filter(free, pk=import_id).update(status=Import.Status.RUNNING, heartbeat_at=now):
        return not Import.objects.filter(pk=import_id, status=Import.Status.RUNNING).exists()
    item = Import.objects.get(pk=import_id)
    try:
        with _Heartbeat(import_id) as heartbeat:
            _take_in(item, heartbeat)
    except _Superseded:
        log.warning("import_superseded", import_id=import_id)
    except (FileProblem, ValueError) as problem:
        _finish(item, Import.Status.FAILED, error=str(problem))
    except Exception as error:
        if is_interrupted(error):
            log.warning("import_interrupted", import_id=import_id, exc_info=True)
            return False
        log.exception("import_failed", import_id=import_id)
        _finish(item, Import.Status.FAILED, error="Something went wrong on our side; nothing was imported. Try again.")
    return True


def _take_in(item: Import, heartbeat: _Heartbeat) -> None:
    options, dry_run = Options.from_json(item.options), bool(item.options.get("dry_run"))
    origin = Origin(kind=Origin.Kind.IMPORT, label=item.filename, user=item.created_by)
    with transaction.atomic():
        result = import_file(
            subject=Subject(item.subject),
            path_or_bytes=item.file.path,
            options=options,
            origin=origin,
            dry_run=dry_run,
            on_progress=heartbeat.tell,
            keep_journal=True,
        )
        item.origin = origin if origin.pk and not dry_run else None
        if result.rejects:
            text = rejects_csv(result.rejects, Source(item.file.path, **options.framing))
            item.rejects_file.save(f"rejects-{item.pk}.csv", ContentFile(text.encode("utf-8-sig")), save=False)
        heartbeat.stop()
        if not _finish(item, Import.Status.TRIED if dry_run else Import.Status.APPLIED, result=result):
            raise _Superseded


class _Superseded(Exception):
    """Another worker, taking this one for dead, has brought the run to its end: what was done here again is taken back."""


def _finish(item: Import, status: Import.Status, *, result: ImportResult | None = None, error: str = "") -> bool:
    """Write the outcome; False when the run has one already."""
    changes: dict[str, Any] = {"status": status, "error": error, "finished_at": timezone.now()}
    if result is not None:
        shown = [asdict(reject) for reject in result.rejects[:KEPT_REJECTS]]
        changes |= {"result": result.counts(), "rejects": shown, "rejects_file": item.rejects_file.name or ""}
        changes |= {"origin": item.origin}
        changes |= {"rows_done": result.rows, "rows_total": result.rows}
    with transaction.atomic():
        is_first = bool(Import.objects.filter(pk=item.pk, status=Import.Status.RUNNING).update(**changes))
        if is_first and not item.options.get("dry_run"):
            announce(type="import.finished", payload=_told(item, status, result, error))
    return is_first


def _told(item: Import, status: Import.Status, result: ImportResult | None, error: str) -> dict[str, Any]:
    """What other systems are told of an import that ended."""
    counts = result.counts() if result is not None else {}
    about = {"import": item.pk, "subject": item.subject, "filename": item.filename, "status": str(status.value)}
    return {**about, **counts, "error": error}


def rejects_csv(rejects: list[Reject], source: Source) -> str:
    """The bad rows as a file: line, column, value, reason, then the row as it came. Formulas are made harmless."""
    by_line: dict[int, list[Reject]] = defaultdict(list)
    for reject in rejects:
        by_line[reject.line].append(reject)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["line", "column", "value", "reason", *map(harmless, source.header)])
    for reject in by_line.pop(source.header_line, []):
        writer.writerow([reject.line, *map(harmless, (reject.column, reject.value, reject.reason))])
    for row in source.rows():
        for reject in by_line.get(row.line, ()):
            writer.writerow([row.line, *map(harmless, (reject.column, reject.value, reject.reason, *row.cells))])
    return out.getvalue()


class _Heartbeat:
    """Says once a second, on a connection of its own, that the run is alive and how far it is.

    The import itself is one transaction, so nothing it writes can be seen before the end.
    """

    def __init__(self, import_id: int) -> None:
        self.import_id = import_id
        self.done = self.total = 0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"import-{import_id}", daemon=True)

    def __enter__(self) -> _Heartbeat:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def tell(self, done: int, total: int) -> None:
        """Take note of the progress."""
        self.done, self.total = done, total

    def stop(self) -> None:
        """End, before the row is written by the run itself."""
        self._stopped.set()
        self._thread.join()

    def _beat(self) -> None:
        try:
            while not self._stopped.wait(BEAT):
                with suppress(Exception):  # a beat may fail; the run goes on, and the next one tells
                    Import.objects.filter(pk=self.import_id, status=Import.Status.RUNNING).update(
                        heartbeat_at=timezone.now(), rows_done=self.done, rows_total=self.total
                    )
        finally:
            connection.close()
