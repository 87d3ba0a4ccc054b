"""Making and withdrawing API keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

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


@transaction.atomic
def revoke_key(*, key: ApiKey) -> None:
    """Withdraw a key: from now on whoever sends it is turned away. It cannot be given back."""
    locked = ApiKey.objects.select_for_update().get(pk=key.pk)
    if not locked.revoked:
        locked.revoked = True
        locked.save(update_fields=["revoked"])
