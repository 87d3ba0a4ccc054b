"""`manage.py install_templates`: the ready segments and programmes, as drafts."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from prm.catalogue import listing
from prm.catalogue.installing import FieldTaken, install


class Command(BaseCommand):
    """Install templates, or say which there are."""

    help = (
        "Install ready segments, sets and programmes as drafts, with the attributes they speak of. What is there already "
        "stays as it is, so running it again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--industry, --template, --list, --json."""
        parser.add_argument(
            "--industry",
            choices=sorted(listing.INDUSTRIES),
            metavar="X",
            help=f"the templates of one industry, and those for every one: {', '.join(listing.INDUSTRIES)}",
        )
        parser.add_argument("--template", action="append", metavar="SLUG", help="this template only; may be repeated")
        parser.add_argument("--list", action="store_true", help="print what there is, and install nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Install, then say what is new."""
        chosen = list(listing.templates(options["industry"] or ""))
        if options["template"]:
            unknown = [slug for slug in options["template"] if slug not in listing.CATALOGUE]
            if unknown:
                raise CommandError(f"There is no template {', '.join(unknown)}. --list shows which there are.")
            chosen = [listing.CATALOGUE[slug] for slug in options["template"]]
        if options["list"]:
            rows = [{"slug": each.slug, "name": each.name, "industry": each.industry} for each in chosen]
            self.stdout.write(
                json.dumps({"templates": rows})
                if options["json"]
                else "\n".join(f"{row['slug']:48} {row['name']}" for row in rows)
            )
            return
        try:
            done = install(templates=chosen, author="install_templates")
        except FieldTaken as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            names = ("fields", "segments", "sets", "programs", "kept")
            self.stdout.write(json.dumps({name: getattr(done, name) for name in names}))
            return
        self.stdout.write(
            f"{len(chosen)} templates: {len(done.segments)} segments, {len(done.sets)} sets and {len(done.programs)} programmes "
            f"are new, as drafts, with {len(done.fields)} attributes; {len(done.kept)} were there already."
        )
