"""Wires the process once, at start."""

from django.apps import AppConfig


class PrmConfig(AppConfig):
    """Logging and the health of the whole; no models."""

    name = "prm"

    def ready(self) -> None:
        """Set up structured logging."""
        from prm import logs

        logs.configure()
