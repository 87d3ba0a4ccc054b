"""Names the app for Django."""

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    """The integrations app."""

    name = "integrations"
