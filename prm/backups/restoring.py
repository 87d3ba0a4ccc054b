"""Put a backup back, all of it or nothing."""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from prm.backups.archive import DUMP, FILES, About, Unusable, digest, inside, read_about
from prm.backups.making import count_rows
from prm.backups.programs import find, run, server_major

ASIDE = "before_restore"
"""The schema in which the old tables wait until the new ones are in."""


class NotEmpty(Exception):
    """The database has tables already."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back."""

    about: About
    files: int
    differing: dict[str, tuple[int, int]]
    """Tables whose rows are not as many as the backup says: (wanted, found). Empty when all is well."""


def restore(path: Path, *, replace: bool = False) -> Restored:
    """Restore into the product's database and folder of uploaded files.

    Raises NotEmpty when there are tables and `replace` was not said; Unusable when the archive is damaged. Whatever fails,
    the tables that were there before are there again.
    """
    with tarfile.open(path) as archive, tempfile.TemporaryDirectory(prefix="restore-", dir=path.parent) as scratch:
        about = read_about(archive)
        program = find("pg_restore", at_least=about.server)
        if about.server > server_major():
            raise Unusable(f"The backup is of PostgreSQL {about.server}, this server is older ({server_major()}).")
        dump = _lay_out(archive, Path(scratch))
        if digest(dump) != about.sha256:
            raise Unusable("The database in the archive is damaged: its checksum differs. Use another backup.")
        _swap_tables(program, dump, replace=replace)
        files = _put_files(archive)
    _begin_anew()
    found = count_rows()
    ours = {name: count for name, count in about.rows.items() if found.get(name) != count}
    return Restored(about, files, {name: (count, found.get(name, 0)) for name, count in ours.items()})


def has_tables() -> bool:
    """Somebody has been here."""
    return bool(connection.introspection.table_names())


def _execute(*statements: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _swap_tables(program: Path, dump: Path, *, replace: bool) -> None:
    """The dump's tables in place of what is there. What was there goes only once they are in."""
    if has_tables():
        if not replace:
            raise NotEmpty("The database has tables already. Name an empty one in DATABASE_URL, or say --replace.")
        _execute(f"ALTER SCHEMA public RENAME TO {ASIDE}", "CREATE SCHEMA public")
        undo = ["DROP SCHEMA public CASCADE", f"ALTER SCHEMA {ASIDE} RENAME TO public"]
    else:
        undo = []
    try:
        options = ["--no-owner", "--no-acl", "--exit-on-error", "--single-transaction", "--schema=public"]
        run(program, [*options, f"--dbname={connection.settings_dict['NAME']}", dump])
    except BaseException:
        if undo:
            _execute(*undo)
        raise
    if undo:
        _execute(f"DROP SCHEMA {ASIDE} CASCADE")


def _lay_out(archive: tarfile.TarFile, folder: Path) -> Path:
    """The dump as a file; read rather than extracted, which early releases of Python 3.11 cannot be told to do safely."""
    source = archive.extractfile(DUMP)
    if source is None:
        raise Unusable("The database in the archive is no file. Use another backup.")
    dump = folder / "dump"
    with dump.open("wb") as file:
        shutil.copyfileobj(source, file)
    return dump


def _put_files(archive: tarfile.TarFile) -> int:
    """Uploaded files to where they were; a file of the same name is replaced, others stay."""
    root, count = Path(settings.MEDIA_ROOT), 0
    for member in archive:
        if not member.isreg() or not member.name.startswith(f"{FILES}/"):
            continue
        target, source = inside(root, member.name), archive.extractfile(member)
        if source is None:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f".{target.name}.partial")
        with partial.open("wb") as file:
            shutil.copyfileobj(source, file)
        os.utime(partial, (member.mtime, member.mtime))
        partial.replace(target)
        count += 1
    return count


def _begin_anew() -> None:
    """Forget what was true of another server only: numbers of its transactions, and columns kept on this disk.

    Marks of changes carry the number of their transaction, and journeys remember a snapshot made of such numbers. Here
    counting starts elsewhere: so the marks are as of now, and journeys look at everybody once.
    """
    _execute("UPDATE partners_touched SET transaction = (pg_current_xact_id()::text)::bigint")
    _execute("UPDATE programs_journey SET seen = ''", "ANALYZE")
    shutil.rmtree(settings.SNAPSHOT_DIR, ignore_errors=True)
