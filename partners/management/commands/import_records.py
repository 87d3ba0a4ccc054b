"""`manage.py import_records partners|customers|deals FILE`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from partners.importing import FileProblem, ImportResult, Options, Source, import_file, parse_mapping
from partners.importing.runs import rejects_csv
from partners.models import Origin
from partners.vocabulary import Subject

SUBJECTS = {"partners": Subject.PARTNER, "customers": Subject.CUSTOMER, "deals": Subject.DEAL}
DELIMITERS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "bar": "|", "pipe": "|"}
SHOWN = 20


class Command(BaseCommand):
    """Good rows land, bad rows come back with line, column, value and reason."""

    help = "Import partners, customers or deals from a CSV or XLSX file: upsert by external id."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("subject", choices=list(SUBJECTS), help="What the file's rows are")
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--map", default="", metavar="COLUMN=FIELD,…", help="Which column is which field; the rest is guessed"
        )
        parser.add_argument(
            "--create-fields", action="store_true", help="Add unknown columns and choices instead of rejecting them"
        )
        parser.add_argument("--dry-run", action="store_true", help="Tell the outcome and keep nothing")
        parser.add_argument(
            "--null", metavar="WORDS", help="Words that mean missing beside an empty cell (default: NULL,#N/A)"
        )
        parser.add_argument(
            "--date-format", default="", help="dmy, mdy, ymd, %%d/%%m/%%Y or DD.MM.YYYY (default: guessed per column)"
        )
        parser.add_argument("--decimal", default="", help="The decimal mark, . or , (default: guessed per column)")
        parser.add_argument("--encoding", default="", help="Default: by its mark, else UTF-8, else Windows-1252")
        parser.add_argument("--delimiter", default="", help="Default: comma, semicolon, tab or bar, as the file shows")
        parser.add_argument(
            "--header-row", type=int, default=0, metavar="N", help="Names the columns (default: the first not blank)"
        )
        parser.add_argument("--rejects", type=Path, metavar="FILE", help="Write the bad rows to this CSV file")
        parser.add_argument("--json", action="store_true", help="Print one JSON object as the last line")

    def handle(self, *args: Any, **given: Any) -> None:
        """Import, report, and fail only when the file as a whole could not be taken in."""
        try:
            options = Options(
                mapping=parse_mapping(given["map"]),
                create_fields=given["create_fields"],
                null_words=None if given["null"] is None else tuple(given["null"].split(",")),
                date_format=given["date_format"],
                decimal=given["decimal"],
                encoding=given["encoding"],
                delimiter=DELIMITERS.get(given["delimiter"], given["delimiter"]),
                header_row=given["header_row"],
            )
            result = import_file(
                subject=SUBJECTS[given["subject"]],
                path_or_bytes=given["file"],
                options=options,
                origin=Origin(kind=Origin.Kind.IMPORT, label=given["file"].name[:300]),
                dry_run=given["dry_run"],
                on_progress=self._progress,
            )
            if given["rejects"]:
                self._write(given["rejects"], result, given["file"], options)
        except (FileProblem, ValueError) as problem:
            raise CommandError(f"{given['file']}: {problem}") from problem
        self._report(result, given)

    def _progress(self, done: int, total: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{done:,} of {total:,} rows read", ending="" if done < total else "\n")

    def _write(self, path: Path, result: ImportResult, file: Path, options: Options) -> None:
        source = Source(file, **options.framing)
        try:
            path.write_text(rejects_csv(result.rejects, source), encoding="utf-8-sig", newline="")
        except OSError as error:
            raise CommandError(f"The rows were handled, but {path} cannot be written: {error.strerror}") from error

    def _report(self, result: ImportResult, given: dict[str, Any]) -> None:
        counts = ", ".join(f"{count:,} {name}" for name, count in result.counts().items())
        say = self.stderr if given["json"] else self.stdout
        say.write(f"{'Dry run, nothing kept: ' if given['dry_run'] else ''}{counts}")
        for reject in result.rejects[:SHOWN]:
            value = f" “{reject.value}”" if reject.value else ""
            say.write(f"line {reject.line}, {reject.column or 'row'}{value}: {reject.reason}")
        if len(result.rejects) > SHOWN:
            say.write(f"… and {len(result.rejects) - SHOWN:,} more; --rejects FILE writes them all")
        if given["json"]:
            self.stdout.write(json.dumps(result.to_json(), ensure_ascii=False))
