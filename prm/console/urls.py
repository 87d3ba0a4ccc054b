"""Addresses of the staff's pages that look into every app, under /console/."""

from django.urls import path

from prm.console import audit, home, schedules

urlpatterns = [
    path("", home.home, name="console_home"),
    path("schedules/", schedules.schedules, name="console_schedules"),
    path("audit/", audit.audit, name="console_audit"),
]
