"""The second factor: set up, used, demanded of a role, and never stored as it is."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.test import Client

from people import roles
from people.models import User
from people.roles import read_roles

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("broker")]
PASSWORD = "quiet harbour lamp"


@pytest.fixture
def manager() -> User:
    return User.objects.create_user("carl@vendor.example", role=roles.CHANNEL_MANAGER, password=PASSWORD)


def sign_in(user: User) -> Client:
    client = Client()
    client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    return client


def code(secret: str) -> str:
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    return str(totp.format_hotp_value(totp.hotp_value(secret, counter)))


def set_up(client: Client) -> str:
    """An authenticator app, as its owner would; gives its secret."""
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    page = client.get("/account/2fa/totp/activate/")
    assert page.status_code == 200, page.headers
    secret = page.context["form"].secret
    assert client.post("/account/2fa/totp/activate/", {"code": code(secret)}).status_code == 302
    return str(secret)


def test_authenticator_app__set_up__next_sign_in_asks_for_its_code(manager: User) -> None:
    secret = set_up(sign_in(manager))
    client = sign_in(manager)
    assert client.get("/console/").status_code == 302
    assert "Incorrect code" in client.post("/account/2fa/authenticate/", {"code": "000000"}).content.decode()
    client.post("/account/2fa/authenticate/", {"code": _next_code(manager, secret)})
    assert client.get("/console/").status_code == 200


def _next_code(user: User, secret: str) -> str:
    """The code of now; that it was used when it was set up is forgotten, as if half a minute had passed."""
    from django.core.cache import cache

    cache.clear()
    return code(secret)


def test_code__used_once__is_not_taken_again(manager: User) -> None:
    secret = set_up(sign_in(manager))
    used = _next_code(manager, secret)
    first, second = sign_in(manager), sign_in(manager)
    first.post("/account/2fa/authenticate/", {"code": used})
    second.post("/account/2fa/authenticate/", {"code": used})
    assert (first.get("/console/").status_code, second.get("/console/").status_code) == (200, 302)


def test_recovery_code__opens_once(manager: User) -> None:
    owner = sign_in(manager)
    set_up(owner)
    page = owner.get("/account/2fa/recovery-codes/download/").content.decode()
    recovery = next(line for line in page.split() if line.isdigit() and len(line) == 8)
    for expected in (200, 302):
        client = sign_in(manager)
        client.post("/account/2fa/authenticate/", {"code": recovery})
        assert client.get("/console/").status_code == expected


def test_code__guessed_too_often__waits(manager: User) -> None:
    secret = set_up(sign_in(manager))
    right = _next_code(manager, secret)
    client = sign_in(manager)
    for _ in range(6):
        client.post("/account/2fa/authenticate/", {"code": "000000"})
    client.post("/account/2fa/authenticate/", {"code": right})
    assert client.get("/console/").status_code == 302


def test_secret__stored__is_encrypted(manager: User) -> None:
    secret = set_up(sign_in(manager))
    assert secret not in str(list(Authenticator.objects.values_list("data", flat=True)))


def test_authenticator__set_up_in_an_open_session__password_asked_first(manager: User) -> None:
    client = sign_in(manager)
    assert "/account/reauthenticate/" in client.get("/account/2fa/totp/activate/")["Location"]
    client.post("/account/reauthenticate/", {"password": "a guess at it"})
    assert "/account/reauthenticate/" in client.get("/account/2fa/totp/activate/")["Location"]


def test_role_that_must__has_none__led_to_set_one_up_and_nowhere_else(manager: User, settings: Any) -> None:
    settings.MFA_ROLES = frozenset({roles.CHANNEL_MANAGER})
    client = sign_in(manager)
    for path in ("/", "/console/", "/console/partners/", "/account/kept/", "/account/sessions/", "/admin/"):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (302, "/account/second-factor/"), path
    assert client.post("/console/segments/new/", {"name": "x"})["Location"] == "/account/second-factor/"
    assert client.get("/api/v1/partners/").status_code == 401
    part = client.get("/console/partners/", headers={"HX-Request": "true"})
    assert part.headers["HX-Redirect"] == "/account/second-factor/"
    page = client.get("/account/second-factor/").content.decode()
    assert "/account/2fa/totp/activate/" in page and "/account/2fa/webauthn/add/" in page
    set_up(client)
    assert client.get("/console/").status_code == 200
    assert client.get("/api/v1/partners/").status_code == 200
    assert client.get("/account/second-factor/").status_code == 302


def test_role_that_must__recovery_codes_alone__are_not_enough(manager: User, settings: Any) -> None:
    settings.MFA_ROLES = frozenset({roles.CHANNEL_MANAGER})
    Authenticator.objects.create(user=manager, type=Authenticator.Type.RECOVERY_CODES, data={})
    assert sign_in(manager).get("/console/")["Location"] == "/account/second-factor/"


def test_role_that_must__takes_it_off__is_led_back(manager: User, settings: Any) -> None:
    settings.MFA_ROLES = frozenset({roles.CHANNEL_MANAGER})
    client = sign_in(manager)
    set_up(client)
    client.post("/account/2fa/totp/deactivate/")
    assert client.get("/console/")["Location"] == "/account/second-factor/"


def test_other_role__has_none__is_not_troubled(settings: Any) -> None:
    settings.MFA_ROLES = frozenset({roles.ADMINISTRATOR})
    analyst = User.objects.create_user("ann@vendor.example", role=roles.ANALYST, password=PASSWORD)
    assert sign_in(analyst).get("/console/").status_code == 200


def test_roles_of_the_setting__misspelt__refused_at_start() -> None:
    with pytest.raises(ValueError, match="adminstrator: no such role"):
        read_roles(["adminstrator"])
    assert read_roles([" administrator", ""]) == {"administrator"}
