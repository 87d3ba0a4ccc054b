"""A passkey in a real browser with an authenticator of its own: added, then signed in with instead of a password."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator

from people import roles
from people.models import User

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "quiet harbour lamp"


def authenticator(page: Any) -> None:
    """What a phone or a security key does, done by the browser; it always says that its owner is there."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_passkey__added__signs_in_without_a_password(
    live_server: Any, browser: Any, broker: Any, settings: Any
) -> None:
    settings.MFA_ROLES = frozenset({roles.ANALYST})
    user = User.objects.create_user("ann@vendor.example", role=roles.ANALYST, password=PASSWORD)
    context = browser.new_context(base_url=live_server.url.replace("127.0.0.1", "localhost"))
    page = context.new_page()
    page.set_default_timeout(15_000)
    errors: list[str] = []
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    authenticator(page)
    page.goto("/account/login/")
    page.get_by_label("E-mail address").fill(user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/account/second-factor/")
    page.get_by_role("link", name="Use a passkey or security key").click()
    page.get_by_label("Password", exact=False).fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url("**/webauthn/add/")
    page.get_by_label("Sign in with it alone").check()
    page.get_by_role("button", name="Add").click()
    page.wait_for_url("**/account/2fa/recovery-codes/**")
    assert Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).count() == 1
    page.goto("/console/")
    assert page.get_by_role("heading", level=1).first.is_visible()
    context.clear_cookies()
    page.goto("/account/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/console/")
    assert not errors
    context.close()
