"""Names the app for Django."""

from django.apps import AppConfig


class SegmentsConfig(AppConfig):
    """The segments app."""

    name = "segments"

    def ready(self) -> None:
        """Tell the apps below: which segments use an attribute, whom a list shows of a segment, who entered and left."""
        from partners import groupings, timeline, uses
        from segments.grouping import GROUPING
        from segments.movements import movements_of
        from segments.usage import uses_in_words

        groupings.register(GROUPING)
        timeline.register("segment", movements_of)

        uses.register(uses_in_words)
