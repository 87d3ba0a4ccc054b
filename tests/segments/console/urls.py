"""The console with the segments' pages, as `prm.urls` wires them, and the pages that they link to."""

from django.urls import include, path

from prm import console

urlpatterns = [
    path("", include("people.urls")),
    path("account/", include("allauth.urls")),
    path("console/", console.home, name="console_home"),
    path("console/", include("segments.console.urls")),
    path("console/", include("partners.console.urls")),
]
