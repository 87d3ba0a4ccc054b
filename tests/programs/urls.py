"""The product's addresses with the doors of programmes, wherever they are wired."""

from django.urls import include, path

from prm import urls

urlpatterns = [
    path("portal/", include("programs.portal.urls")),
    path("console/", include("programs.console.urls")),
    *urls.urlpatterns,
]
