"""What was already done, so that a second start need not do it again."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from prm.launcher.places import PROJECT

SKIPPED = {".venv", ".state", ".git", "tests", "staticfiles", "node_modules"}


class Stamp:
    """A file that holds a digest of all that a piece of work depends on; fresh while the digest stays."""

    def __init__(self, folder: Path, name: str, facts: Iterable[str]) -> None:
        self.path = folder / "stamps" / name
        self.digest = hashlib.sha256("\n".join(facts).encode()).hexdigest()

    @property
    def fresh(self) -> bool:
        """True when the work was done on the same facts."""
        return self.path.exists() and self.path.read_text() == self.digest

    def write(self) -> None:
        """Note that the work is done."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(self.digest)


def facts_of(paths: Iterable[Path]) -> list[str]:
    """Path, size and time of change of each file, in a fixed order."""
    found = []
    for path in sorted(paths):
        status = path.stat()
        found.append(f"{path} {status.st_size} {status.st_mtime_ns}")
    return found


def folders() -> list[Path]:
    """The project's own folders."""
    return [
        path
        for path in PROJECT.iterdir()
        if path.is_dir() and path.name not in SKIPPED and not path.name.startswith(".")
    ]


def locks() -> list[Path]:
    """The lists of libraries in use."""
    return list((PROJECT / "requirements").glob("*"))


def code_files() -> list[str]:
    """Facts about all that decides tables and demo data: the code and the libraries."""
    code = [path for folder in folders() for kind in ("*.py", "*.json", "*.csv") for path in folder.rglob(kind)]
    return facts_of([*code, *locks()])


def static_files() -> list[str]:
    """Facts about all that decides the collected static files."""
    own = [path for folder in folders() for path in folder.rglob("static/**/*") if path.is_file()]
    own += [path for path in (PROJECT / "static").rglob("*") if path.is_file()]
    return facts_of([*own, *locks(), *(PROJECT / "prm" / "settings").glob("*.py")])


def database_name(env: Mapping[str, str]) -> str:
    """What tells one database from another: its address."""
    return env["DATABASE_URL"]
