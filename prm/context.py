"""What every page knows: the vendor's name, and whether there is single sign-on."""

from django.conf import settings
from django.http import HttpRequest


def organisation(request: HttpRequest) -> dict[str, str]:
    """Template context: {"organisation_name": the vendor as its partners know it, "single_sign_on": its name, or ""}."""
    return {
        "organisation_name": settings.ORGANISATION_NAME,
        "single_sign_on": settings.OIDC_NAME if settings.OIDC_ISSUER else "",
    }
