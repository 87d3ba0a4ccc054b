"""`manage.py verify_memberships`: recompute without writing, and list any drift; `--repair` puts it right."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from segments.moments import read_moment
from segments.repairing import repair
from segments.verifying import verify


class Command(BaseCommand):
    """Compare rules, intervals, bitmaps, counts and ledger."""

    help = "Recompute every segment without writing, and list any drift. Exits 1 if there is one (left)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--as-of, --json, --repair."""
        parser.add_argument(
            "--as-of", metavar="ISO", help="at this instant or on this day, not as of each segment's last run"
        )
        parser.add_argument("--repair", action="store_true", help="put right what drifted, then look again")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify and report."""
        as_of = None
        if options["as_of"] is not None:
            try:
                as_of = read_moment(options["as_of"])
            except ValueError as error:
                raise CommandError(f"--as-of: {error}.") from error
        found = verify(as_of=as_of)
        if options["repair"] and found.drift:
            repaired = repair()
            if not options["json"]:
                self.stdout.write(
                    f"Repaired: {', '.join(f'{count} {what}' for what, count in repaired.counts()) or 'nothing'}."
                )
            found = verify()
        if options["json"]:
            self.stdout.write(json.dumps(found.to_json()))
        else:
            for slug, reason in found.unverified.items():
                self.stdout.write(f"{slug}: not verified, keeps its last good members. {reason}")
            self.stdout.write(f"{found.segments} segments, {found.members} memberships, {len(found.drift)} drifts.")
        if found.drift:
            raise CommandError("\n".join(f"{drift.slug}: {drift.kind}: {drift.detail}" for drift in found.drift))
