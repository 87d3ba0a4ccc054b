"""A real SMTP server on this machine that keeps what it is given, and can be told to refuse."""

from __future__ import annotations

import email
import email.message
import email.policy
import socket
import threading
from typing import Any

from aiosmtpd.controller import Controller


class Mailbox:
    """`.letters` in order of arrival; `.refusals`: address → answer to RCPT TO; `.hook`: called before each answer."""

    def __init__(self) -> None:
        self.letters: list[email.message.EmailMessage] = []
        self.refusals: dict[str, str] = {}
        self.lock = threading.Lock()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)

    @property
    def url(self) -> str:
        """As PRM_EMAIL_URL spells it."""
        return f"smtp://127.0.0.1:{self.port}"

    def ids(self) -> list[str]:
        """The Message-IDs, one for each arrival."""
        with self.lock:
            return [str(letter["Message-ID"]) for letter in self.letters]

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        with self.lock:
            self.letters.append(letter)  # type: ignore[arg-type]
        return "250 OK"
