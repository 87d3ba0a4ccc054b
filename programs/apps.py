"""Names the app for Django."""

from django.apps import AppConfig


class ProgramsConfig(AppConfig):
    """The programs app."""

    name = "programs"

    def ready(self) -> None:
        """Let rules speak of enrolments and claims, and keep the facts that journeys need."""
        from partners import uses
        from programs.journeys.beginnings import uses_of
        from programs.relations import register_relations

        register_relations()
        uses.register(uses_of)
