"""`manage.py measure`: what the night does for insights, now."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from insights import checkups, measuring


class Command(BaseCommand):
    """Work out the monthly figures and the checkups."""

    help = "Work out the monthly figures and the health of all segments, as happens after every nightly run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--json."""
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure, look at every segment, and say how much was not right any more."""
        measured = measuring.measure()
        if measured is None:
            raise CommandError("Another worker is measuring. Try again in a minute.")
        segments = checkups.check_all()
        if options["json"]:
            said = {"written": measured.written, "forgotten": measured.forgotten, "segments": segments}
            self.stdout.write(json.dumps(said))
        else:
            self.stdout.write(
                f"{measured.written} rows written, {measured.forgotten} removed; {segments} segments checked."
            )
