"""Addresses in mails: they work without signing in, by the token of the mail alone."""

from django.urls import path

from programs.messages import views

urlpatterns = [
    path("<uuid:token>/", views.open_mail, name="mail_open"),
    path("<uuid:token>/unsubscribe/", views.unsubscribe, name="mail_unsubscribe"),
]
