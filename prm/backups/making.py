"""Make a backup while everybody goes on working."""

from __future__ import annotations

import io
import json
import os
import tarfile
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from prm.backups.archive import ABOUT, DUMP, FILES, FORMAT, About, digest
from prm.backups.programs import find, run, server_major


def make(path: Path) -> About:
    """Write the backup to `path`, which appears there only once it is complete.

    Rows are those of one snapshot. Files are read after it: a file is stored before the row that names it is committed, so
    every file that a row of the snapshot names is in the archive, unless somebody deleted it meanwhile.
    """
    partial, dump = (path.with_name(f".{path.name}.{os.getpid()}.{what}") for what in ("partial", "dump"))
    try:
        dump_program = find("pg_dump", at_least=server_major())
        about = _dump(dump_program, dump)
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:  # noqa: PTH123
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
                archive.add(dump, DUMP)
                about = About(**{**about.to_json(), "files": _add_files(archive)})
                words = json.dumps(about.to_json(), indent=1).encode()
                member = tarfile.TarInfo(ABOUT)
                member.size = len(words)
                archive.addfile(member, io.BytesIO(words))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        for leftover in (partial, dump):
            leftover.unlink(missing_ok=True)
    return about


def _dump(program: Path, to: Path) -> About:
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        made_at = timezone.now().isoformat(timespec="seconds")
        os.close(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))  # before pg_dump does: for us alone
        options = ["--format=custom", "--no-owner", "--no-acl", f"--snapshot={snapshot}", f"--file={to}"]
        run(program, options)
        rows = count_rows()
    return About(FORMAT, made_at, server_major(), digest(to), rows, 0)


def count_rows() -> dict[str, int]:
    """Rows by table, in the caller's snapshot."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
        names = [name for (name,) in cursor.fetchall()]
        found = {}
        for name in names:
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(name)}")
            found[name] = cursor.fetchone()[0]
    return found


def _add_files(archive: tarfile.TarFile) -> int:
    root, count = Path(settings.MEDIA_ROOT), 0
    for found in sorted(root.rglob("*")) if root.is_dir() else []:
        with suppress(FileNotFoundError):  # deleted while we were at it
            if found.is_file() and not found.is_symlink():
                archive.add(found, f"{FILES}/{found.relative_to(root).as_posix()}", recursive=False)
                count += 1
    return count
