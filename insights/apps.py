"""Names the app for Django."""

from django.apps import AppConfig


class InsightsConfig(AppConfig):
    """The insights app."""

    name = "insights"

    def ready(self) -> None:
        """The scores of predictions are chances."""
        from insights.predictions.models import FACTS
        from partners.stored_fields import say_in_per_cent

        say_in_per_cent(*(name for name, _, _ in FACTS.values()))
