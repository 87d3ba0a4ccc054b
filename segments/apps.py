"""Names the app for Django."""

from django.apps import AppConfig


class SegmentsConfig(AppConfig):
    """The segments app."""

    name = "segments"

    def ready(self) -> None:
        """Say which segments use an attribute when somebody wants to archive it."""
        from partners import uses
        from segments.usage import segments_using

        uses.register(
            lambda subject, name: [f"the segment {slug}" for slug in segments_using(subject=subject, field=name)]
        )
