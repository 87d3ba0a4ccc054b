"""`manage.py backup` and `restore`, on databases of their own, with the demo's data."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest

from prm.launcher.places import PROJECT

SERVER = os.environ["DATABASE_URL"]


def address(name: str) -> str:
    """The server's, for another of its databases."""
    parts = urlsplit(SERVER)
    path = f"{parts.path.rpartition('/')[0]}/{name}"
    return urlunsplit(parts._replace(path=path))


def execute(statement: str, database: str = "postgres") -> list[tuple]:
    from django.db import connection

    known = connection.settings_dict
    given = {"host": known["HOST"], "port": known["PORT"] or None, "user": known["USER"], "password": known["PASSWORD"]}
    with closing(psycopg2.connect(dbname=database, **given)) as server:
        server.autocommit = True
        with server.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []


class Copy:
    """One database and folder of uploads, and the product's commands on them."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.media = name, folder / name
        execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        execute(f"CREATE DATABASE {name}")
        self.env = {
            **os.environ,
            "DATABASE_URL": address(name),
            "PRM_MEDIA_ROOT": str(self.media),
            "PRM_SNAPSHOT_DIR": str(folder / f"{name}-columns"),
            "PRM_DEBUG": "1",
            "DJANGO_SETTINGS_MODULE": "prm.settings",
        }

    def manage(self, *words: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", *map(str, words)]
        return subprocess.run(command, cwd=PROJECT, env=self.env, capture_output=True, text=True, check=False)

    def ok(self, *words: object) -> str:
        done = self.manage(*words)
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("backups")


@pytest.fixture(scope="module")
def source(folder: Path, django_db_setup: None, django_db_blocker: object) -> Iterator[Copy]:
    """A product with demo data and an uploaded file."""
    found = Copy("backup_source", folder)
    found.ok("migrate", "--noinput", "--verbosity=0")
    found.ok("demo", "--partners", 40, "--customers", 80, "--deals", 300)
    upload = found.media / "imports" / "2026" / "straße.csv"
    upload.parent.mkdir(parents=True)
    upload.write_bytes(b"external_id;name\nP-1;Stra\xdfe\n" * 10_000)
    yield found
    execute("DROP DATABASE IF EXISTS backup_source WITH (FORCE)")


@pytest.fixture
def target(folder: Path) -> Iterator[Copy]:
    """An empty database."""
    found = Copy("backup_target", folder)
    yield found
    execute("DROP DATABASE IF EXISTS backup_target WITH (FORCE)")


@pytest.fixture(scope="module")
def backup(source: Copy, folder: Path) -> Path:
    path = folder / "portal.backup"
    said = json.loads(source.ok("backup", path, "--json"))
    assert said["rows"]["partners_partner"] == 40
    assert said["files"] == sum(found.is_file() for found in source.media.rglob("*")) > 0
    return path


def test_restore__empty_database__same_rows_same_files_and_no_drift(source: Copy, target: Copy, backup: Path) -> None:
    assert backup.stat().st_mode & 0o077 == 0
    said = json.loads(target.ok("restore", backup, "--json"))
    assert said["differing"] == {}
    assert said["drift"] == 0
    assert said["rows"]["segments_membership"] > 0
    for table in ("partners_deal", "segments_change", "people_user"):
        everything = f"SELECT md5(string_agg(t::text, '' ORDER BY id)) FROM {table} t"
        assert execute(everything, target.name) == execute(everything, source.name)
    name = Path("imports", "2026", "straße.csv")
    assert (target.media / name).read_bytes() == (source.media / name).read_bytes()
    assert "No changes detected" in target.ok("makemigrations", "--check", "--dry-run")
    target.ok("verify_memberships")
    before = execute("SELECT max(id) FROM segments_recompute", target.name)[0][0]
    assert json.loads(target.ok("recompute", "--json"))["id"] > before  # numbers go on
    assert json.loads(target.ok("recompute", "--json"))["entered"] == 0


def test_restore__marks_and_journeys_of_another_server__belong_to_this_one(
    source: Copy, target: Copy, folder: Path
) -> None:
    """Numbers of transactions that this server has not come to yet would make changes invisible for years."""
    execute("UPDATE partners_touched SET transaction = 9000000000", source.name)
    execute("UPDATE programs_journey SET seen = '9000000000:9000000000:'", source.name)
    late = folder / "late.backup"
    source.ok("backup", late)
    target.ok("restore", late)
    assert execute("SELECT count(*) FROM partners_touched", target.name) > [(0,)]
    future = "SELECT count(*) FROM partners_touched WHERE transaction > (pg_current_xact_id()::text)::bigint"
    assert execute(future, target.name) == [(0,)]
    assert execute("SELECT count(*) FROM programs_journey WHERE seen <> ''", target.name) == [(0,)]


def test_restore__database_with_tables__is_refused_until_told_to_replace(target: Copy, backup: Path) -> None:
    execute("CREATE TABLE somebodys_work (id int)", target.name)
    refused = target.manage("restore", backup)
    assert refused.returncode == 1
    assert "--replace" in refused.stderr
    assert execute("SELECT count(*) FROM somebodys_work", target.name) == [(0,)]
    target.ok("restore", backup, "--replace")
    assert execute("SELECT to_regclass('somebodys_work') IS NULL", target.name) == [(True,)]
    again = target.media.parent / "again.backup"
    again.unlink(missing_ok=True)
    target.ok("backup", again)
    target.ok("restore", again, "--replace")
    assert execute("SELECT count(*) FROM partners_partner", target.name) == [(40,)]


@pytest.mark.parametrize("damage", ["cut off", "altered", "no backup"])
def test_restore__damaged_archive__says_so_and_what_was_there_stays(
    target: Copy, backup: Path, folder: Path, damage: str
) -> None:
    execute("CREATE TABLE somebodys_work (id int)", target.name)
    content, bad = bytearray(backup.read_bytes()), folder / "bad.backup"
    if damage == "cut off":
        del content[len(content) // 2 :]
    elif damage == "altered":
        content[2000] ^= 255
    else:
        content = bytearray(b"hello")
    bad.write_bytes(content)
    done = target.manage("restore", bad, "--replace")
    assert done.returncode == 1
    assert "Nothing was restored" in done.stderr
    assert execute("SELECT count(*) FROM somebodys_work", target.name) == [(0,)]


def test_restore__fails_half_way__what_was_there_is_there_again(target: Copy, backup: Path, folder: Path) -> None:
    """A dump that PostgreSQL itself refuses, in an archive that looks whole."""
    from prm.backups.archive import ABOUT, DUMP, digest

    execute("CREATE TABLE somebodys_work (id int)", target.name)
    parts = folder / "parts"
    parts.mkdir()
    with tarfile.open(backup) as archive:
        for name in (DUMP, ABOUT):
            member = archive.extractfile(name)
            assert member is not None
            (parts / name).write_bytes(member.read())
    dump = parts / DUMP
    dump.write_bytes(dump.read_bytes()[:-20_000])
    about = json.loads((parts / ABOUT).read_text()) | {"sha256": digest(dump)}
    (parts / ABOUT).write_text(json.dumps(about))
    bad = folder / "half.backup"
    with tarfile.open(bad, "w") as archive:
        archive.add(dump, DUMP)
        archive.add(parts / ABOUT, ABOUT)
    done = target.manage("restore", bad, "--replace")
    assert done.returncode == 1
    assert "pg_restore failed" in done.stderr
    assert execute("SELECT count(*) FROM somebodys_work", target.name) == [(0,)]


def test_backup__no_program_that_knows_the_server__says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from prm.backups import programs

    with pytest.raises(programs.Unavailable, match="postgresql-client-99"):
        programs.find("pg_dump", at_least=99)
