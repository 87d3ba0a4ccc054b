"""Addresses of the staff's pages that look into every app, under /console/."""

from django.urls import include, path

from prm.console import audit, catalogue, home, schedules

urlpatterns = [
    path("", home.home, name="console_home"),
    path("schedules/", schedules.schedules, name="console_schedules"),
    path("templates/", catalogue.templates, name="console_templates"),
    path("templates/install/", catalogue.put_all_in, name="console_templates_install"),
    path("templates/<slug:slug>/", catalogue.template, name="console_template"),
    path("templates/<slug:slug>/counts/", catalogue.counts, name="console_template_counts"),
    path("templates/<slug:slug>/install/", catalogue.put_in, name="console_template_install"),
    path("templates/<slug:slug>/start/", catalogue.start, name="console_template_start"),
    path("templates/<slug:slug>/remove/", catalogue.take_out, name="console_template_remove"),
    path("guide/", include("prm.console.guide.urls")),
    path("audit/", audit.audit, name="console_audit"),
]
