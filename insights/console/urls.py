"""The addresses of the staff's pages of insights, under /console/."""

from django.urls import path

from insights.console import contributing, ecosystem, groupings, health, performance, predictions, recruiting, voices

urlpatterns = [
    path("insights/groupings/", groupings.groupings, name="console_groupings"),
    path("insights/groupings/<int:pk>/", groupings.grouping, name="console_grouping"),
    path("insights/groupings/<int:pk>/<int:number>/", groupings.to_segment, name="console_grouping_segment"),
    path("insights/predictions/", predictions.predictions, name="console_predictions"),
    path("insights/predictions/<slug:kind>/", predictions.scores, name="console_prediction_scores"),
    path("insights/predictions/<slug:kind>/learn/", predictions.learn, name="console_prediction_learn"),
    path("insights/recruiting/", recruiting.prospects, name="console_recruiting"),
    path("insights/recruiting/again/", recruiting.work_out, name="console_recruiting_again"),
    path("insights/recruiting/segment/", recruiting.to_segment, name="console_recruiting_segment"),
    path("insights/", performance.overview, name="console_insights"),
    path("insights/measure/", health.measure_now, name="console_insights_measure"),
    path("insights/health/", health.overview, name="console_insights_health"),
    path("insights/mistakes/", health.mistakes, name="console_insights_lint"),
    path("insights/coverage/", ecosystem.coverage, name="console_insights_coverage"),
    path("insights/coverage/matrix/", ecosystem.coverage_matrix, name="console_insights_matrix"),
    path("insights/stages/", ecosystem.stages, name="console_insights_stages"),
    path("insights/resources/", ecosystem.resources, name="console_insights_resources"),
    path("insights/voice/", voices.partner_voice, name="console_insights_voice"),
    path("insights/sets/<slug:slug>/", performance.of_set, name="console_insights_set"),
    path("insights/segments/<slug:slug>/", performance.of_segment, name="console_performance"),
    path("insights/segments/<slug:slug>/health/", health.of_segment, name="console_segment_health"),
    path(
        "insights/segments/<slug:slug>/months/<str:month>/",
        contributing.members_of_month,
        name="console_performance_month",
    ),
]
