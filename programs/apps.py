"""Names the app for Django."""

from django.apps import AppConfig


class ProgramsConfig(AppConfig):
    """The programs app."""

    name = "programs"

    def ready(self) -> None:
        """Let rules speak of enrolments and claims."""
        from programs.relations import register_relations

        register_relations()
