"""`manage.py create_user EMAIL --role ROLE [--partner ID] [--password-stdin]`."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from partners.models import Partner, TeamMember
from people import inviting, roles
from people.models import User
from people.tasks import send_invitation


class Command(BaseCommand):
    """Make a user: with a password from standard input, else invited by mail."""

    help = "Make a user. With --password-stdin they can sign in at once; without, they get an invitation by mail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """EMAIL, --role, --partner, --name, --region, --password-stdin."""
        parser.add_argument("email")
        parser.add_argument("--role", required=True, choices=list(roles.LABELS))
        parser.add_argument(
            "--partner",
            metavar="ID",
            help="external id of the company, for the partner roles",
        )
        parser.add_argument("--name", default="")
        parser.add_argument(
            "--region",
            action="append",
            default=[],
            help="limit to a region; may be repeated",
        )
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help="read the password from standard input",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make them, or say what is wrong and leave nothing behind."""
        partner = self._partner(options["role"], options["partner"])
        try:
            with transaction.atomic():
                invited = inviting.invite(
                    email=options["email"],
                    role=options["role"],
                    name=options["name"],
                    regions=tuple(options["region"]),
                )
                if partner is not None:
                    TeamMember.objects.update_or_create(user=invited.user, defaults={"partner": partner})
                if options["password_stdin"]:
                    self._set_password(invited.user, sys.stdin.readline().rstrip("\r\n"))
        except ValidationError as error:
            raise CommandError("\n".join(error.messages)) from None
        if options["password_stdin"]:
            self.stdout.write(f"{invited.user.email} can sign in.")
        else:
            send_invitation.delay(invited.user.pk)
            self.stdout.write(f"{invited.user.email} is invited. The link, should the mail not arrive:\n{invited.link}")

    def _partner(self, role: str, external_id: str | None) -> Partner | None:
        if role not in roles.PARTNER:
            if external_id:
                raise CommandError(f"--partner goes with the partner roles, not with {role}.")
            return None
        if not external_id:
            raise CommandError(f"A {role} belongs to a company: name it with --partner ID.")
        partner = Partner.objects.present().filter(external_id=external_id).first()
        if partner is None:
            raise CommandError(f"No partner has the id '{external_id}'.")
        return partner

    def _set_password(self, user: User, password: str) -> None:
        password_validation.validate_password(password, user)
        user.set_password(password)
        user.save(update_fields=["password"])
