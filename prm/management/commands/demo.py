"""`manage.py demo`: believable demo data, and one sign-in per role."""

from __future__ import annotations

import json
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from people import roles
from prm.demo import people
from prm.demo.industries import DEFAULT, PROFILES
from prm.demo.loading import Loaded, load
from prm.demo.marks import OtherVendor, Wish

LEAST_PARTNERS = 20
LOCAL = {"localhost", "127.0.0.1", "::1"}


def at_least(least: int) -> Any:
    """A type of argument: a whole number of `least` or more."""

    def read(text: str) -> int:
        try:
            number = int(text.replace("_", ""))
        except ValueError:
            raise ArgumentTypeError(f"'{text}' is not a whole number") from None
        if number < least:
            raise ArgumentTypeError(f"{number} is too few: ask for {least} or more")
        return number

    return read


class Command(BaseCommand):
    """Load demo data, or find that it is there."""

    help = (
        "Load demo data: a vendor with its partners, customers, deals, segments and programmes, and a sign-in for each "
        "role. Running it again with the same options changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--partners, --customers, --deals, --seed, --industry, --today, --json, --yes-in-production."""
        parser.add_argument("--partners", type=at_least(LEAST_PARTNERS), default=300, metavar="N")
        parser.add_argument("--customers", type=at_least(0), default=3_000, metavar="N")
        parser.add_argument("--deals", type=at_least(0), metavar="N", help="default: twenty a partner, over two years")
        parser.add_argument("--seed", type=at_least(0), default=1, help="another seed makes other companies")
        parser.add_argument(
            "--industry", choices=sorted(PROFILES), default=DEFAULT, metavar="X", help=", ".join(PROFILES)
        )
        parser.add_argument(
            "--today",
            type=date.fromisoformat,
            metavar="DATE",
            help="lay the data around this day instead of the present one; counts on the first load",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument(
            "--yes-in-production",
            action="store_true",
            help="load it on a site that the public can reach, with sign-ins whose password is known",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, then say what is there and who can sign in."""
        if not options["yes_in_production"] and not settings.DEBUG:
            self._refuse_production()
        wish = Wish(
            profile=PROFILES[options["industry"]],
            partners=options["partners"],
            customers=options["customers"],
            deals=20 * options["partners"] if options["deals"] is None else options["deals"],
            seed=options["seed"],
        )
        try:
            loaded = load(wish, say=self.stderr.write, today=options["today"])
        except OtherVendor as error:
            raise CommandError(str(error)) from None
        sign_ins = people.sign_ins()
        if options["json"]:
            said = {"sign_ins": sign_ins, "counts": loaded.counts, "changed": loaded.changed}
            self.stdout.write(json.dumps({**said, "today": loaded.today.isoformat()}))
        else:
            self._report(loaded, sign_ins)

    def _refuse_production(self) -> None:
        host = urlsplit(settings.SITE_URL).hostname or ""
        if host not in LOCAL:
            raise CommandError(
                f"This looks like production: PRM_DEBUG is off and PRM_SITE_URL is {settings.SITE_URL}. Demo data brings "
                "sign-ins whose password everybody knows. If you mean it, add --yes-in-production."
            )

    def _report(self, loaded: Loaded, sign_ins: list[dict[str, str]]) -> None:
        there = ", ".join(
            f"{count} {'programmes' if noun == 'programs' else noun}" for noun, count in loaded.counts.items()
        )
        self.stdout.write(f"Demo data as of {loaded.today:%-d %B %Y}: {there}.")
        self.stdout.write("")
        rows = [("E-mail", "Password", "Role", "Sees")]
        rows += [
            (each["email"], each["password"] or "(changed)", roles.LABELS[each["role"]], each["sees"])
            for each in sign_ins
        ]
        widths = [max(len(row[column]) for row in rows) for column in range(4)]
        for row in rows:
            self.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
