"""Sign-in by API key: `Authorization: Bearer KEY`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from integrations.models import ApiKey
from people import roles


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """The viewer behind a key: one of the vendor's machines, not limited to regions."""

    name: str
    scope: str = ApiKey.Scope.READ
    role: str = roles.INTEGRATION
    regions: list[str] = field(default_factory=list)
    pk: int | None = None
    is_authenticated: bool = True
    is_active: bool = True

    def __str__(self) -> str:
        return self.name


class KeyAuthentication(BaseAuthentication):
    """Reads the key from the header; sets `request.user` to a KeyHolder and `request.auth` to the ApiKey."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[KeyHolder, ApiKey] | None:
        """None without a key (the session is asked next); AuthenticationFailed with one that is not valid."""
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        if len(words) != 2:
            raise AuthenticationFailed("Send the key as 'Authorization: Bearer KEY', with nothing behind it.")
        try:
            key: Any = ApiKey.objects.get_from_key(words[1].decode())
        except (ApiKey.DoesNotExist, UnicodeError):
            raise AuthenticationFailed("This API key is not known. Ask an administrator for a new one.") from None
        if key.has_expired:
            raise AuthenticationFailed("This API key has expired. Ask an administrator for a new one.")
        self._mark_used(key)
        return KeyHolder(name=key.name, scope=key.scope), key

    def authenticate_header(self, request: Request) -> str:
        """The challenge of a 401."""
        return self.keyword

    def _mark_used(self, key: ApiKey) -> None:
        """Once a minute is exact enough for people, and keeps a busy reader from writing."""
        now = timezone.now()
        if key.last_used_at is None or now - key.last_used_at > timedelta(minutes=1):
            ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
