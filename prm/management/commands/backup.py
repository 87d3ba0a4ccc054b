"""`manage.py backup FILE`."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from prm import backups
from prm.backups.programs import Unavailable


class Command(BaseCommand):
    """The database as of one instant and the uploaded files, in one file."""

    help = "Write the database, as of one instant, and the uploaded files to one file, while everybody goes on working."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """FILE, --json."""
        parser.add_argument("file", type=Path, metavar="FILE", help="such as portal-2026-11-22.backup")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it and say what is in it."""
        path: Path = options["file"]
        if path.exists():
            raise CommandError(f"{path} exists already. Choose another name, or remove it first.")
        try:
            about = backups.make(path)
        except (Unavailable, RuntimeError, OSError) as error:
            raise CommandError(f"No backup was made. {error}") from error
        if options["json"]:
            self.stdout.write(json.dumps({"file": str(path), "bytes": path.stat().st_size, **about.to_json()}))
        else:
            rows = sum(about.rows.values())
            self.stdout.write(
                f"{path}: {rows:,} rows of {len(about.rows)} tables as of {about.made_at}, {about.files:,} files, "
                f"{path.stat().st_size / 1e6:,.1f} MB. Keep it where only you can read it: it holds all there is."
            )
