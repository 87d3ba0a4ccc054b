"""Mail that came back: read from a report, found by its mark, and the end of mail to a dead address."""

from __future__ import annotations

import io
import json
import mailbox
import socket
import threading
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from people.models import Preference
from programs.messages import returning, sending
from programs.messages.letters import letter
from programs.messages.returned import read
from programs.models import Delivery, Message
from tests.programs.world import colleague, partner, staff

TOKEN = UUID("01234567-89ab-cdef-0123-456789abcdef")


def report(
    *, action: str = "failed", status: str = "5.1.1", to: str = "bounces@vendor.example", token: UUID | None = None,
    address: str = "robin@p-1.example",
) -> bytes:  # fmt: skip
    """A delivery status notification as Postfix writes it."""
    ours = f"Message-ID: <{token}@portal.example>\n" if token else ""
    return f"""From: MAILER-DAEMON@mx.example (Mail Delivery System)
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=b"

--=b
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--=b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Arrival-Date: Mon,  5 Jan 2026 10:00:00 +0000 (UTC)

Final-Recipient: rfc822; {address}
Original-Recipient: rfc822;{address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 <{address}>: Recipient
    address rejected: User unknown

--=b
Content-Type: text/rfc822-headers

From: partners@vendor.example
{ours}Subject: News

--=b--
""".replace("\n", "\r\n").encode()


def test_read__verp__token_from_the_address():
    [found] = read(report(to=f"bounces+{TOKEN.hex}@vendor.example"))
    assert (found.token, found.address, found.is_final) == (TOKEN, "robin@p-1.example", True)
    assert found.reason == "5.1.1 550 5.1.1 <robin@p-1.example>: Recipient address rejected: User unknown"


def test_read__no_verp__token_from_the_returned_mail():
    assert read(report(token=TOKEN))[0].token == TOKEN


def test_read__late_or_full__is_not_final():
    assert not read(report(action="delayed", status="4.4.1"))[0].is_final
    assert not read(report(action="failed", status="4.2.2"))[0].is_final


@pytest.mark.parametrize(
    "raw",
    [b"", b"Subject: Out of office\r\n\r\nI am away", b"\xff\xfe\x00", report(action="delivered", status="2.0.0")],
)
def test_read__anything_else__is_nothing(raw: bytes):
    assert read(raw) == []


@pytest.fixture
def delivery(db: Any) -> Delivery:
    company = partner("P1", region="EMEA")
    message = Message.objects.create(subject="News", body="Hello", status="sent")
    now = timezone.now()
    return Delivery.objects.create(
        message=message, user=colleague(company, "robin@p-1.example"), partner=company,
        told_at=now, due_at=now, mail="sent", sent_at=now,
    )  # fmt: skip


def test_note__came_back__no_more_mail_and_staff_see_it(delivery: Delivery, mailoutbox: list[Any]):
    raw = report(to=f"bounces+{delivery.token.hex}@vendor.example")
    noted = returning.note_all([raw, raw, b"Subject: Hi\r\n\r\nHello"])
    assert (noted.read, noted.bounced, noted.unknown) == (3, 2, 1)
    delivery.refresh_from_db()
    assert delivery.mail == "failed" and delivery.bounced_at is not None
    assert "User unknown" in Preference.objects.get(user=delivery.user).bounce_reason
    Delivery.objects.filter(pk=delivery.pk).update(mail="waiting")
    assert sending.send_due().held_back == 1 and not mailoutbox
    console = Client()
    console.force_login(staff())
    assert "Mail comes back" in console.get("/console/partners/P1/").content.decode()


def test_note__about_an_earlier_address__the_present_one_stays(delivery: Delivery):
    raw = report(to=f"bounces+{delivery.token.hex}@vendor.example", address="old@p-1.example")
    assert returning.note_all([raw]).unknown == 1
    assert not Preference.objects.filter(bounced_at__isnull=False).exists()


def test_note__without_a_mark__only_an_address_that_was_mailed(delivery: Delivery):
    assert (
        returning.note_all([report(address="stranger@p-1.example"), report(token=uuid4(), address="x@y.z")]).unknown
        == 2
    )
    assert returning.note_all([report()]).bounced == 1


def test_letter__with_a_bounce_address__leaves_with_a_mark_and_the_usual_sender(delivery: Delivery, settings: Any):
    assert letter(delivery).from_email == settings.DEFAULT_FROM_EMAIL
    settings.BOUNCE_ADDRESS = "bounces@vendor.example"
    mail = letter(delivery)
    assert mail.from_email == f"bounces+{delivery.token.hex}@vendor.example"
    assert mail.message()["From"] == settings.DEFAULT_FROM_EMAIL


def test_command__files_boxes_and_stdin__are_read(delivery: Delivery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    raw = report(to=f"bounces+{delivery.token.hex}@vendor.example")
    (tmp_path / "one.eml").write_bytes(raw)
    box = mailbox.mbox(tmp_path / "many.mbox")
    for _ in range(2):
        box.add(raw)
    box.close()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))
    out = io.StringIO()
    call_command(
        "read_returned_mail", str(tmp_path / "one.eml"), str(tmp_path / "many.mbox"), "-", "--json", stdout=out
    )
    assert json.loads(out.getvalue()) == {"read": 4, "bounced": 4, "late": 0, "unknown": 0}


def test_command__nothing_to_read_or_no_such_file__says_what_to_do(db: Any):
    with pytest.raises(CommandError, match="PRM_RETURNED_MAIL_URL"):
        call_command("read_returned_mail")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("read_returned_mail", "/nowhere.eml")


def test_command__mailbox__unread_mail_is_read_and_marked(delivery: Delivery, imap: Any):
    imap.mails = [report(to=f"bounces+{delivery.token.hex}@vendor.example"), report(action="delayed", status="4.4.1")]
    out = io.StringIO()
    call_command("read_returned_mail", "--imap", f"imap://box:se%20cret@127.0.0.1:{imap.port}/INBOX", stdout=out)
    assert out.getvalue().startswith("2 read: 1 dead addresses, 1 late")
    assert imap.seen == [1, 2] and imap.login == ("box", "se cret")


class Imap:
    """A mailbox behind a real socket that knows the few commands a reader needs."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.seen: list[int] = []
        self.login: tuple[str, str] | None = None
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        connection, _ = self.server.accept()
        with connection, connection.makefile("rwb") as lines:

            def say(text: bytes) -> None:
                lines.write(text + b"\r\n")
                lines.flush()

            say(b"* OK ready")
            for line in lines:
                tag, command, *rest = line.decode().split(" ", 2)
                words = rest[0].strip() if rest else ""
                match command.strip().upper():
                    case "CAPABILITY":
                        say(b"* CAPABILITY IMAP4rev1")
                    case "LOGIN":
                        name, secret = words.split(" ", 1)
                        self.login = (name.strip('"'), secret.strip('"'))
                    case "SELECT":
                        say(f"* {len(self.mails)} EXISTS".encode())
                    case "SEARCH":
                        found = [n for n in range(1, len(self.mails) + 1) if n not in self.seen]
                        say(("* SEARCH " + " ".join(map(str, found))).encode())
                    case "FETCH":
                        number = int(words.split(" ")[0])
                        mail = self.mails[number - 1]
                        say(f"* {number} FETCH (BODY[] {{{len(mail)}}}".encode() + b"\r\n" + mail + b")")
                    case "STORE":
                        self.seen.append(int(words.split(" ")[0]))
                say(f"{tag} OK done".encode())
                if command.strip().upper() == "LOGOUT":
                    return


@pytest.fixture
def imap() -> Any:
    made = Imap()
    yield made
    made.server.close()
