"""`manage.py recompute`: all active segments, through the same code as the nightly task."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from prm import loop
from prm.tasks import recompute as recompute_task
from segments import membership
from segments.models import Recompute, Segment
from segments.moments import read_moment

POLL_SECONDS = 0.2


class Command(BaseCommand):
    """Recompute memberships and let programmes settle."""

    help = "Recompute the members of all active segments, or of the named ones, and let programmes settle."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--segment, --workers, --as-of, --json."""
        parser.add_argument("--segment", nargs="+", action="extend", default=[], metavar="SLUG")
        parser.add_argument(
            "--workers",
            action="store_true",
            help="let Celery workers do it, instead of this process",
        )
        parser.add_argument(
            "--as-of",
            metavar="ISO",
            help="evaluate every clause at this instant or on this day",
        )
        parser.add_argument(
            "--timeout",
            type=float,
            default=3600,
            help="seconds to wait for the workers",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Request a run, do it here or wait for the workers, and report."""
        slugs: list[str] = options["segment"]
        self._refuse_unknown(slugs)
        run = membership.request_recompute(
            trigger=Recompute.Trigger.MANUAL,
            slugs=slugs,
            as_of=self._instant(options["as_of"]),
            requested_by="command line",
        )
        if options["workers"]:
            recompute_task.delay(run.pk)
            self._wait(run, options["timeout"])
        else:
            loop.run_recompute(run=run)
        run.refresh_from_db()
        self._report(run, as_json=options["json"])

    def _refuse_unknown(self, slugs: list[str]) -> None:
        known = set(Segment.objects.active().filter(slug__in=slugs).values_list("slug", flat=True))
        if unknown := sorted(set(slugs) - known):
            raise CommandError(
                f"No active segment has the slug {', '.join(unknown)}. Publish it first, or check the spelling."
            )

    def _instant(self, text: str | None) -> datetime | None:
        if text is None:
            return None
        try:
            return read_moment(text)
        except ValueError as error:
            raise CommandError(f"--as-of: {error}.") from error

    def _wait(self, run: Recompute, seconds: float) -> None:
        """Until a worker has finished the run and programmes have settled."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            run.refresh_from_db()
            if run.status == Recompute.Status.FAILED or run.settled_at is not None:
                return
            time.sleep(POLL_SECONDS)
        raise CommandError(
            f"Run {run.pk} was not finished within {seconds:.0f} s (status: {run.status}). "
            f"Is a worker running against {settings.CELERY_BROKER_URL}? The run goes on once one is."
        )

    def _report(self, run: Recompute, *, as_json: bool) -> None:
        failed = {slug: said["error"] for slug, said in run.details.items() if "error" in said}
        if as_json:
            said = {
                "id": run.pk,
                "status": run.status,
                "as_of": run.as_of.isoformat(),
                "segments": run.segment_count,
                "entered": run.entered_count,
                "left": run.left_count,
                "details": run.details,
                "error": run.error,
            }
            self.stdout.write(json.dumps(said))
        else:
            self.stdout.write(
                f"Run {run.pk} {run.get_status_display().lower()}: {run.segment_count} segments, "
                f"{run.entered_count} entered, {run.left_count} left."
            )
        if run.status != Recompute.Status.SUCCEEDED or failed:
            lines = [run.error, *(f"{slug}: {error}" for slug, error in failed.items())]
            raise CommandError("\n".join(line for line in lines if line) or "The run did not finish.")
