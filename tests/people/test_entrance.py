"""Sign-in and its neighbours, and the error pages, in the design."""

import re

import pytest
from django.template.loader import render_to_string
from django.test import Client

from people import roles
from people.models import User

OPEN = [
    "/account/login/",
    "/account/password/reset/",
    "/account/password/reset/done/",
    "/account/signup/",
    "/account/inactive/",
    "/account/confirm-email/unknown/",
    "/account/3rdparty/login/cancelled/",
]
SIGNED_IN = ["/account/password/change/", "/account/logout/", "/account/email/", "/account/2fa/", "/account/3rdparty/"]
TITLES = re.compile(r"<(?:h1|label|button)[^>]*>\s*([^<]+?)\s*<")


@pytest.mark.django_db
@pytest.mark.parametrize("path", OPEN)
def test_entrance__signed_out__is_in_the_design(path):
    response = Client().get(path)
    assert response.status_code == 200
    assert 'class="entrance"' in response.content.decode()
    assert_in_the_products_words(response)


@pytest.mark.django_db
@pytest.mark.parametrize("path", SIGNED_IN)
def test_entrance__signed_in__is_in_the_design(path):
    client = Client()
    client.force_login(User.objects.create_user("a@example.com", role=roles.ANALYST, password="long enough words"))
    response = client.get(path)
    assert response.status_code == 200
    assert 'class="entrance"' in response.content.decode()
    assert_in_the_products_words(response)


@pytest.mark.django_db
def test_entrance__no_password_yet__can_choose_one():
    client = Client()
    client.force_login(User.objects.create_user("a@example.com", role=roles.ANALYST))
    response = client.get("/account/password/change/", follow=True)
    assert "<h1>Choose a password</h1>" in response.content.decode()
    assert_in_the_products_words(response)
    sent = {"password1": "quiet harbour lamp", "password2": "quiet harbour lamp"}
    said = client.post("/account/password/set/", sent, follow=True).content.decode()
    assert "Your password is saved." in said
    assert User.objects.get().check_password("quiet harbour lamp")


@pytest.mark.django_db
def test_entrance__sign_on_that_failed__says_what_to_do():
    response = Client().get("/account/3rdparty/login/error/")
    assert response.status_code == 401
    assert "<h1>Signing in did not work</h1>" in response.content.decode()


@pytest.mark.django_db
def test_password__changed__says_so_and_names_what_is_wrong():
    client = Client()
    user = User.objects.create_user("a@example.com", role=roles.ANALYST, password="long enough words")
    client.force_login(user)
    sent = {"oldpassword": "wrong", "password1": "quiet harbour lamp", "password2": "quiet harbour lamp"}
    refused = client.post("/account/password/change/", sent)
    assert "This is not your present password." in refused.content.decode()
    done = client.post("/account/password/change/", {**sent, "oldpassword": "long enough words"}, follow=True)
    assert "Your password is changed." in done.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "subject", "words"),
    [
        ("a@example.com", "A new password for Northwind Systems", "/account/password/reset/key/"),
        ("b@example.com", "No account with this address at Northwind Systems", "nobody there signs in with"),
    ],
)
def test_reset__asked_for__the_mail_is_in_the_products_words(mailoutbox, settings, address, subject, words):
    settings.ORGANISATION_NAME = "Northwind Systems"
    User.objects.create_user("a@example.com", role=roles.ANALYST, password="long enough words")
    Client().post("/account/password/reset/", {"email": address})
    (mail,) = mailoutbox
    assert mail.subject == subject
    assert words in mail.body and "example.com!" not in mail.body and "Thank you" not in mail.body


def assert_in_the_products_words(response):
    """Headings, labels and buttons in sentence case, none of allauth's."""
    for said in TITLES.findall(response.content.decode()):
        assert not re.search(r" [A-Z][a-z]", said) or "E-mail" in said, said


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500"])
def test_error_page__without_anything_from_the_view__says_what_to_do(name):
    page = render_to_string(f"{name}.html")
    assert "<h1>" in page
    assert 'href="/"' in page


@pytest.mark.django_db
def test_login__wrong_password__says_so_at_the_form():
    User.objects.create_user("a@example.com", role=roles.ANALYST, password="long enough words")
    response = Client().post("/account/login/", {"login": "a@example.com", "password": "wrong"})
    assert response.status_code == 200
    assert 'role="alert"' in response.content.decode()
