"""The addresses of segments, members, changes, runs and fields."""

from django.urls import path

from segments.api import changes, fields, members, overrides, recomputes, segments, sets, stays

urlpatterns = [
    path("fields/", fields.FieldList.as_view(), name="api_fields"),
    path("fields/<str:name>/", fields.FieldDetail.as_view(), name="api_field"),
    path("segments/", segments.SegmentList.as_view(), name="api_segments"),
    path("segments/<slug:slug>/", segments.SegmentDetail.as_view(), name="api_segment"),
    path("segments/<slug:slug>/publish/", segments.Publish.as_view(), name="api_segment_publish"),
    path("segments/<slug:slug>/archive/", segments.Archive.as_view(), name="api_segment_archive"),
    path("segments/<slug:slug>/versions/", segments.Versions.as_view(), name="api_segment_versions"),
    path("segments/<slug:slug>/members/", members.MemberList.as_view(), name="api_segment_members"),
    path("segments/<slug:slug>/members/<str:external_id>/", members.MemberDetail.as_view(), name="api_segment_member"),
    path("segments/<slug:slug>/changes/", changes.SegmentChanges.as_view(), name="api_segment_changes"),
    path("segments/<slug:slug>/overrides/", overrides.Overrides.as_view(), name="api_segment_overrides"),
    path(
        "segments/<slug:slug>/overrides/<str:external_id>/",
        overrides.OverrideDetail.as_view(),
        name="api_segment_override",
    ),
    path("segment-sets/", sets.SetList.as_view(), name="api_segment_sets"),
    path("segment-sets/<slug:slug>/", sets.SetDetail.as_view(), name="api_segment_set"),
    path("changes/", changes.ChangeFeed.as_view(), name="api_changes"),
    path("recomputes/", recomputes.RecomputeList.as_view(), name="api_recomputes"),
    path("recomputes/<int:run_id>/", recomputes.RecomputeDetail.as_view(), name="api_recompute"),
    path("partners/<str:external_id>/segments/", stays.PartnerStays.as_view(), name="api_partner_segments"),
    path("customers/<str:external_id>/segments/", stays.CustomerStays.as_view(), name="api_customer_segments"),
]
