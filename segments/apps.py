"""Names the app for Django."""

from django.apps import AppConfig


class SegmentsConfig(AppConfig):
    """The segments app."""

    name = "segments"
