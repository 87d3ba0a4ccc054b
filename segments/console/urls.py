"""The addresses of the staff's pages of segments, under /console/."""

from django.urls import path

from segments.console import answers, building, listing, panels, publishing, runs, showing, why

urlpatterns = [
    path("segments/", listing.segments, name="console_segments"),
    path("segments/new/", building.new, name="console_segment_new"),
    path("segments/preview/", answers.preview, name="console_segment_preview"),
    path("segments/values/", answers.field_values, name="console_field_values"),
    path("segments/coverage/", answers.field_coverage, name="console_field_coverage"),
    path("segments/<slug:slug>/", showing.segment, name="console_segment"),
    path("segments/<slug:slug>/edit/", building.edit, name="console_segment_edit"),
    path("segments/<slug:slug>/members/", showing.members, name="console_segment_members"),
    path("segments/<slug:slug>/changes/", showing.changes, name="console_segment_changes"),
    path("segments/<slug:slug>/run/", runs.segment_run, name="console_segment_run"),
    path("segments/<slug:slug>/recompute/", runs.recompute_segment, name="console_segment_recompute"),
    path("segments/<slug:slug>/publish/", publishing.publish, name="console_segment_publish"),
    path("segments/<slug:slug>/archive/", publishing.archive, name="console_segment_archive"),
    path("segments/<slug:slug>/restore/<int:number>/", publishing.restore, name="console_segment_restore"),
    path("segments/<slug:slug>/why/<str:external_id>/", why.why, name="console_segment_why"),
    path("recomputes/", runs.recomputes, name="console_recomputes"),
    path("recomputes/<int:pk>/", runs.recompute, name="console_recompute"),
    path("partners/<str:external_id>/segments/", panels.partner, name="console_partner_segments"),
    path("customers/<str:external_id>/segments/", panels.customer, name="console_customer_segments"),
]
