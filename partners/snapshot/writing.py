"""Writing a base, and telling when a new one is due."""

from __future__ import annotations

import json
import shutil
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from partners import touching
from partners.columns import TABLES, read_table
from partners.facts import vocabulary
from partners.snapshot.bases import FORM, STALE, Base, home, is_kept, newest, signature
from partners.snapshot.serving import WORN
from partners.tables import CodeArray, Codes, Column, Scalars
from partners.vocabulary import Subject


def is_due(subject: Subject) -> bool:
    """A population that is large enough has no base, or one that is old, of another day, much patched, or without a field
    that there is by now: a rule that reads it would load its columns each time."""
    if not settings.SNAPSHOT_ABOVE:
        return False
    base = newest(subject)
    if base is not None:
        written = datetime.fromisoformat(base.about["written_at"])
        today = timezone.localdate() == timezone.localdate(written)
        changed = sum(len(mark.ids) for mark in touching.marks_since(base.about["moment"]) if mark.subject is subject)
        worn = changed > WORN * len(base.ids) or timezone.now() - written > STALE / 2
        return not today or worn or _lacks(base, subject)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM (SELECT 1 FROM " + TABLES[subject] + " LIMIT %s) s", [_enough()])
        (count,) = cursor.fetchone()
    return int(count) >= _enough()


def _lacks(base: Base, subject: Subject) -> bool:
    """A field has been added since, or is of another type."""
    known, now = base.about["columns"], timezone.now()
    kept = {name: about for name, about in vocabulary(subject).items() if is_kept(about)}
    return any(name not in known or known[name]["signature"] != signature(kept[name], now) for name in kept)


def _enough() -> int:
    return int(settings.SNAPSHOT_ABOVE)


def write(subject: Subject) -> Path:
    """Write a base of all fields of the present subjects, as they are now."""
    as_of = timezone.now()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        moment = touching.moment()
        words = {name: about for name, about in vocabulary(subject).items() if is_kept(about)}
        found = read_table(subject, list(words), as_of=as_of)
    place = home()
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = Path(tempfile.mkdtemp(prefix=f"{subject.value}-", dir=place))
    columns = {}
    for number, (name, column) in enumerate(found.columns.items()):
        columns[name] = _keep(folder, number, column) | {"signature": signature(words[name], as_of)}
    np.save(folder / "ids.npy", found.ids)
    about = {"form": FORM, "moment": moment, "written_at": as_of.isoformat(), "columns": columns}
    (folder / "about.json").write_text(json.dumps(about))
    pointer = place / f".{folder.name}"
    pointer.symlink_to(folder)
    pointer.replace(place / subject.value)  # at once for everybody; whoever has the old one mapped keeps it
    for old in place.glob(f"{subject.value}-*"):
        if old != folder:
            shutil.rmtree(old, ignore_errors=True)
    return folder


def _keep(folder: Path, number: int, column: Column) -> dict[str, Any]:
    """Write one column; what `Base.column` has to know of it."""
    if isinstance(column, Scalars):
        kind, parts = "scalars", [column.values, column.present]
    elif isinstance(column, Codes):
        kind, parts = "codes", [narrow(column.codes, len(column.dictionary))]
    else:
        kind, parts = "sets", [column.offsets, narrow(column.codes, len(column.dictionary))]
    files = [f"{number}-{place}.npy" for place in range(len(parts))]
    for file, part in zip(files, parts, strict=True):
        np.save(folder / file, part)
    if isinstance(column, Scalars):
        return {"kind": kind, "files": files}
    words = f"{number}.json"
    (folder / words).write_text(json.dumps(column.dictionary))
    return {"kind": kind, "files": files, "dictionary": words}


def narrow(codes: CodeArray, size: int) -> Any:
    """The codes of a dictionary of so many words in the least bytes that hold them, and -1: there is less to go through."""
    for kind in (np.int8, np.int16):
        if size <= np.iinfo(kind).max:
            return codes.astype(kind)
    return codes
