"""Addresses for everybody."""

from django.urls import path

from people import views

urlpatterns = [
    path("", views.home, name="home"),
    path("account/kept/", views.kept, name="account_kept"),
    path("account/second-factor/", views.need_second_factor, name="account_second_factor"),
    path("account/sessions/", views.signed_in_where, name="account_sessions"),
    path(
        "account/invitation/<str:token>/",
        views.accept_invitation,
        name="account_invitation",
    ),
]
