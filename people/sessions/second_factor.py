"""Roles that must sign in with a second factor: whoever has none is led to set one up, and reaches nothing else."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.conf import settings

from people.models import User

OPEN = (
    "/account/second-factor/",
    "/account/2fa/",
    "/account/reauthenticate/",
    "/account/password/",
    "/account/logout/",
    "/static/",
    "/healthz",
    "/readyz",
)
"""What is open without it: where it is set up, and the way out."""


def is_missing(user: User) -> bool:
    """The person's role demands a second factor, and they have none. Asks the database only when the role does."""
    if user.role not in settings.MFA_ROLES:
        return False
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return not Authenticator.objects.filter(user_id=user.pk, type__in=kinds).exists()


def is_open(path: str) -> bool:
    """Whether an address may be reached before it is set up."""
    return path.startswith(OPEN)
