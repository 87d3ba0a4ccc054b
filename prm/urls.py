"""The addresses of the product, and which door answers."""

from django.contrib import admin
from django.urls import include, path

from prm import health, metrics
from programs.portal.proofs import public_urls as certificate_urls

urlpatterns = [
    path("", include("people.urls")),
    path("account/", include("allauth.urls")),
    path("console/", include("prm.console.urls")),
    path("console/", include("partners.console.urls")),
    path("console/", include("segments.console.urls")),
    path("console/", include("programs.console.urls")),
    path("console/", include("insights.console.urls")),
    path("console/", include("integrations.console.urls")),
    path("portal/", include("partners.portal.urls")),
    path("portal/", include("programs.portal.urls")),
    path("certificates/", include(certificate_urls)),
    path("mail/", include("programs.messages.urls")),
    path("api/v1/", include("prm.api.urls")),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
]

handler400 = "prm.problems.bad_request"
handler403 = "prm.problems.permission_denied"
handler404 = "prm.problems.page_not_found"
handler500 = "prm.problems.server_error"
