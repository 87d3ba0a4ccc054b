"""What every page knows: the vendor's name."""

from django.conf import settings
from django.http import HttpRequest


def organisation(request: HttpRequest) -> dict[str, str]:
    """Template context: {"organisation_name": the vendor as its partners know it}."""
    return {"organisation_name": settings.ORGANISATION_NAME}
