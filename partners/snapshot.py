"""The columns of a large population, kept on disk and mapped into memory, so that a preview need not load them.

A base is written from one database snapshot and says which; what was committed since is told by the marks of
`partners.touching`, and only those subjects are read again. So the answer is that of a full load in the same transaction,
whoever writes meanwhile. Where there is no base that serves, columns are loaded from the database.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from partners import touching
from partners.columns import TABLES, read_table
from partners.facts import FACTS, SOURCES, instants, vocabulary
from partners.patching import Patch
from partners.tables import Codes, Column, Scalars, Sets, Table
from partners.vocabulary import Field, Subject

STALE = timedelta(hours=24)
"""An older base is not used: marks are kept longer than that."""
WORN = 0.05
"""When more than this share of the subjects has changed, a new base is due."""

_AT = "%(as_of)s"


@dataclass
class Base:
    """What is on disk: mapped, not read, until a column is asked for."""

    folder: Path
    about: dict[str, Any]
    ids: Any
    patch: Patch | None = None
    followed: tuple[int, ...] = ()
    patched: dict[str, Column] = field(default_factory=dict)

    def column(self, name: str) -> Column:
        """The column as it was when the base was written."""
        known = self.about["columns"][name]
        parts = [np.load(self.folder / file, mmap_mode="r") for file in known["files"]]
        if known["kind"] == "scalars":
            return Scalars(parts[0], parts[1])
        if known["kind"] == "codes":
            return Codes(parts[0], list(known["dictionary"]))
        return Sets(parts[0], parts[1], list(known["dictionary"]))


_open: dict[Subject, Base] = {}
_patching = threading.RLock()
"""The threads of a web server share a base; one at a time may bring it up to its own snapshot, and read it there."""


def table(
    subject: Subject, names: Collection[str], *, as_of: datetime, between: tuple[int, int] | None = None
) -> Table:
    """The fields of all present subjects, or of a range of ids, exactly as `read_table` gives them here and now."""
    serving = _serving(subject, names, as_of)
    if serving is None:
        return read_table(subject, names, as_of=as_of, between=between)
    with _patching:
        found = _brought_up(*serving, subject, names, as_of)
    if between is not None:
        start, stop = np.searchsorted(found.ids, [between[0], between[1] + 1])
        return found.rows(int(start), int(stop))
    return found


def count(subject: Subject) -> int | None:
    """How many present subjects there are here and now, when a base can tell; else None."""
    now = timezone.now()
    serving = _serving(subject, (), now)
    if serving is None:
        return None
    with _patching:
        return len(_brought_up(*serving, subject, (), now))


def _brought_up(base: Base, changed_count: int, subject: Subject, names: Collection[str], as_of: datetime) -> Table:
    """The base with what has changed since (so many, at most) read again."""
    since = touching.marks_since(base.about["moment"]) if changed_count else []
    marks = [mark for mark in since if mark.subject is subject]
    followed = tuple(mark.id for mark in marks)
    if base.patch is None or base.followed != followed:
        changed = np.unique(np.array([number for mark in marks for number in mark.ids], dtype=np.int64))
        fresh = read_table(subject, (), as_of=as_of, ids=changed.tolist()) if len(changed) else None
        base.patch = Patch.of(base.ids, changed, fresh.ids if fresh else changed)
        base.followed, base.patched = followed, {}
    todo = [name for name in names if name not in base.patched]
    if todo:
        fresh = (
            read_table(subject, todo, as_of=as_of, ids=base.patch.changed.tolist()) if len(base.patch.changed) else None
        )
        for name in todo:
            kept = base.column(name)
            base.patched[name] = base.patch.column(kept, fresh.columns[name]) if fresh else kept
    return Table(base.patch.ids, {name: base.patched[name] for name in names})


def _serving(subject: Subject, names: Collection[str], as_of: datetime) -> tuple[Base, int] | None:
    """The newest base, when it holds these fields, is not newer than the present snapshot, and little has changed; and
    how many ids the marks since name."""
    base = _newest(subject)
    if base is None:
        return None
    words = vocabulary(subject)
    known = base.about["columns"]
    for name in names:
        if name not in words:
            return None  # the load says what is wrong
        if name not in known or known[name]["signature"] != _signature(words[name], as_of):
            return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_snapshot_xmax(b) <= pg_snapshot_xmax(n) AND NOT EXISTS ("
            " SELECT 1 FROM pg_snapshot_xip(n) x WHERE pg_visible_in_snapshot(x, b)),"
            " (SELECT coalesce(sum(cardinality(ids)), 0) FROM partners_touched"
            "  WHERE subject = %s AND transaction >= pg_snapshot_xmin(b)::text::bigint"
            "  AND NOT pg_visible_in_snapshot(transaction::text::xid8, b))"
            " FROM (SELECT %s::pg_snapshot AS b, pg_current_snapshot() AS n) s",
            [subject.value, base.about["moment"]],
        )
        is_before, changed = cursor.fetchone()
    return (base, int(changed)) if is_before and changed <= max(1000, 4 * WORN * len(base.ids)) else None


def _newest(subject: Subject) -> Base | None:
    """The newest base there is on disk; None when there is none, or it is too old."""
    if not settings.SNAPSHOT_ABOVE:
        return None
    try:
        folder = (_home() / subject.value).readlink()
    except OSError:
        return None
    kept = _open.get(subject)
    if kept is None or kept.folder != folder:
        try:
            about = json.loads((folder / "about.json").read_text())
            kept = _open[subject] = Base(folder, about, np.load(folder / "ids.npy", mmap_mode="r"))
        except (OSError, ValueError):
            return None
    written = datetime.fromisoformat(kept.about["written_at"])
    return kept if timezone.now() - written < STALE else None


def is_due(subject: Subject) -> bool:
    """A population that is large enough has no base, or one that is old, of another day, or much patched."""
    if not settings.SNAPSHOT_ABOVE:
        return False
    base = _newest(subject)
    if base is not None:
        written = datetime.fromisoformat(base.about["written_at"])
        today = timezone.localdate() == timezone.localdate(written)
        changed = sum(len(mark.ids) for mark in touching.marks_since(base.about["moment"]) if mark.subject is subject)
        return not today or changed > WORN * len(base.ids) or timezone.now() - written > STALE / 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM (SELECT 1 FROM " + TABLES[subject] + " LIMIT %s) s", [_enough()])
        (count,) = cursor.fetchone()
    return int(count) >= _enough()


def _enough() -> int:
    return int(settings.SNAPSHOT_ABOVE)


def write(subject: Subject) -> Path:
    """Write a base of all fields of the present subjects, as they are now."""
    as_of = timezone.now()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        moment = touching.moment()
        words = {name: about for name, about in vocabulary(subject).items() if _is_kept(about)}
        found = read_table(subject, list(words), as_of=as_of)
    home = _home()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = Path(tempfile.mkdtemp(prefix=f"{subject.value}-", dir=home))
    columns = {}
    for number, (name, column) in enumerate(found.columns.items()):
        kind, parts, dictionary = _parts(column)
        files = [f"{number}-{place}.npy" for place in range(len(parts))]
        for file, part in zip(files, parts, strict=True):
            np.save(folder / file, part)
        signature = _signature(words[name], as_of)
        columns[name] = {"kind": kind, "files": files, "dictionary": dictionary, "signature": signature}
    np.save(folder / "ids.npy", found.ids)
    about = {"moment": moment, "written_at": as_of.isoformat(), "columns": columns}
    (folder / "about.json").write_text(json.dumps(about))
    pointer = home / f".{folder.name}"
    pointer.symlink_to(folder)
    pointer.replace(home / subject.value)  # at once for everybody; whoever has the old one mapped keeps it
    for old in home.glob(f"{subject.value}-*"):
        if old != folder:
            shutil.rmtree(old, ignore_errors=True)
    return folder


def _parts(column: Column) -> tuple[str, list[Any], list[str]]:
    if isinstance(column, Scalars):
        return "scalars", [column.values, column.present], []
    if isinstance(column, Codes):
        return "codes", [column.codes], column.dictionary
    return "sets", [column.offsets, column.codes], column.dictionary


def _sql(about: Field) -> str:
    """How a computed fact is folded; nothing for stored fields."""
    facts = {fact.field.name: fact for fact in FACTS[about.subject]}
    fact = facts.get(about.name)
    return f"{fact.sql} {SOURCES[fact.source]}" if fact else ""


def _is_kept(about: Field) -> bool:
    """What moves with the very instant, not only with the day, is always read."""
    return _AT not in _sql(about)


def _signature(about: Field, as_of: datetime) -> str:
    """A column serves only as long as this stays the same: its type, and the days that it counts from."""
    words: Mapping[str, Any] = instants(as_of) if "%(" in _sql(about) else {}
    days = [str(value) for name, value in sorted(words.items()) if name != "as_of"]
    return " ".join([about.kind.value, about.type.value, *days])


def _home() -> Path:
    """A folder for this very database: its server, its history, its number."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.system_identifier, c.timeline_id, d.oid FROM pg_control_system() s, pg_control_checkpoint() c,"
            " pg_database d WHERE d.datname = current_database()"
        )
        return Path(settings.SNAPSHOT_DIR, "-".join(map(str, cursor.fetchone())))
