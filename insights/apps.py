"""Names the app for Django."""

from django.apps import AppConfig


class InsightsConfig(AppConfig):
    """The insights app."""

    name = "insights"
