"""What is kept on disk of a population: its columns, mapped into memory, and where they are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from django.conf import settings
from django.db import connection
from django.utils import timezone

from partners.facts import FACTS, SOURCES, instants
from partners.patching import Patch
from partners.tables import Codes, Column, Ints, Scalars, Sets, Table
from partners.vocabulary import Field, Subject

STALE = timedelta(hours=24)
"""An older base is not used: marks are kept longer than that."""
FORM = 2
"""How a base is laid out; one of another form is not used."""

_AT = "%(as_of)s"


def nobody() -> Ints:
    """No ids."""
    return np.empty(0, dtype=np.int64)


@dataclass
class Base:
    """What is on disk: mapped, not read, until a column is asked for. And what has changed since, as far as it is known."""

    folder: Path
    about: dict[str, Any]
    ids: Ints
    columns: dict[str, Column] = field(default_factory=dict)
    """As they were when the base was written; those asked for so far."""
    memory: dict[str, Any] = field(default_factory=dict)
    """For whoever works with these columns, who do not change: what was found out about them."""
    marks: frozenset[int] = frozenset()
    """The marks that were followed."""
    changed: Ints = field(default_factory=nobody)
    """Ascending ids that these name."""
    gone: Ints = field(default_factory=nobody)
    """The rows of the base that these ids had."""
    fresh: Table = field(default_factory=lambda: Table(nobody(), {}))
    """Those of them that are there, read again, with the columns asked for so far."""
    patch: Patch | None = None
    patched: dict[str, Column] = field(default_factory=dict)

    def column(self, name: str) -> Column:
        """The column as it was when the base was written."""
        if name not in self.columns:
            known = self.about["columns"][name]
            parts = [np.asarray(np.load(self.folder / file, mmap_mode="r")) for file in known["files"]]
            if known["kind"] == "scalars":
                self.columns[name] = Scalars(parts[0], parts[1])
            else:
                words = tuple(json.loads((self.folder / known["dictionary"]).read_text()))
                kept = Codes(parts[0], words) if known["kind"] == "codes" else Sets(parts[0], parts[1], words)
                self.columns[name] = kept
        return self.columns[name]


_open: dict[Subject, Base] = {}


def newest(subject: Subject) -> Base | None:
    """The newest base there is on disk; None when there is none, or it is too old."""
    if not settings.SNAPSHOT_ABOVE:
        return None
    try:
        folder = (home() / subject.value).readlink()
    except OSError:
        return None
    kept = _open.get(subject)
    if kept is None or kept.folder != folder:
        try:
            about = json.loads((folder / "about.json").read_text())
            if about.get("form") != FORM:
                return None
            kept = _open[subject] = Base(folder, about, np.asarray(np.load(folder / "ids.npy", mmap_mode="r")))
        except (OSError, ValueError):
            return None
    written = datetime.fromisoformat(kept.about["written_at"])
    return kept if timezone.now() - written < STALE else None


def _sql(about: Field) -> str:
    """How a computed fact is folded; nothing for stored fields."""
    facts = {fact.field.name: fact for fact in FACTS[about.subject]}
    fact = facts.get(about.name)
    return f"{fact.sql} {SOURCES[fact.source]}" if fact else ""


def is_kept(about: Field) -> bool:
    """What moves with the very instant, not only with the day, is always read."""
    return _AT not in _sql(about)


def signature(about: Field, as_of: datetime) -> str:
    """A column serves only as long as this stays the same: its type, and the days that it counts from."""
    words: Mapping[str, Any] = instants(as_of) if "%(" in _sql(about) else {}
    days = [str(value) for name, value in sorted(words.items()) if name != "as_of"]
    return " ".join([about.kind.value, about.type.value, *days])


def home() -> Path:
    """A folder for this very database: its server, its history, its number."""
    with connection.cursor() as cursor:
        known = _homes.get(connection.connection)
        if known is None:
            cursor.execute(
                "SELECT s.system_identifier, c.timeline_id, d.oid FROM pg_control_system() s, pg_control_checkpoint() c,"
                " pg_database d WHERE d.datname = current_database()"
            )
            known = _homes[connection.connection] = "-".join(map(str, cursor.fetchone()))
    return Path(settings.SNAPSHOT_DIR, known)


_homes: WeakKeyDictionary[Any, str] = WeakKeyDictionary()
"""By connection to the database."""
