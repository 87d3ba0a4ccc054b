"""Invitations: who may be invited, what the link does, and that the mail really leaves by SMTP."""

from __future__ import annotations

import re
import socket
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from people import inviting, roles
from people.models import User
from people.tasks import send_invitation

pytestmark = pytest.mark.django_db
PASSWORD = "quiet harbour lamp"


def invited(email: str = "New.Person@Vendor.example") -> inviting.Invited:
    return inviting.invite(email=email, role=roles.ANALYST, name="New Person")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def path_of(link: str) -> str:
    return re.sub(r"^https?://[^/]+", "", link)


def test_invite__new_address__user_without_password_in_lower_case() -> None:
    user = invited().user
    assert user.email == "new.person@vendor.example"
    assert not user.has_usable_password()


def test_invite__somebody_who_signs_in__refused() -> None:
    User.objects.create_user("ann@vendor.example", password=PASSWORD, role=roles.ANALYST)
    with pytest.raises(ValidationError, match="already signs in"):
        inviting.invite(email="ANN@vendor.example", role=roles.ANALYST)


@pytest.mark.parametrize(
    ("email", "role", "said"),
    [("not-an-address", roles.ANALYST, "email"), ("a@b.example", "boss", "role")],
)
def test_invite__bad_input__error_names_the_field(email: str, role: str, said: str) -> None:
    with pytest.raises(ValidationError) as error:
        inviting.invite(email=email, role=role)
    assert list(error.value.message_dict) == [said]
    assert not User.objects.exists()


def test_link__followed__password_chosen_and_signed_in(client: Client) -> None:
    address = path_of(invited().link)
    assert client.get(address).status_code == 200
    response = client.post(address, {"name": "Nora", "password": PASSWORD})
    assert response.status_code == 302
    user = User.objects.get()
    assert (user.name, user.check_password(PASSWORD)) == ("Nora", True)
    assert client.session["_auth_user_id"] == str(user.pk)


def test_link__used_before__says_so(client: Client) -> None:
    address = path_of(invited().link)
    client.post(address, {"name": "Nora", "password": PASSWORD})
    response = Client().get(address)
    assert response.status_code == 410
    assert "already used" in response.content.decode()


def test_link__invited_again__only_the_latest_works() -> None:
    with time_machine.travel(timezone.now() - timedelta(hours=1)):
        first = invited().link
    second = invited().link
    with pytest.raises(inviting.InvitationUnusable, match="newer invitation"):
        inviting.read_link(first.rstrip("/").rpartition("/")[2])
    assert inviting.read_link(second.rstrip("/").rpartition("/")[2]).email == "new.person@vendor.example"


def test_link__after_two_weeks__expired(client: Client) -> None:
    address = path_of(invited().link)
    with time_machine.travel(timezone.now() + inviting.VALID_FOR + timedelta(minutes=1)):
        response = client.get(address)
    assert response.status_code == 410
    assert "expired" in response.content.decode()


def test_link__tampered__refused(client: Client) -> None:
    address = path_of(invited().link)
    assert client.get(address[:-3] + "x/").status_code == 410


def test_link__weak_password__error_and_nothing_set(client: Client) -> None:
    address = path_of(invited().link)
    response = client.post(address, {"name": "Nora", "password": "short"})
    assert response.status_code == 400
    assert "at least 10 characters" in response.content.decode()
    assert not User.objects.get().has_usable_password()


def test_send_invitation__smtp_server__mail_with_the_working_link(settings: Any, client: Client) -> None:
    received: list[Any] = []

    class Inbox(Message):
        def handle_message(self, message: Any) -> None:
            received.append(message)

    server = Controller(Inbox(), hostname="127.0.0.1", port=free_port())
    server.start()
    try:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.hostname, server.port
        send_invitation(invited().user.pk)
    finally:
        server.stop()
    (message,) = received
    assert message["To"] == "new.person@vendor.example"
    text = message.get_payload(decode=True).decode()
    link = re.search(r"https?://\S+", text)
    assert link
    assert client.get(path_of(link[0])).status_code == 200
