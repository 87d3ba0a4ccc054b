"""`manage.py restore FILE`."""

from __future__ import annotations

import json
import tarfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from prm import backups
from prm.backups.programs import Unavailable
from segments.verifying import verify


class Command(BaseCommand):
    """A backup back into an empty database, and proof that nothing drifted."""

    help = (
        "Restore a backup into an empty database, then verify memberships. Stop web servers, workers and beat before."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """FILE, --replace, --json."""
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--replace", action="store_true", help="in place of everything the database holds now")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore, compare, verify."""
        try:
            done = backups.restore(options["file"], replace=options["replace"])
        except (backups.NotEmpty, backups.Unusable, Unavailable, RuntimeError, OSError, tarfile.TarError) as error:
            raise CommandError(f"Nothing was restored. {error}") from error
        found = verify()
        if options["json"]:
            said = {"made_at": done.about.made_at, "rows": done.about.rows, "files": done.files}
            self.stdout.write(json.dumps({**said, "differing": done.differing, "drift": len(found.drift)}))
        else:
            self.stdout.write(
                f"Restored as of {done.about.made_at}: {sum(done.about.rows.values()):,} rows, {done.files:,} files. "
                f"{found.segments} segments, {found.members} memberships, {len(found.drift)} drifts. "
                "Now `manage.py migrate`, then start the product."
            )
        if done.differing:
            raise CommandError(f"Tables with another number of rows than the backup has: {done.differing}")
        if found.drift:
            raise CommandError("\n".join(f"{drift.slug}: {drift.kind}: {drift.detail}" for drift in found.drift))
