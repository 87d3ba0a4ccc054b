"""`manage.py create_api_key NAME --scope read|write|admin`."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from integrations.keys import create_key
from integrations.models import ApiKey


class Command(BaseCommand):
    """Makes an API key and prints it as the only line on stdout: it cannot be read again."""

    help = "Make an API key and print it."

    def add_arguments(self, parser: CommandParser) -> None:
        """The words of the command."""
        parser.add_argument("name", help="what the key is for, at most 50 characters")
        parser.add_argument("--scope", choices=ApiKey.Scope.values, required=True)
        parser.add_argument("--days", type=int, help="days until it expires; without: never")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Makes the key."""
        expires_at = timezone.now() + timedelta(days=options["days"]) if options["days"] else None
        try:
            made = create_key(name=options["name"], scope=options["scope"], expires_at=expires_at)
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        if options["json"]:
            self.stdout.write(json.dumps({"key": made.secret, "name": made.key.name, "scope": made.key.scope}))
        else:
            self.stdout.write(made.secret)
