"""What is somebody's stays with them: no cache keeps it, no log line lets anybody in, and callers cannot say where they are."""

from __future__ import annotations

from typing import Any

import pytest
import structlog
from django.core.exceptions import ValidationError
from django.test import Client, RequestFactory

from integrations.throttling import PerCaller
from people import inviting, roles
from people.callers import address_of
from people.models import User
from people.passwords import GuessableHereValidator
from prm.logs import LoggedRequests

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("broker")]
PASSWORD = "quiet harbour lamp"


@pytest.fixture
def analyst() -> User:
    return User.objects.create_user("ann@vendor.example", role=roles.ANALYST, password=PASSWORD)


def test_page__of_somebody_signed_in__is_kept_by_no_cache_between_and_gone_when_they_leave(analyst: User) -> None:
    client = Client()
    client.post("/account/login/", {"login": analyst.email, "password": PASSWORD})
    for address in ("/console/", "/console/partners/", "/account/sessions/"):
        said = client.get(address)["Cache-Control"]
        assert "private" in said and "no-cache" in said, address
    assert client.post("/account/logout/")["Clear-Site-Data"] == '"cache"'
    assert "Clear-Site-Data" not in client.get("/account/login/")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("/account/invitation/abc:def/", "GET /account/invitation/…/"),
        ("/account/password/reset/key/1-set-abc/", "GET /account/password/reset/key/…/"),
        ("/mail/6f1c/unsubscribe/", "GET /mail/…/unsubscribe/"),
        ("/console/partners/?q=Alder&page=2", "GET /console/partners/?q=…&page=2"),
        ("/api/v1/changes/?wait=4", "GET /api/v1/changes/?wait=4"),
    ],
)
def test_log__address_that_lets_in_or_is_somebodys__tells_neither(asked: str, said: str) -> None:
    assert LoggedRequests.format_request(RequestFactory().get(asked)) == said


def test_invitation__opened__its_token_is_in_no_line_of_the_log(client: Client) -> None:
    link = inviting.invite(email="new@vendor.example", role=roles.ANALYST).link
    token = link.rstrip("/").rpartition("/")[2]
    with structlog.testing.capture_logs() as lines:
        assert client.get(f"/account/invitation/{token}/").status_code == 200
    assert lines
    assert token not in str(lines)


def test_address__claimed_by_a_caller__counts_behind_a_proxy_alone(settings: Any) -> None:
    asked = RequestFactory().get("/", headers={"X-Forwarded-For": "9.9.9.9, 203.0.113.1", "X-Real-IP": "8.8.8.8"})
    assert address_of(asked) == "127.0.0.1"
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert address_of(asked) == "203.0.113.1"


def test_rate__counted_without_a_key__by_the_connection_and_not_by_what_it_claims(rf: RequestFactory) -> None:
    from rest_framework.request import Request

    callers = {PerCaller()._caller(Request(rf.get("/", headers={"X-Forwarded-For": f"9.9.9.{n}"}))) for n in range(5)}
    assert callers == {"from:127.0.0.1"}


def test_sign_in__right_wrong_and_out__each_is_logged_without_the_password(analyst: User) -> None:
    client = Client()
    with structlog.testing.capture_logs() as lines:
        client.post("/account/login/", {"login": analyst.email, "password": "a guess at it"})
        client.post("/account/login/", {"login": analyst.email, "password": PASSWORD})
        client.post("/account/logout/")
    told = [line for line in lines if line["event"] in {"sign_in_failed", "signed_in", "signed_out"}]
    assert [line["event"] for line in told] == ["sign_in_failed", "signed_in", "signed_out"]
    assert told[0]["email"] == analyst.email
    assert (told[1]["user_id"], told[1]["by"]) == (analyst.pk, ["password"])
    assert "a guess at it" not in str(lines) and PASSWORD not in str(lines)


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Host": "evil.example:8000"}])
def test_host__of_somebody_else__refused(headers: dict[str, str]) -> None:
    assert Client(headers=headers).get("/account/login/").status_code == 400


def test_api__asked_without_https_in_production__refused_and_not_led_on(settings: Any) -> None:
    settings.HTTPS = settings.SECURE_SSL_REDIRECT = True
    assert Client().get("/account/login/").status_code == 301
    refused = Client().get("/api/v1/partners/")
    assert (refused.status_code, refused.headers["Content-Type"]) == (403, "application/problem+json")
    assert Client().get("/api/v1/partners/", secure=True).status_code == 401


def test_reset__another_host_claimed__the_mail_leads_here(analyst: User, mailoutbox: Any) -> None:
    client = Client(headers={"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"})
    client.post("/account/password/reset/", {"email": analyst.email})
    assert "/account/password/reset/key/" in mailoutbox[0].body
    assert "evil" not in mailoutbox[0].body


@pytest.mark.parametrize("password", ["Northwind2026", "northwind-portal", "Partner-Portal-1", "Welcome-2026!"])
def test_password__of_the_products_own_words__refused(password: str) -> None:
    with pytest.raises(ValidationError):
        GuessableHereValidator().validate(password)


@pytest.mark.parametrize("password", [PASSWORD, "portal to a quiet harbour", "northwind but with much more", "2026!"])
def test_password__with_enough_besides__taken(password: str) -> None:
    GuessableHereValidator().validate(password)
