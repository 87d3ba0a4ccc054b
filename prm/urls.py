"""The addresses of the product, and which door answers."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("people.urls")),
    path("account/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
]
