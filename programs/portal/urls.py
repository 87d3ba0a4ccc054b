"""Addresses of the portal."""

from django.urls import path

from programs.portal import views

urlpatterns = [
    path("", views.home, name="portal_home"),
    path("resources/", views.shelf, {"kind": "content"}, name="portal_resources"),
    path("training/", views.shelf, {"kind": "course"}, name="portal_training"),
    path("incentives/", views.shelf, {"kind": "incentive"}, name="portal_incentives"),
    path("segments/", views.segments, name="portal_segments"),
    path("offers/<int:pk>/", views.offer, name="portal_offer"),
    path("offers/<int:pk>/file/", views.offer_file, name="portal_offer_file"),
    path("offers/<int:pk>/start/", views.start, name="portal_offer_start"),
    path("offers/<int:pk>/lessons/<int:number>/", views.lesson, name="portal_lesson"),
    path("offers/<int:pk>/complete/", views.complete, name="portal_offer_complete"),
]
