"""API keys in the Django admin."""

from __future__ import annotations

from django.contrib import admin
from rest_framework_api_key.admin import APIKeyModelAdmin

from integrations.models import ApiKey


@admin.register(ApiKey)
class ApiKeyAdmin(APIKeyModelAdmin):
    """Makes, revokes and lists keys; a key is shown once, when it is made."""

    list_display = (  # type: ignore[assignment]
        "name",
        "scope",
        "prefix",
        "created",
        "last_used_at",
        "expiry_date",
        "_has_expired",
        "revoked",
    )
    list_filter = ("scope", "revoked", "created")  # type: ignore[assignment]
    readonly_fields = ("prefix", "last_used_at")
