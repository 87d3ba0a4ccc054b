"""From where a request comes, as far as it can be believed."""

from __future__ import annotations

from typing import cast

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str | None:
    """The caller's address: the connection's own, or behind a proxy the one it added. What callers claim counts for nothing."""
    try:
        return cast("str | None", get_adapter(request).get_client_ip(request))
    except PermissionDenied:  # a proxy that does not say whom it speaks for
        return None
