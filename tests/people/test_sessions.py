"""How long a sign-in lasts, and how it ends: by the clock, everywhere at once, and with the password."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from people import roles
from people.models import BrowserSession, User
from people.sessions.browsers import in_words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("broker")]
PASSWORD = "quiet harbour lamp"
HOME = "/console/"


@pytest.fixture
def analyst() -> User:
    return User.objects.create_user("ann@vendor.example", role=roles.ANALYST, password=PASSWORD)


def sign_in(email: str = "ann@vendor.example", password: str = PASSWORD, **headers: str) -> Client:
    client = Client(headers=headers)
    client.get("/account/login/")
    client.post("/account/login/", {"login": email, "password": password})
    return client


def is_in(client: Client) -> bool:
    return client.get(HOME).status_code == 200


def test_sign_in__session_of_before__gets_another_key(analyst: User) -> None:
    client = Client()
    session = client.session
    session["seen"] = "before"
    session.save()
    before = session.session_key
    client.post("/account/login/", {"login": analyst.email, "password": PASSWORD})
    assert client.session.session_key != before
    client.cookies["sessionid"] = before
    assert not is_in(client)


def test_session__not_used_for_too_long__is_over(analyst: User, settings: Any) -> None:
    settings.SESSION_IDLE_MINUTES = 30
    client = sign_in()
    assert is_in(client)
    now = timezone.now()
    with time_machine.travel(now + timedelta(minutes=29)):
        assert is_in(client)
    with time_machine.travel(now + timedelta(minutes=58)):
        assert is_in(client)
    with time_machine.travel(now + timedelta(minutes=89)):
        assert not is_in(client)
    assert not is_in(client)


def test_session__used_all_the_time__is_over_after_its_hours(analyst: User, settings: Any) -> None:
    settings.SESSION_HOURS, settings.SESSION_IDLE_MINUTES = 2, 60
    client = sign_in()
    assert is_in(client)
    now = timezone.now()
    for minutes in (50, 100):
        with time_machine.travel(now + timedelta(minutes=minutes)):
            assert is_in(client)
    with time_machine.travel(now + timedelta(minutes=121)):
        answer = client.get(HOME, follow=True)
    assert "You were signed out because the session had ended" in answer.content.decode()


def test_sessions_page__two_browsers__both_listed_and_the_other_ended_once_the_password_was_asked(
    analyst: User,
) -> None:
    here, there = sign_in(user_agent="Here/1"), sign_in(user_agent="There/1")
    assert is_in(here) and is_in(there)
    page = here.get("/account/sessions/").content.decode()
    assert "Here/1" in page and "There/1" in page and page.count("This browser") == 1
    asked = here.post("/account/sessions/")["Location"]
    assert asked.startswith("/account/reauthenticate/")
    here.post(asked, {"password": "a guess at it"})
    assert is_in(there)
    said = here.post(asked, {"password": PASSWORD}, follow=True).content.decode()
    assert "Signed out in 1 other place." in said and "There/1" not in said
    assert is_in(here) and not is_in(there)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/139.0.0.0 Safari/537.36 Edg/139.0.0.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/139.0.0.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        ("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0", "Firefox on Linux"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", ""),
    ],
)
def test_browser__as_it_calls_itself__in_words(said: str, words: str) -> None:
    assert in_words(said) == words


def test_sessions_page__somebody_else__neither_listed_nor_ended(analyst: User) -> None:
    User.objects.create_user("bob@vendor.example", role=roles.ANALYST, password=PASSWORD)
    bob, ann = sign_in("bob@vendor.example", user_agent="Bob/1"), sign_in()
    assert is_in(bob) and is_in(ann)
    assert "Bob/1" not in ann.get("/account/sessions/").content.decode()
    ann.post("/account/sessions/")
    assert is_in(bob)


def test_password__changed__other_sessions_end(analyst: User) -> None:
    here, there = sign_in(), sign_in()
    assert is_in(there)
    new = "another quiet lamp"
    here.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert is_in(here) and not is_in(there)
    assert BrowserSession.objects.count() >= 2
    assert here.get("/account/sessions/").content.decode().count("last seen") == 1


def test_signed_out__old_cookie__opens_nothing(analyst: User) -> None:
    client = sign_in()
    cookie = client.cookies["sessionid"].value
    client.post("/account/logout/")
    client.cookies["sessionid"] = cookie
    assert not is_in(client)


def test_switched_off__signed_in__out_at_once(analyst: User) -> None:
    client = sign_in()
    assert is_in(client)
    User.objects.update(is_active=False)
    assert not is_in(client)


def test_switched_off_and_on_again__by_an_administrator__has_to_sign_in_anew(analyst: User) -> None:
    client, administrator = sign_in(), Client()
    assert is_in(client)
    administrator.force_login(User.objects.create_user("ada@vendor.example", role=roles.ADMINISTRATOR))
    for said in ({}, {"is_active": "on"}):
        sent = {"name": "Ann", "role": roles.ANALYST, **said}
        assert administrator.post(f"/console/people/{analyst.pk}/", sent).status_code == 302
    assert not is_in(client)
    assert is_in(sign_in())


def test_cookies__of_a_session__are_kept_from_scripts_and_other_sites(analyst: User) -> None:
    client = sign_in()
    for name in ("sessionid", "csrftoken", "person"):
        assert client.cookies[name]["httponly"] and client.cookies[name]["samesite"] == "Lax", name


def test_reset_link__used__works_once_and_ends_sessions(analyst: User) -> None:
    client = sign_in()
    Client().post("/account/password/reset/", {"email": analyst.email})
    link = next(word for word in mail.outbox[0].body.split() if "/reset/key/" in word).partition("//")[2]
    path = "/" + link.partition("/")[2]
    visitor = Client()
    shown = visitor.get(path, follow=True)
    action = shown.redirect_chain[-1][0]
    new = "another quiet lamp"
    visitor.post(action, {"password1": new, "password2": new})
    assert not is_in(client) and is_in(sign_in(password=new)) and not is_in(sign_in())
    assert "no longer works" in Client().get(path, follow=True).content.decode()


def test_reset_link__too_old__refused(analyst: User, settings: Any) -> None:
    settings.PASSWORD_RESET_TIMEOUT = 3600
    Client().post("/account/password/reset/", {"email": analyst.email})
    path = "/account/" + mail.outbox[0].body.split("/account/")[1].split()[0]
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert "no longer works" in Client().get(path, follow=True).content.decode()


def test_reset__unknown_address__answered_as_a_known_one(analyst: User) -> None:
    known, unknown = (
        Client().post("/account/password/reset/", {"email": each}) for each in (analyst.email, "x@nowhere.example")
    )
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


def test_sign_in__guessed_too_often__waits_even_with_the_right_password(analyst: User) -> None:
    for _ in range(5):
        sign_in(password="a guess at it")
    assert not is_in(sign_in())
    other = User.objects.create_user("bob@vendor.example", role=roles.ANALYST, password=PASSWORD)
    assert is_in(sign_in(other.email))


def test_sign_in__many_addresses_from_one_place__waits(analyst: User) -> None:
    for number in range(10):
        sign_in(f"nobody{number}@vendor.example", "a guess at it")
    assert not is_in(sign_in())


def test_sign_in__behind_a_proxy__counts_the_address_it_names(analyst: User, settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for number in range(10):
        sign_in(f"nobody{number}@vendor.example", "a guess", x_forwarded_for=f"9.9.9.{number}, 203.0.113.1")
    assert not is_in(sign_in(x_forwarded_for="9.9.9.9, 203.0.113.1"))
    assert is_in(sign_in(x_forwarded_for="203.0.113.1, 203.0.113.2"))


def test_sign_in__unknown_address_or_wrong_password__says_the_same(analyst: User) -> None:
    said = []
    for email in (analyst.email, "x@nowhere.example"):
        page = Client().post("/account/login/", {"login": email, "password": "a guess at it"}).content.decode()
        said.append(page.split('role="alert"')[1][:300])
    assert said[0] == said[1]


def test_sign_in__then_somewhere__never_to_another_host(analyst: User) -> None:
    client = Client()
    answer = client.post(
        "/account/login/?next=//evil.example/",
        {"login": analyst.email, "password": PASSWORD, "next": "https://evil.example/"},
    )
    assert answer.status_code == 302 and answer["Location"].startswith("/") and "evil" not in answer["Location"]
