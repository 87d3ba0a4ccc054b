"""The console with the segments' pages, as `prm.urls` wires them, and the pages that they link to."""

from django.urls import include, path

urlpatterns = [
    path("", include("people.urls")),
    path("account/", include("allauth.urls")),
    path("console/", include("prm.console.urls")),
    path("console/", include("segments.console.urls")),
    path("console/", include("partners.console.urls")),
]
