"""The archive's shape: what is in it, and whether it is whole."""

from __future__ import annotations

import hashlib
import json
import tarfile
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

ABOUT, DUMP, FILES = "about.json", "database.dump", "files"
FORMAT = 1
BLOCK = 1 << 20


class Unusable(Exception):
    """The archive cannot be restored; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class About:
    """What an archive says of itself."""

    format: int
    made_at: str
    """When the snapshot was taken, with the zone."""
    server: int
    """Major version of the PostgreSQL it came from."""
    sha256: str
    """Of the dump."""
    rows: dict[str, int]
    """By table, as of the snapshot."""
    files: int
    """How many uploaded files."""

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            found.update(block)
    return found.hexdigest()


def read_about(archive: tarfile.TarFile) -> About:
    """What the archive says of itself. Raises Unusable when it was cut off or is of another kind."""
    try:
        file = archive.extractfile(ABOUT)
    except (KeyError, tarfile.TarError, EOFError):
        file = None
    if file is None:
        raise Unusable("The file is no backup, or was cut off while it was written. Use another one.")
    values = json.loads(file.read())
    if values.get("format") != FORMAT:
        raise Unusable("The backup was made by another version of the product. Restore it with that one, then upgrade.")
    return About(**values)


def inside(folder: Path, name: str) -> Path:
    """Where a member of `files/` goes. Raises Unusable for a name that would lead out of the folder."""
    parts = PurePosixPath(name).parts[1:]
    if not parts or ".." in parts or PurePosixPath(*parts).is_absolute():
        raise Unusable(f"The archive has a member with the name {name!r}, which no backup has.")
    return folder.joinpath(*parts)
