"""The addresses of the staff's pages of insights, under /console/."""

from django.urls import path

from insights.console import contributing, performance

urlpatterns = [
    path("insights/", performance.overview, name="console_insights"),
    path("insights/sets/<slug:slug>/", performance.of_set, name="console_insights_set"),
    path("insights/segments/<slug:slug>/", performance.of_segment, name="console_performance"),
    path(
        "insights/segments/<slug:slug>/months/<str:month>/",
        contributing.members_of_month,
        name="console_performance_month",
    ),
]
