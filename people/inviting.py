"""Bringing people in: an invitation is a user without a password, and a signed link by mail that lets them choose one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import password_validation
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from people import roles
from people.models import User

VALID_FOR = timedelta(days=14)
_SALT = "people.invitation"


class InvitationUnusable(Exception):
    """The link is too old, was used, was replaced by a newer one, or was never ours. The text says which and what to do."""


@dataclass(frozen=True, slots=True)
class Invited:
    """A person who may now come in by `link`, until `VALID_FOR` has passed."""

    user: User
    link: str


@transaction.atomic
def invite(*, email: str, role: str, name: str = "", regions: tuple[str, ...] = ()) -> Invited:
    """Make a user who has yet to choose a password, or renew the invitation of one who has not done so.

    The mail is the caller's to send once committed (`people.tasks.send_invitation`). Raises ValidationError, keyed by
    field, for an address that is malformed or belongs to somebody who already signs in, and for an unknown role.
    """
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise ValidationError({"email": error.messages}) from None
    if role not in roles.LABELS:
        raise ValidationError({"role": f"'{role}' is not a role. Choose one of: {', '.join(roles.LABELS)}."})
    user = User.objects.select_for_update().filter(email=email).first()
    if user is None:
        user = User.objects.create_user(
            email,
            name=name,
            role=role,
            regions=list(regions),
            invited_at=timezone.now(),
        )
    elif user.has_usable_password():
        raise ValidationError({"email": f"{email} already signs in here. Change their role instead of inviting them."})
    elif user.role != role:
        raise ValidationError({"email": f"{email} has been invited as {roles.LABELS[user.role].lower()}."})
    else:
        user.name, user.regions, user.invited_at = (
            name or user.name,
            list(regions),
            timezone.now(),
        )
        user.save(update_fields=["name", "regions", "invited_at"])
    return Invited(user=user, link=link_for(user))


def link_for(user: User) -> str:
    """The address that lets an invited user in. Signed; a later invitation makes earlier links useless."""
    token = signing.dumps({"user": user.pk, "at": _stamp(user)}, salt=_SALT)
    return f"{settings.SITE_URL.rstrip('/')}{reverse('account_invitation', args=[token])}"


def read_link(token: str) -> User:
    """The user an invitation is for. Raises InvitationUnusable with words for the person who followed it."""
    try:
        said = signing.loads(token, salt=_SALT, max_age=VALID_FOR)
    except signing.SignatureExpired:
        raise InvitationUnusable("This invitation has expired. Ask whoever invited you to send a new one.") from None
    except signing.BadSignature:
        raise InvitationUnusable("This link is incomplete. Copy the whole address from the mail.") from None
    user = User.objects.filter(pk=said["user"], is_active=True).first()
    if user is None:
        raise InvitationUnusable("This invitation was withdrawn. Ask whoever invited you.")
    if user.has_usable_password():
        raise InvitationUnusable("This invitation was already used. Sign in with the password you chose.")
    if _stamp(user) != said["at"]:
        raise InvitationUnusable("A newer invitation was sent to you. Use the link in the latest mail.")
    return user


@transaction.atomic
def accept(*, token: str, name: str, password: str) -> User:
    """The invited person chooses a name and a password. Raises InvitationUnusable, or ValidationError of the password."""
    user = User.objects.select_for_update().get(pk=read_link(token).pk)
    read_link(token)  # once more under the lock: of two tabs only one may set the password
    user.name = name.strip()
    password_validation.validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["name", "password"])
    return user


def _stamp(user: User) -> str:
    return user.invited_at.isoformat() if user.invited_at else ""
