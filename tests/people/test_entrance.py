"""Sign-in and its neighbours, and the error pages, in the design."""

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
]
SIGNED_IN = ["/account/password/change/", "/account/logout/", "/account/email/", "/account/2fa/"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", OPEN)
def test_entrance__signed_out__is_in_the_design(path):
    response = Client().get(path)
    assert response.status_code == 200
    assert 'class="entrance"' in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("path", SIGNED_IN)
def test_entrance__signed_in__is_in_the_design(path):
    client = Client()
    client.force_login(User.objects.create_user("a@example.com", role=roles.ANALYST, password="long enough words"))
    response = client.get(path)
    assert response.status_code == 200
    assert 'class="entrance"' in response.content.decode()


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
