"""What a caller of the API may do: closed unless something here opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from integrations.models import ApiKey
from people import roles

if TYPE_CHECKING:  # importing it here would close a circle: views load the classes that settings name
    from rest_framework.views import APIView

_RANK = {ApiKey.Scope.READ: 0, ApiKey.Scope.WRITE: 1, ApiKey.Scope.ADMIN: 2}


class ScopeAllows(BasePermission):
    """Staff and keys only. A view may set `read_scope` and `write_scope` to "admin", and `reading_posts = True` where POST
    changes nothing.
    """

    message = "This key or role may not do that."

    def has_permission(self, request: Request, view: APIView) -> bool:
        """By key: its scope. By session: vendor staff read; managers and administrators write; administrators administer."""
        if not roles.is_vendor(request.user):
            return False
        reading = request.method in SAFE_METHODS or getattr(view, "reading_posts", False)
        asked = getattr(view, "read_scope", "read") if reading else getattr(view, "write_scope", "write")
        needed = ApiKey.Scope(asked)
        if isinstance(request.auth, ApiKey):
            return _RANK[ApiKey.Scope(request.auth.scope)] >= _RANK[needed]
        if needed == ApiKey.Scope.READ:
            return True
        return roles.may_administer(request.user) if needed == ApiKey.Scope.ADMIN else roles.may_edit(request.user)
