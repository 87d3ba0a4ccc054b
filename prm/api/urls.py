"""Every address of the API: each app's, then the API's own."""

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny

from prm.api import views

urlpatterns = [
    path("", views.Index.as_view(), name="api_index"),
    path("segments/preview/", views.Preview.as_view(), name="api_segment_preview"),
    path("", include("partners.api.urls")),
    path("", include("segments.api.urls")),
    path("", include("programs.api.urls")),
    path("", include("integrations.api.urls")),
    path("schema/", SpectacularAPIView.as_view(permission_classes=[AllowAny], throttle_classes=[]), name="api_schema"),
    path("docs/", views.Docs.as_view(), name="api_docs"),
    re_path(r"^.*$", views.Unknown.as_view(), name="api_unknown"),
]
