"""Addresses of the staff's pages about machines, under /console/."""

from django.urls import path

from integrations.console import keys

urlpatterns = [
    path("keys/", keys.keys, name="console_keys"),
    path("keys/<str:prefix>/revoke/", keys.revoke, name="console_key_revoke"),
]
