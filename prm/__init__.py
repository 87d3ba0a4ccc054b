"""Where the apps are joined: settings, addresses, the clock. It has no models."""

from prm.celery import app as celery_app

__all__ = ["celery_app"]
