"""Making, replacing and withdrawing API keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from integrations.models import ApiKey


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made: `secret` is shown once and cannot be read again."""

    key: ApiKey
    secret: str


@transaction.atomic
def create_key(*, name: str, scope: str, expires_at: datetime | None = None) -> NewKey:
    """A new key. Raises ValidationError for a name or scope that will not do."""
    key = ApiKey(name=name.strip(), scope=scope, expiry_date=expires_at)
    key.clean_fields(exclude=["id", "prefix", "hashed_key"])
    secret = ApiKey.objects.assign_key(key)
    key.save()
    return NewKey(key=key, secret=secret)


LONGEST_OVERLAP = timedelta(days=30)


class NotRotated(ValueError):
    """The key cannot be replaced; the text says why and what to do."""


@transaction.atomic
def rotate_key(*, key: ApiKey, overlap: timedelta) -> NewKey:
    """A new key of the same name, scope and last day. The old one works for `overlap` more, so nothing is cut off.

    NotRotated for a key that is revoked, has expired or was replaced already.
    """
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise NotRotated(f"Both keys can work for at most {LONGEST_OVERLAP.days} days.")
    old = ApiKey.objects.select_for_update().get(pk=key.pk)
    if old.revoked or old.has_expired:
        raise NotRotated("This key works no more. Make a new one.")
    if old.replaced_by.filter(revoked=False).exists():
        raise NotRotated("This key was replaced already. Rotate the one that took its place.")
    until = old.expiry_date
    made = create_key(name=old.name, scope=old.scope, expires_at=until)
    ApiKey.objects.filter(pk=made.key.pk).update(replaces=old)
    end = timezone.now() + overlap
    old.expiry_date = min(until, end) if until else end
    old.save(update_fields=["expiry_date"])
    return made


@transaction.atomic
def revoke_key(*, key: ApiKey) -> None:
    """Withdraw a key: from now on whoever sends it is turned away. It cannot be given back."""
    locked = ApiKey.objects.select_for_update().get(pk=key.pk)
    if not locked.revoked:
        locked.revoked = True
        locked.save(update_fields=["revoked"])
