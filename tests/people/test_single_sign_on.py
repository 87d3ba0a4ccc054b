"""Single sign-on against a real provider: whom it lets in, and whom not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from people import roles
from people.models import User
from tests.people.identity_provider import CLIENT, SECRET, IdentityProvider

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("broker")]
ANN = {"sub": "subject-1", "email": "Ann@Vendor.example", "email_verified": True, "name": "Ann"}


@pytest.fixture
def provider(settings: Any) -> Iterator[IdentityProvider]:
    found = IdentityProvider()
    found.claims = dict(ANN)
    settings.OIDC_ISSUER, settings.OIDC_NAME = found.address, "Vendor SSO"
    app = {"provider_id": "sso", "name": "Vendor SSO", "client_id": CLIENT, "secret": SECRET}
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [{**app, "settings": {"server_url": found.address}}]}
    }
    yield found
    found.stop()


def come_in(client: Client | None = None, *, tampered: bool = False) -> tuple[Client, Any]:
    """Through the provider and back, as a browser would."""
    client = client or Client()
    leaving = client.get("/account/oidc/sso/login/")
    assert leaving.status_code == 302, leaving.content
    back = requests.get(leaving["Location"], allow_redirects=False, timeout=5).headers["Location"]
    path = "/" + back.split("/", 3)[3]
    return client, client.get(path.replace("state=", "state=x") if tampered else path)


def is_in(client: Client) -> bool:
    return client.get("/console/").status_code == 200


def ann(**fields: Any) -> User:
    return User.objects.create_user("ann@vendor.example", role=roles.ANALYST, **fields)


def test_sign_on__known_address__in_and_linked(provider: IdentityProvider) -> None:
    user = ann(password="quiet harbour lamp")
    client, _ = come_in()
    assert is_in(client) and client.session["_auth_user_id"] == str(user.pk)
    assert SocialAccount.objects.get().user == user


def test_sign_on__invited_without_a_password__in(provider: IdentityProvider) -> None:
    ann()
    assert is_in(come_in()[0])


def test_sign_on__linked_before__in_even_when_the_address_changed(provider: IdentityProvider) -> None:
    ann()
    come_in()
    provider.claims["email"] = "ann.newname@vendor.example"
    assert is_in(come_in()[0]) and SocialAccount.objects.count() == 1


def test_sign_on__nobody_knows_the_address__refused_and_no_user_made(provider: IdentityProvider) -> None:
    client, answer = come_in()
    assert answer.status_code == 403 and "not known here yet" in answer.content.decode()
    assert not is_in(client) and not User.objects.exists() and not SocialAccount.objects.exists()


@pytest.mark.parametrize("said", [False, None, "false", "true"])
def test_sign_on__address_not_verified__refused(provider: IdentityProvider, said: Any) -> None:
    ann()
    provider.claims["email_verified"] = said
    client, answer = come_in()
    assert answer.status_code == 403 and not is_in(client) and not SocialAccount.objects.exists()


def test_sign_on__switched_off__refused(provider: IdentityProvider) -> None:
    ann(is_active=False)
    assert not is_in(come_in()[0])
    User.objects.update(is_active=True)
    come_in()
    User.objects.update(is_active=False)
    assert not is_in(come_in()[0])


def test_sign_on__state_of_another_browser__refused(provider: IdentityProvider) -> None:
    ann()
    assert not is_in(come_in(tampered=True)[0])


def test_sign_on__token_for_another_client__refused(provider: IdentityProvider) -> None:
    ann()
    provider.audience = "somebody else"
    assert not is_in(come_in()[0])


def test_sign_on__role_that_must_have_a_second_factor__is_led_to_it(provider: IdentityProvider, settings: Any) -> None:
    settings.MFA_ROLES = frozenset({roles.ANALYST})
    ann()
    assert come_in()[0].get("/console/")["Location"] == "/account/second-factor/"


def test_sign_on__signed_in_already__no_second_identity_is_tied_to_them(provider: IdentityProvider) -> None:
    client = Client()
    client.force_login(
        User.objects.create_user("bob@vendor.example", role=roles.ANALYST),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    come_in(client)
    client.get("/account/oidc/sso/login/?process=connect")
    assert not SocialAccount.objects.exists()


def test_sign_in_page__with_and_without_a_provider__shows_the_button(provider: IdentityProvider, settings: Any) -> None:
    assert "Sign in with Vendor SSO" in Client().get("/account/login/").content.decode()
    settings.OIDC_ISSUER, settings.SOCIALACCOUNT_PROVIDERS = "", {}
    assert "/account/oidc/" not in Client().get("/account/login/").content.decode()
    assert Client().get("/account/oidc/sso/login/").status_code == 404
