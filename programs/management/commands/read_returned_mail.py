"""Reads mail that came back, from a mailbox, files or standard input, and marks the addresses that are dead."""

from __future__ import annotations

import json
import mailbox
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from programs.messages import returning


class Command(BaseCommand):
    """`read_returned_mail` reads the mailbox of PRM_RETURNED_MAIL_URL; with files (`-`: one mail on stdin), those."""

    help = "Read mail that came back and mark dead addresses: from PRM_RETURNED_MAIL_URL, or from files (- for stdin)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Files, or a mailbox."""
        parser.add_argument("files", nargs="*", help="Mails (.eml) or boxes (.mbox); - reads one mail from stdin")
        parser.add_argument("--imap", default="", help="A mailbox, imaps://user:password@host/INBOX")
        parser.add_argument("--json", action="store_true", help="One line of JSON on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, take note, say what was found."""
        url = options["imap"] or settings.RETURNED_MAIL_URL
        if not options["files"] and not url:
            raise CommandError("Name files, --imap, or set PRM_RETURNED_MAIL_URL.")
        try:
            mails = _mails(options["files"]) if options["files"] else returning.unread(url)
            noted = returning.note_all(mails)
        except (OSError, ValueError, returning.imaplib.IMAP4.error) as error:
            raise CommandError(f"The returned mail cannot be read: {error}") from error
        if options["json"]:
            self.stdout.write(json.dumps(asdict(noted)))
        else:
            self.stdout.write(
                f"{noted.read} read: {noted.bounced} dead addresses, {noted.late} late, {noted.unknown} about nobody we know"
            )


def _mails(names: list[str]) -> Iterator[bytes]:
    for name in names:
        if name == "-":
            yield sys.stdin.buffer.read()
        elif name.endswith(".mbox"):
            yield from (message.as_bytes() for message in mailbox.mbox(name, create=False))
        else:
            yield Path(name).read_bytes()
